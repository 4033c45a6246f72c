// The values of a form as JSON: each field's by its kind, the rows of a list one after the other.
import { rowsOf } from "./places.ts";

type Values = Record<string, unknown>;

export function valuesOf(container: Element): Values {
  const values: Values = {};
  for (const element of container.querySelectorAll<HTMLElement>("[data-key], [data-list]")) {
    // What stands in a row belongs to the row.
    if (element.parentElement?.closest("[data-row], form") !== container) continue;
    if (element.dataset.list !== undefined) put(values, element.dataset.list, listed(element));
    else put(values, element.dataset.key ?? "", valueOf(element));
  }
  return values;
}

// Rows at the end that nobody has written into are none.
function listed(list: Element): Values[] {
  const rows = rowsOf(list).map((row) => ({ isHeld: row.dataset.held !== undefined, values: valuesOf(row) }));
  while (rows.length && !rows.at(-1)?.isHeld && isEmpty(rows.at(-1)?.values)) rows.pop();
  return rows.map((row) => row.values);
}

function isEmpty(value: unknown): boolean {
  if (Array.isArray(value)) return value.length === 0;
  if (typeof value === "object" && value !== null) return Object.values(value).every(isEmpty);
  return value === null || value === undefined || value === false;
}

function valueOf(element: HTMLElement): unknown {
  const kind = element.dataset.kind;
  if (kind === "checkbox") return element.querySelector<HTMLInputElement>("input")?.checked ?? false;
  if (kind === "choices") return chosen(element);
  if (kind === "radio") return chosen(element)[0] ?? null;
  if (kind === "reference" || kind === "files") return held(element);
  const text = (element as HTMLInputElement).value;
  if (text === "") return null;
  if (kind === "choice") return JSON.parse(text);
  if (kind === "number") return numberOf(text);
  return text;
}

// What is no number goes as it is, for the server to say so.
function numberOf(text: string): unknown {
  const plain = text.trim().replace(/[，,](?=\d{3}\b)/g, "");
  return /^-?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(plain) ? Number(plain) : text;
}

function chosen(element: HTMLElement): unknown[] {
  return [...element.querySelectorAll<HTMLInputElement>("input:checked")].map((one) => JSON.parse(one.value) as unknown);
}

export function listOf<One>(element: HTMLElement): One[] {
  return JSON.parse(element.dataset.value ?? "[]") as One[];
}

function held(element: HTMLElement): unknown {
  const all = listOf<unknown>(element);
  if (all.length === 0) return null;
  return element.dataset.kind === "files" || element.dataset.several !== undefined ? all : all[0];
}

function put(values: Values, path: string, value: unknown): void {
  const names = path.split(".");
  let place = values;
  for (const name of names.slice(0, -1)) place = (place[name] ??= {}) as Values;
  place[names.at(-1) ?? ""] = value;
}
