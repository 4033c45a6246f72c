// One play: the steps so far, what they have led to, and the next one.
import { note, problemOf } from "../lib/notes.ts";
import { make, told } from "../lib/make.ts";
import { send } from "../lib/sending.ts";
import { place } from "../model/canvas.ts";
import { example, formAnswer, jsonAnswer, type Answer } from "./answer.ts";
import { Stage } from "./canvas.ts";
import { scenario } from "./scenario.ts";
import { decisions, moment, path, variables, waitingLine, warnings } from "./side.ts";
import type { Case, Item, PlayData, Start, Step, Told, Values } from "./types.ts";

type Tab = "variables" | "path" | "warnings" | "decisions";
const TABS: Record<Tab, (given: PlayData, shown: Case) => HTMLElement> = { variables, path, warnings, decisions };

export class Play {
  private steps: Step[] = [];
  private last: Told | null = null;
  private shown = 0;
  private open: number | null = null;
  private tab: Tab = "variables";
  private isBusy = false;
  private readonly stage: Stage;
  /** What was answered last at an element: the same again is one press away. */
  private readonly answered = new Map<string, Values>();

  constructor(private readonly given: PlayData) {
    this.stage = new Stage(given, (element) => this.choose(element));
    this.bind();
  }

  async begin(): Promise<void> {
    this.steps = this.kept();
    await this.play(this.steps);
    if (!this.last && this.steps.length > 0) await this.play([]);
    if (!this.last) await this.stage.show(this.given.id, undefined);
  }

  private bind(): void {
    const on = (id: string, act: () => void) => place(id).addEventListener("click", act);
    on("play-back", () => void this.play(this.steps.slice(0, -1)));
    on("play-again", () => void this.play([]));
    on("play-next-due", () => this.last?.next_due && this.wait(this.last.next_due));
    on("play-scenario", () => this.save());
    on("play-fit", () => this.stage.fit());
    on("play-zoom-in", () => this.stage.zoom(1.3));
    on("play-zoom-out", () => this.stage.zoom(1 / 1.3));
    for (const button of document.querySelectorAll<HTMLElement>("[data-wait]")) {
      const seconds = Number(button.dataset.wait);
      button.addEventListener("click", () => this.last && this.wait(new Date(Date.parse(this.last.now) + seconds * 1000).toISOString()));
    }
    for (const button of document.querySelectorAll<HTMLElement>("[data-tab]")) {
      button.addEventListener("click", () => {
        this.tab = button.dataset.tab as Tab;
        this.renderTabs();
      });
    }
    place("play-publish").addEventListener("submit", (event) => {
      event.preventDefault();
      this.publish();
    });
  }

  /** Play these steps; those that lead nowhere are dropped, with a word why. */
  private async play(steps: Step[]): Promise<void> {
    if (this.isBusy) return;
    this.isBusy = true;
    try {
      const response = await send("POST", this.given.addresses.play, { now: this.given.now, steps });
      if (!response.ok) {
        await this.refuse(response);
        return;
      }
      const answer = (await response.json()) as Told;
      const grows = answer.cases.length > (this.last?.cases.length ?? 0);
      this.steps = steps.slice(0, answer.done);
      this.last = answer;
      this.keep();
      place("play-refused").hidden = true;
      if (answer.refused) note([answer.refused.message, ...answer.refused.findings.map((one) => one.message)].join(" "));
      if (this.shown >= answer.cases.length || (grows && this.steps.length <= 1)) this.shown = 0;
      await this.render(true);
    } catch {
      note(this.given.words.offline ?? "");
    } finally {
      this.isBusy = false;
    }
  }

  private async refuse(response: Response): Promise<void> {
    const problem = await problemOf(response);
    const findings = problem.findings ?? [];
    const lines = findings.length > 0 ? findings.map((one) => [one.element, one.message].filter(Boolean).join("：")) : [problem.detail ?? ""];
    const refused = place("play-refused");
    refused.hidden = false;
    refused.replaceChildren(make("p", {}, this.given.words.cannot_play ?? ""), make("ul", {}, ...lines.map((line) => make("li", {}, line))));
  }

  private take(step: Step): void {
    void this.play([...this.steps, step]);
  }

  private wait(to: string): void {
    this.take({ do: "wait", to, said: { name: moment(this.given, to) } });
  }

  private publish(): void {
    const field = (id: string) => (place(id) as HTMLInputElement).value.trim();
    const variables = this.parsed(field("publish-values"));
    if (!variables) return;
    const [name, correlation_key] = [field("publish-name"), field("publish-key")];
    this.take({ do: "publish", name, correlation_key, variables, said: { name } });
  }

  private parsed(text: string): Values | null {
    try {
      return JSON.parse(text || "{}") as Values;
    } catch {
      note(this.given.words.not_json ?? "");
      return null;
    }
  }

  private choose(element: string): void {
    const item = this.case()?.waiting.find((one) => one.element === element);
    if (!item) return;
    this.open = item.key;
    this.renderSide();
  }

  private case(): Case | undefined {
    return this.last?.cases[this.shown];
  }

  private async render(opensNext = false): Promise<void> {
    const next = this.case()?.waiting.find((item) => item.kind === "task" || item.kind === "job");
    this.open = opensNext ? (next?.key ?? null) : null;
    this.renderClock();
    this.renderCases();
    this.renderSide();
    this.renderTabs();
    await this.stage.show(this.case()?.process_id ?? this.given.id, this.case());
  }

  private renderClock(): void {
    const { given, last } = this;
    if (!last) return;
    place("play-name").textContent = last.name;
    place("play-now").textContent = moment(given, last.now);
    place("play-steps").textContent = told(given.words, "steps", { count: this.steps.length });
    const next = place("play-next-due") as HTMLButtonElement;
    next.disabled = !last.next_due;
    next.title = last.next_due ? moment(given, last.next_due) : (given.words.nothing_due ?? "");
    for (const id of ["play-back", "play-again", "play-scenario"]) (place(id) as HTMLButtonElement).disabled = this.steps.length === 0;
  }

  private renderCases(): void {
    const cases = this.last?.cases ?? [];
    const buttons = cases.map((one, index) =>
      make(
        "button",
        { type: "button", class: "play-case", "aria-pressed": String(index === this.shown), click: () => this.look(index) },
        one.name,
        make("span", { class: `badge state-${one.state}` }, this.given.words[`state_${one.state}`] ?? one.state),
        one.incidents.length > 0 && make("span", { class: "badge badge-late" }, String(one.incidents.length)),
        one.held && make("span", { class: "badge bg-yellow-lt" }, this.given.words.held ?? ""),
      ),
    );
    place("play-cases").replaceChildren(...buttons);
  }

  private look(index: number): void {
    this.shown = index;
    void this.render(true);
  }

  private renderSide(): void {
    const { given } = this;
    const shown = this.case();
    const lines: HTMLElement[] = [];
    if (!shown) lines.push(...(this.last?.starts ?? []).map((start, index) => this.startBlock(start, index)));
    for (const stuck of shown?.incidents ?? []) {
      const again = make("button", { type: "button", class: "btn btn-sm", click: () => this.take({ do: "resolve", key: stuck.key, said: { name: stuck.name } }) }, given.words.resolve ?? "");
      lines.push(make("div", { class: "play-stuck" }, make("strong", {}, stuck.name), make("p", {}, stuck.message), again));
    }
    for (const item of shown?.waiting ?? []) lines.push(this.itemBlock(item, shown as Case));
    if (shown && lines.length === 0) {
      lines.push(make("p", { class: "text-secondary" }, given.words[shown.state === "active" ? "runs_on" : `ended_${shown.state}`] ?? ""));
    }
    if (shown?.left_out) lines.push(make("p", { class: "text-secondary" }, told(given.words, "left_out", { count: shown.left_out })));
    place("play-waiting").replaceChildren(...lines);
    place("play-waiting").querySelector<HTMLElement>(".play-item[aria-expanded=true]")?.scrollIntoView({ block: "nearest" });
  }

  private startBlock(start: Start, index: number): HTMLElement {
    const { given } = this;
    const name = start.kind === "none" ? (given.words.start ?? "") : `${given.words[`start_${start.kind}`] ?? start.kind} ${start.name ?? ""}`;
    const block = make("div", { class: "play-open" }, make("h3", {}, name));
    const known = this.answered.get(`start ${index}`) ?? {};
    void this.answer(start.form, `start-values-${index}`, known).then((answer) => {
      const key = start.kind === "message" ? make("input", { class: "form-control mt-2", placeholder: given.words.publish_key ?? "", "aria-label": given.words.publish_key ?? "" }) : null;
      const go = async () => {
        const values = await answer.values();
        if (!values) return;
        this.answered.set(`start ${index}`, values);
        const said = { name };
        if (start.kind === "message") this.take({ do: "publish", name: start.name ?? "", correlation_key: key?.value ?? "", variables: values, said });
        else if (start.kind === "signal") this.take({ do: "broadcast", name: start.name ?? "", variables: values, said });
        else this.take({ do: "start", variables: values, said });
      };
      block.append(answer.element, ...(key ? [key] : []), make("div", { class: "play-does" }, make("button", { type: "button", class: "btn btn-primary", click: () => void go() }, given.words.go ?? "")));
    });
    return block;
  }

  private itemBlock(item: Item, shown: Case): HTMLElement {
    const isOpen = this.open === item.key;
    const line = waitingLine(this.given, item, isOpen, () => {
      this.open = isOpen ? null : item.key;
      this.renderSide();
    });
    const block = make("div", { class: "play-block" }, line);
    if (isOpen) void this.fill(block, item, shown);
    return block;
  }

  private async fill(block: HTMLElement, item: Item, shown: Case): Promise<void> {
    const { given } = this;
    const said = { name: item.name, element: item.element, process: shown.process_id, kind: item.action ? "action" : item.kind, what: item.what };
    const inner = make("div", { class: "play-open" });
    block.append(inner);
    if (item.kind === "timer") {
      const due = item.due ?? this.last?.now ?? "";
      inner.append(this.button("until_due", "btn-primary", () => this.wait(due)));
      return;
    }
    const place = `${shown.process_id} ${item.element}`;
    const known = this.answered.get(place) ?? (item.form ? {} : (example(given.outputs[item.what]) as Values));
    const answer = await this.answer(item.form, `values-${item.key}`, known, item.variables);
    const take = async (step: Step) => {
      const values = await answer.values();
      if (!values) return;
      this.answered.set(place, values);
      this.take({ ...step, variables: values });
    };
    const does = [this.button(`do_${item.action ? "action" : item.kind}`, "btn-primary", () =>
      void take(item.kind === "signal" ? { do: "broadcast", name: item.what, said } : { do: "complete", key: item.key, said }),
    )];
    const code = make("input", { class: "form-control form-control-sm", placeholder: given.words.error_code ?? "", "aria-label": given.words.error_code ?? "" });
    if (item.kind === "job") {
      does.push(this.button("fail", "", () => this.take({ do: "fail", key: item.key, message: given.words.failed ?? "", said })));
      does.push(make("span", { class: "play-throw" }, code, this.button("throw", "", () => code.value.trim() && void take({ do: "throw", key: item.key, code: code.value.trim(), said }))));
    }
    const seen = make("details", {}, make("summary", {}, given.words.sees ?? ""), make("pre", {}, JSON.stringify(item.variables, null, 2)));
    inner.append(answer.element, make("div", { class: "play-does" }, ...does), seen);
  }

  private button(word: string, kind: string, act: () => void): HTMLElement {
    return make("button", { type: "button", class: `btn btn-sm ${kind}`, click: act }, this.given.words[word] ?? word);
  }

  private async answer(form: Item["form"], id: string, known: Values, data: Values = {}): Promise<Answer> {
    return form ? formAnswer(this.given, form, known, data) : jsonAnswer(this.given, id, known);
  }

  private renderTabs(): void {
    const shown = this.case();
    for (const button of document.querySelectorAll<HTMLElement>("[data-tab]")) {
      const tab = button.dataset.tab as Tab;
      button.setAttribute("aria-selected", String(tab === this.tab));
      const count = tab === "warnings" ? shown?.warnings.length : tab === "decisions" ? shown?.decisions.length : 0;
      button.textContent = `${this.given.words[`tab_${tab}`] ?? tab}${count ? ` ${count}` : ""}`;
    }
    place("play-tab").replaceChildren(shown ? TABS[this.tab](this.given, shown) : make("p", { class: "text-secondary mb-0" }, this.given.words.not_begun ?? ""));
  }

  private save(): void {
    if (!this.last) return;
    const text = scenario(this.given.id, this.given.now, this.steps, this.last);
    const link = make("a", { href: URL.createObjectURL(new Blob([text], { type: "text/yaml" })), download: `${this.given.id}.yaml` });
    link.click();
    URL.revokeObjectURL(link.href);
  }

  // A page loaded anew goes on where it was; another tab has its own play.
  private keep(): void {
    sessionStorage.setItem(this.place(), JSON.stringify({ now: this.given.now, steps: this.steps }));
  }

  private kept(): Step[] {
    try {
      const found = JSON.parse(sessionStorage.getItem(this.place()) ?? "null") as { now: string; steps: Step[] } | null;
      if (!found) return [];
      this.given.now = found.now;
      return found.steps;
    } catch {
      return [];
    }
  }

  private place(): string {
    return `play ${this.given.addresses.play}`;
  }
}
