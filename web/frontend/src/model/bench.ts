// The bench around a canvas: drafts kept as one works, checks, findings, deploying.
import { make, told } from "../lib/make.ts";
import { note, problemOf } from "../lib/notes.ts";
import { send } from "../lib/sending.ts";
import { place } from "./canvas.ts";
import { Deploying } from "./deploying.ts";
import { FindingsList } from "./findings.ts";
import type { Canvas, Finding, ModelData } from "./types.ts";

const CHECK_AFTER = 700;
const KEEP_AFTER = 1500;
const CONFLICT = 409;

export class Bench {
  private canvas!: Canvas;
  private readonly list: FindingsList;
  private readonly said = place("kept");
  private checkSoon = 0;
  private keepSoon = 0;
  private asked = 0;
  private isChanged = false;
  private keeping = Promise.resolve();

  constructor(private readonly given: ModelData) {
    this.list = new FindingsList(given.words, (element) => this.canvas.select?.(element), (element) => this.canvas.nameOf?.(element) ?? element);
  }

  start(canvas: Canvas, isReadOnly: boolean): void {
    this.canvas = canvas;
    this.bindTools(isReadOnly);
    void this.check();
    if (isReadOnly) return;
    for (const id of ["play", "texts"]) document.getElementById(id)?.addEventListener("click", (event) => void this.saveAndGo(event));
    canvas.onChange(() => this.changed());
    addEventListener("beforeunload", (event) => {
      if (this.isChanged) event.preventDefault();
    });
    new Deploying(this.given, () => this.canvas.content(), {
      begin: () => clearTimeout(this.keepSoon),
      done: (said, version) => this.deployed(said, version),
      refused: (findings) => this.show(findings),
    });
  }

  private bindTools(isReadOnly: boolean): void {
    const bind = (id: string, act: (() => void) | undefined) => {
      const button = document.getElementById(id);
      if (act) button?.addEventListener("click", act);
      else button?.remove();
    };
    const { canvas } = this;
    addEventListener("keydown", (event) => {
      if (event.key !== "s" || !(event.ctrlKey || event.metaKey) || isReadOnly) return;
      event.preventDefault();
      if (this.isChanged) void this.keep();
    });
    bind("undo", isReadOnly || !canvas.undo ? undefined : () => canvas.undo?.());
    bind("redo", isReadOnly || !canvas.redo ? undefined : () => canvas.redo?.());
    bind("fit", canvas.fit ? () => canvas.fit?.() : undefined);
    bind("download", () => void this.download());
    const panel = document.getElementById("panel-switch");
    panel?.addEventListener("click", () => {
      const isHidden = place("panel").toggleAttribute("hidden");
      panel.setAttribute("aria-pressed", String(!isHidden));
    });
  }

  private changed(): void {
    this.isChanged = true;
    this.said.textContent = this.given.words.changed ?? "";
    this.refreshTools();
    clearTimeout(this.checkSoon);
    clearTimeout(this.keepSoon);
    this.checkSoon = window.setTimeout(() => void this.check(), CHECK_AFTER);
    this.keepSoon = window.setTimeout(() => void this.keep(), KEEP_AFTER);
  }

  private refreshTools(): void {
    const set = (id: string, can: boolean | undefined) => {
      const button = document.getElementById(id);
      if (button instanceof HTMLButtonElement) button.disabled = !can;
    };
    set("undo", this.canvas.canUndo?.());
    set("redo", this.canvas.canRedo?.());
  }

  private async check(): Promise<void> {
    const mine = ++this.asked;
    try {
      const content = await this.canvas.content();
      const { kind, resource } = this.given;
      const [own, response] = await Promise.all([
        this.canvas.lint?.() ?? Promise.resolve([]),
        send("POST", this.given.addresses.check, { kind, resource, content }),
      ]);
      if (mine !== this.asked) return;
      if (!response.ok) {
        note((await problemOf(response)).detail ?? "");
        return;
      }
      const { findings } = (await response.json()) as { findings: Finding[] };
      this.show([...findings, ...own]);
    } catch {
      note(this.given.words.offline ?? "");
    }
  }

  private show(findings: Finding[]): void {
    this.list.show(findings);
    this.canvas.mark?.(findings);
  }

  /** One save at a time: the second has to know when the first was. */
  private keep(over = false): Promise<void> {
    this.keeping = this.keeping.then(() => this.keepNow(over));
    return this.keeping;
  }

  private async keepNow(over: boolean): Promise<void> {
    try {
      const content = await this.canvas.content();
      const seen = over ? null : this.given.seen;
      const response = await send("PUT", this.given.addresses.draft, { content, base: this.given.base, seen });
      if (response.status === CONFLICT) {
        this.keptElsewhere((await problemOf(response)).detail ?? "");
        return;
      }
      if (!response.ok) throw new Error((await problemOf(response)).detail);
      const { kept, others } = (await response.json()) as { kept: string; others: string[] };
      this.given.seen = kept;
      this.tellOthers(others);
      this.isChanged = false;
      const time = new Date().toLocaleTimeString(this.given.language === "zh" ? "zh-CN" : "en-GB", { hour: "2-digit", minute: "2-digit" });
      this.said.textContent = (this.given.words.kept ?? "").replace("{time}", time);
    } catch (error) {
      this.said.textContent = this.given.words.not_kept ?? "";
      note(error instanceof Error && error.message ? error.message : (this.given.words.offline ?? ""));
    }
  }

  /** Another window has saved the same draft: nothing is written over until the analyst has said which one stays. */
  private keptElsewhere(detail: string): void {
    this.said.textContent = this.given.words.not_kept ?? "";
    const notice = place("kept-elsewhere");
    notice.hidden = false;
    notice.replaceChildren(
      `${detail} `,
      make("button", { type: "button", class: "btn btn-sm", click: () => void this.keep(true).then(() => (notice.hidden = true)) }, this.given.words.keep_mine ?? ""),
      " ",
      make("button", { type: "button", class: "btn btn-sm", click: () => void this.download() }, this.given.words.download ?? ""),
      " ",
      make("button", { type: "button", class: "btn btn-sm", click: () => this.leave(location.pathname) }, this.given.words.take_other ?? ""),
    );
  }

  private tellOthers(names: string[]): void {
    const notice = place("others");
    notice.hidden = names.length === 0;
    notice.querySelector("span")?.replaceChildren(told(this.given.words, "others", { names: names.join("、") }));
  }

  private leave(address: string): void {
    this.isChanged = false;
    location.assign(address);
  }

  /** To another page of this model: what was changed goes along. */
  private async saveAndGo(event: Event): Promise<void> {
    const link = event.currentTarget as HTMLAnchorElement;
    if (!this.isChanged) return;
    event.preventDefault();
    clearTimeout(this.keepSoon);
    await this.keep();
    // Of an older version that was changed there is a draft now.
    if (!this.isChanged) this.leave(new URL(link.href).pathname);
  }

  private deployed(said: string, version: number): void {
    this.isChanged = false;
    this.given.base = version;
    this.given.seen = null;
    this.said.textContent = said;
    place("model-version").textContent = `v${version}`;
    for (const old of document.querySelectorAll(".modeler-head form, .modeler-notice:not(.modeler-phone)")) old.remove();
    void this.check();
  }

  private async download(): Promise<void> {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([await this.canvas.content()], { type: "application/octet-stream" }));
    link.download = this.given.resource.split("/").pop() ?? this.given.resource;
    link.click();
    URL.revokeObjectURL(link.href);
  }
}
