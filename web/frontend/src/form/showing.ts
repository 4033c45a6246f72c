// What changes on a form while it is filled in: parts that hide, and the server's findings at their fields.
import type { Finding, Look } from "./given.ts";
import { placeOf, rowOf } from "./places.ts";

export function applyState(form: HTMLElement, state: Record<string, Look>): void {
  for (const part of form.querySelectorAll<HTMLElement>("[data-part]")) {
    const look = state[`${rowOf(part)}#${part.dataset.part ?? ""}`];
    if (look) apply(part, look);
  }
}

function apply(part: HTMLElement, look: Look): void {
  part.hidden = look.hidden;
  const mark = part.querySelector<HTMLElement>(".required-mark");
  if (mark) mark.hidden = !look.required;
  const label = part.querySelector("[data-label]");
  if (label && label.textContent !== look.label) label.textContent = look.label;
  const shown = part.querySelector(":scope > [data-shown]");
  // The server has cleaned it (web/pages/markup.py), and the page's policy runs no script in it.
  if (shown && look.html !== undefined) shown.innerHTML = look.html;
  const select = part.querySelector<HTMLSelectElement>("select[data-kind=choice]");
  if (select && look.options) choose(select, look.options);
}

function choose(select: HTMLSelectElement, options: [string, string][]): void {
  const before = select.value;
  const all = [...select.options].slice(1).map((one) => [one.value, one.text]);
  if (JSON.stringify(all) === JSON.stringify(options)) return;
  select.length = 1;
  for (const [value, label] of options) select.add(new Option(label, value));
  select.value = options.some(([value]) => value === before) ? before : "";
}

// Returns the sentences for which there is no field to show them at. `only`: the fields somebody has been at.
export function showFindings(form: HTMLElement, findings: Finding[], only?: Set<string>): string[] {
  const left = [...findings];
  for (const field of form.querySelectorAll<HTMLElement>("[data-key], [data-list]")) {
    const place = placeOf(field);
    const mine = left.filter((finding) => finding.element === place);
    for (const one of mine) left.splice(left.indexOf(one), 1);
    if (!only || only.has(place) || hasError(field)) say(field, mine.map((one) => one.message));
  }
  return left.map((one) => one.message);
}

function say(field: HTMLElement, sentences: string[]): void {
  const part = field.closest<HTMLElement>("[data-part]");
  const place = errorOf(field);
  if (!part || !place) return;
  place.textContent = sentences.join(" ");
  part.classList.toggle("has-error", sentences.length > 0);
  const control = field.matches("input, select, textarea, fieldset") ? field : field.querySelector("input");
  if (sentences.length) control?.setAttribute("aria-invalid", "true");
  else control?.removeAttribute("aria-invalid");
}

function hasError(field: HTMLElement): boolean {
  return Boolean(errorOf(field)?.textContent);
}

// A list's own stands below its rows, which have theirs.
function errorOf(field: HTMLElement): HTMLElement | null {
  const around = field.dataset.list === undefined ? field.closest("[data-part]") : field;
  return around?.querySelector<HTMLElement>(field.dataset.list === undefined ? "[data-error]" : ":scope > [data-error]") ?? null;
}

export function focusFirst(form: HTMLElement): void {
  const part = form.querySelector<HTMLElement>(".has-error");
  const control = part?.querySelector<HTMLElement>(":is(input, select, textarea):not([hidden])") ?? part?.querySelector<HTMLElement>("fieldset");
  control?.focus();
  control?.scrollIntoView({ block: "center" });
}
