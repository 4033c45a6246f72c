// What stands beside the diagram: what waits, incidents, and below it variables, path, warnings and decisions.
import { make, told } from "../lib/make.ts";
import type { Case, Item, PlayData } from "./types.ts";

export function waitingLine(given: PlayData, item: Item, isOpen: boolean, open: () => void): HTMLElement {
  const facts = [
    given.words[`kind_${item.action ? "action" : item.kind}`] ?? item.kind,
    item.what,
    item.due && told(given.words, "due", { time: moment(given, item.due) }),
    item.groups.join(", "),
  ].filter(Boolean);
  return make(
    "button",
    { type: "button", class: `play-item is-${item.kind}`, "aria-expanded": String(isOpen), "data-element": item.element, click: open },
    make("strong", {}, item.name),
    make("span", { class: "text-secondary" }, facts.join(" · ")),
  );
}

export function variables(given: PlayData, shown: Case): HTMLElement {
  const names = Object.keys(shown.variables).sort();
  if (names.length === 0) return nothing(given, "no_variables");
  const rows = names.map((name) => {
    const text = JSON.stringify(shown.variables[name], null, 2);
    const value = text.length > 60 ? make("details", {}, make("summary", {}, `${text.slice(0, 50).replaceAll("\n", " ")}…`), make("pre", {}, text)) : make("code", {}, text);
    return make("tr", {}, make("th", { scope: "row" }, make("code", {}, name)), make("td", {}, value));
  });
  return make("table", { class: "table table-sm play-variables" }, make("tbody", {}, ...rows));
}

export function path(given: PlayData, shown: Case): HTMLElement {
  if (shown.path.length === 0) return nothing(given, "no_path");
  return make("ol", { class: "play-path" }, ...shown.path.map((name) => make("li", {}, name)));
}

export function warnings(given: PlayData, shown: Case): HTMLElement {
  if (shown.warnings.length === 0) return nothing(given, "no_warnings");
  const lines = shown.warnings.map((one) =>
    make("li", {}, make("strong", {}, one.name), " ", make("code", {}, one.expression), make("div", {}, one.said.join("；"))),
  );
  return make("ul", { class: "play-list" }, ...lines);
}

export function decisions(given: PlayData, shown: Case): HTMLElement {
  if (shown.decisions.length === 0) return nothing(given, "no_decisions");
  const lines = shown.decisions.map((one) => {
    const rules = one.rules.map((rule) => told(given.words, "rule", { index: rule.index })).join(" · ");
    const notes = one.rules.flatMap((rule) => Object.values(rule.annotations)).filter(Boolean).join("；");
    const facts = make("dl", { class: "play-facts" }, ...pairs(given.words.inputs ?? "", one.inputs), ...pairs(given.words.output ?? "", one.output));
    return make("li", {}, make("strong", {}, one.name), ` ${one.decision} `, make("span", { class: "text-secondary" }, rules), facts, notes && make("small", { class: "text-secondary" }, notes));
  });
  return make("ul", { class: "play-list" }, ...lines);
}

function pairs(name: string, value: unknown): HTMLElement[] {
  return [make("dt", {}, name), make("dd", {}, make("code", {}, JSON.stringify(value)))];
}

function nothing(given: PlayData, name: string): HTMLElement {
  return make("p", { class: "text-secondary mb-0" }, given.words[name] ?? "");
}

export function moment(given: PlayData, time: string): string {
  const form = { year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit", second: "2-digit" } as const;
  return new Intl.DateTimeFormat(given.language === "zh" ? "zh-CN" : "en-GB", { ...form, timeZone: given.timezone }).format(new Date(time));
}
