// How somebody answers what waits: the form that people will see, drawn by the server, or values as JSON.
import "../styles/form.css";
import { startDocuments } from "../form/document.ts";
import type { Finding, Look } from "../form/given.ts";
import { startReferences } from "../form/reference.ts";
import { startRows } from "../form/rows.ts";
import { applyState, focusFirst, showFindings } from "../form/showing.ts";
import { valuesOf } from "../form/values.ts";
import { make } from "../lib/make.ts";
import { note, problemOf } from "../lib/notes.ts";
import { send } from "../lib/sending.ts";
import type { PlayData, Values } from "./types.ts";

/** Something that can be filled in; `values` is null, and the reason is shown, as long as it is not right. */
export interface Answer {
  element: HTMLElement;
  values(): Promise<Values | null>;
}

interface Drawn {
  html: string;
  state: Record<string, Look>;
  findings: Finding[];
}

export async function formAnswer(given: PlayData, form: string, known: Values, data: Values): Promise<Answer> {
  const element = make("form", { class: "play-form", novalidate: true, autocomplete: "off", submit: (event) => event.preventDefault() });
  const ask = async (values: Values): Promise<Drawn | null> => {
    const response = await send("POST", given.addresses.form, { form, values, data });
    if (response.ok) return (await response.json()) as Drawn;
    note((await problemOf(response)).detail ?? "");
    return null;
  };
  // The server has drawn it and cleaned what a form may show; the page's policy runs no script in it.
  element.innerHTML = (await ask(known))?.html ?? "";
  const fields = (place: HTMLElement) => {
    startReferences(place, given.form);
    startDocuments(place, given.form);
  };
  const renew = async () => {
    const drawn = await ask(valuesOf(element));
    if (drawn) applyState(element, drawn.state);
  };
  fields(element);
  startRows(element, (added) => added && fields(added));
  element.addEventListener("change", () => void renew());
  return {
    element,
    values: async () => {
      const values = valuesOf(element);
      const drawn = await ask(values);
      if (!drawn) return null;
      applyState(element, drawn.state);
      const left = showFindings(element, drawn.findings);
      if (left.length > 0) note(left.join(" "));
      if (drawn.findings.length === 0) return values;
      focusFirst(element);
      return null;
    },
  };
}

export function jsonAnswer(given: PlayData, id: string, known: Values): Answer {
  const field = make("textarea", { class: "form-control told-json", rows: "6", id, spellcheck: "false" });
  field.value = JSON.stringify(known, null, 2);
  const said = make("p", { class: "play-said", role: "alert", hidden: true });
  const element = make("div", {}, make("label", { class: "form-label", for: id }, given.words.values ?? ""), field, said);
  const read = (): Values | null => {
    said.hidden = true;
    try {
      const found: unknown = JSON.parse(field.value || "{}");
      if (found && typeof found === "object" && !Array.isArray(found)) return found as Values;
      said.textContent = given.words.not_object ?? "";
    } catch (error) {
      said.textContent = `${given.words.not_json ?? ""} ${error instanceof Error ? error.message : ""}`;
    }
    said.hidden = false;
    field.focus();
    return null;
  };
  return { element, values: () => Promise.resolve(read()) };
}

interface Schema {
  type?: string | string[];
  properties?: Record<string, Schema>;
  enum?: unknown[];
  default?: unknown;
}

/** Values of the shape a handler gives back, to be filled in. */
export function example(schema: Schema | undefined): unknown {
  if (!schema) return {};
  if (schema.default !== undefined) return schema.default;
  if (schema.enum) return schema.enum[0];
  switch (Array.isArray(schema.type) ? schema.type[0] : schema.type) {
    case "object":
      return Object.fromEntries(Object.entries(schema.properties ?? {}).map(([name, inner]) => [name, example(inner)]));
    case "array":
      return [];
    case "number":
    case "integer":
      return 0;
    case "boolean":
      return false;
    case "null":
      return null;
    default:
      return "";
  }
}
