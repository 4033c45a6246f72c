// A search-select: the server finds records under the reader's rights; the value is {id, label}, or a list of them.
import { send } from "../lib/sending.ts";
import { drawList, setList } from "./chosen.ts";
import type { Given } from "./given.ts";
import { listOf } from "./values.ts";

interface Found {
  id: string;
  label: string;
}

const PAUSE = 200;

export function startReferences(place: HTMLElement, given: Given): void {
  for (const field of place.querySelectorAll<HTMLElement>("[data-kind=reference]")) new Search(field, given);
}

class Search {
  private readonly input: HTMLInputElement;
  private readonly list: HTMLElement;
  private readonly said: HTMLElement;
  private found: Found[] = [];
  private at = -1;
  private turn = 0;
  private timer = 0;

  constructor(
    private readonly field: HTMLElement,
    private readonly given: Given,
  ) {
    this.input = part(field, "input");
    this.list = part(field, "[role=listbox]");
    this.said = part(field, "[role=status]");
    this.input.addEventListener("input", (event) => {
      // What is typed to search is no value.
      event.stopPropagation();
      this.ask(PAUSE);
    });
    this.input.addEventListener("change", (event) => event.stopPropagation());
    this.input.addEventListener("focus", () => this.ask(0));
    this.input.addEventListener("blur", () => this.close());
    this.input.addEventListener("keydown", (event) => this.onKey(event));
    this.list.addEventListener("mousedown", (event) => {
      event.preventDefault();
      const option = (event.target as HTMLElement).closest<HTMLElement>("[role=option]");
      if (option) this.take(this.found[Number(option.dataset.at)]);
    });
    this.draw();
  }

  private ask(pause: number): void {
    clearTimeout(this.timer);
    const turn = ++this.turn;
    this.timer = setTimeout(() => void this.look(turn), pause) as unknown as number;
  }

  private async look(turn: number): Promise<void> {
    const { words } = this.given;
    this.say(words.searching ?? "");
    const answer = await lookUp(this.given, this.field.dataset.ref ?? "", this.input.value);
    if (turn !== this.turn) return;
    this.found = answer ?? [];
    this.at = -1;
    this.say(answer === null ? (words.lookup_failed ?? "") : answer.length ? "" : (words.nothing_found ?? ""));
    this.list.replaceChildren(...this.found.map((one, index) => this.option(one, index)));
    this.open(this.found.length > 0);
  }

  private option(one: Found, index: number): HTMLElement {
    const item = document.createElement("li");
    item.id = `${this.list.id}-${index}`;
    item.setAttribute("role", "option");
    item.setAttribute("aria-selected", "false");
    item.dataset.at = String(index);
    item.append(span(one.label, ""), ...(one.id === one.label ? [] : [span(one.id, "reference-id")]));
    return item;
  }

  private onKey(event: KeyboardEvent): void {
    if (event.isComposing) return;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (this.list.hidden) this.ask(0);
      else this.move(event.key === "ArrowDown" ? 1 : -1);
    } else if (event.key === "Enter" && !event.ctrlKey && !event.metaKey) {
      event.preventDefault();
      this.take(this.found[this.at] ?? (this.found.length === 1 ? this.found[0] : undefined));
    } else if (event.key === "Escape") this.close();
  }

  private move(step: number): void {
    if (this.found.length === 0) return;
    this.at = (this.at + step + this.found.length) % this.found.length;
    for (const [index, item] of [...this.list.children].entries()) {
      item.setAttribute("aria-selected", String(index === this.at));
      item.classList.toggle("is-at", index === this.at);
      if (index === this.at) item.scrollIntoView({ block: "nearest" });
    }
    this.input.setAttribute("aria-activedescendant", `${this.list.id}-${this.at}`);
  }

  private take(one: Found | undefined): void {
    if (!one) return;
    const value = { id: one.id, label: one.label };
    const others = this.isSeveral() ? listOf<Found>(this.field).filter((other) => other.id !== one.id) : [];
    this.input.value = "";
    this.close();
    setList(this.field, [...others, value]);
    this.draw();
    if (!this.isSeveral()) this.field.querySelector<HTMLElement>(".reference-drop")?.focus();
  }

  private draw(): void {
    drawList<Found>(this.field, this.given, (one) => ({ name: one.label, note: one.id === one.label ? "" : one.id }), () => {
      this.draw();
      this.input.focus();
    });
    part(this.field, "[data-search]").hidden = !this.isSeveral() && listOf(this.field).length > 0;
  }

  private isSeveral(): boolean {
    return this.field.dataset.several !== undefined;
  }

  private open(is: boolean): void {
    const shown = is && document.activeElement === this.input;
    this.list.hidden = !shown;
    this.input.setAttribute("aria-expanded", String(shown));
    this.input.removeAttribute("aria-activedescendant");
  }

  private close(): void {
    this.turn++;
    clearTimeout(this.timer);
    this.open(false);
    this.say("");
  }

  private say(text: string): void {
    this.said.textContent = text;
    this.said.hidden = text === "";
  }
}

async function lookUp(given: Given, kind: string, text: string): Promise<Found[] | null> {
  const address = `${given.addresses.lookup.replace("KIND", encodeURIComponent(kind))}?text=${encodeURIComponent(text)}`;
  try {
    const response = await send("GET", address);
    return response.ok ? ((await response.json()) as Found[]) : null;
  } catch {
    return null;
  }
}

function part<Kind extends HTMLElement>(field: HTMLElement, selector: string): Kind {
  const found = field.querySelector<Kind>(selector);
  if (!found) throw new Error(`a field without ${selector}`);
  return found;
}

function span(text: string, kind: string): HTMLElement {
  const element = document.createElement("span");
  element.className = kind;
  element.textContent = text;
  return element;
}
