// The island of a form: shows it, keeps drafts, sends it, and puts what the server refuses to the fields.
import { Form } from "form-js-viewer-v2";
import { note, problemOf, type Problem } from "../lib/notes.ts";
import { data, send } from "../lib/sending.ts";
import { Drafts } from "./drafts.ts";
import { showErrors } from "./errors.ts";
import { ownFields, prepared } from "./fields.ts";
import { translating } from "./translate.ts";
import { namedChecks } from "./validate.ts";
import type { FormData } from "./types.ts";

export async function openForm(): Promise<void> {
  const place = document.getElementById("form");
  const given = data<FormData | null>("form-data");
  if (!place || !given) return;
  place.style.setProperty("--tl-select", JSON.stringify(given.words.select ?? ""));
  const form = new Form({
    container: place,
    additionalModules: [translating(given.translations), ownFields(given), namedChecks],
  });
  await form.importSchema(prepared(given.schema), structuredClone(given.data));
  if (!given.editable) form.setProperty("readOnly", true);
  place.setAttribute("data-ready", "true");
  const drafts = given.editable ? new Drafts(form, given) : null;
  const button = document.getElementById("send");
  if (!(button instanceof HTMLButtonElement)) return;
  const submit = () => void sendForm(form, given, button, drafts);
  button.addEventListener("click", submit);
  // Enter in a field sends a form-js form, too.
  place.addEventListener("submit", (event) => {
    event.preventDefault();
    event.stopPropagation();
    submit();
  }, true);
}

async function sendForm(form: Form, given: FormData, button: HTMLButtonElement, drafts: Drafts | null): Promise<void> {
  if (button.disabled) return;
  const { data: values, errors } = form.submit();
  if (Object.keys(errors).length > 0) {
    say(given.words.invalid ?? "");
    focusFirst();
    return;
  }
  button.disabled = true;
  try {
    await drafts?.stop();
    const response = await send("POST", given.addresses.send, values);
    if (response.ok) {
      const { next } = (await response.json()) as { next: string };
      location.assign(next);
      return;
    }
    refuse(form, given, await problemOf(response));
  } catch {
    note(given.words.offline ?? "");
  }
  drafts?.resume();
  button.disabled = false;
}

function refuse(form: Form, given: FormData, problem: Problem): void {
  const findings = (problem.findings ?? []).filter((finding) => finding.element);
  const left = showErrors(form, findings);
  say([findings.length ? given.words.invalid : problem.detail, ...left].join(" "));
  focusFirst();
}

function say(text: string): void {
  const place = document.getElementById("form-said");
  if (!place) return;
  place.textContent = text;
  place.hidden = text === "";
}

function focusFirst(): void {
  requestAnimationFrame(() => {
    const field = document.querySelector<HTMLElement>(".fjs-has-errors :is(input, textarea, select, button)");
    field?.focus();
    field?.scrollIntoView({ block: "center" });
  });
}
