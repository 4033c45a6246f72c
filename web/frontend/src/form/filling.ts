// A form while somebody fills it in: drafts, what the server says of them, and sending.
import { note, problemOf, type Problem } from "../lib/notes.ts";
import { data, send } from "../lib/sending.ts";
import { startDocuments } from "./document.ts";
import { Drafts } from "./drafts.ts";
import type { Given, Kept } from "./given.ts";
import { placeOf } from "./places.ts";
import { startReferences } from "./reference.ts";
import { startRows } from "./rows.ts";
import { applyState, focusFirst, showFindings } from "./showing.ts";
import { valuesOf } from "./values.ts";

export function openForm(): void {
  const form = document.querySelector<HTMLFormElement>("form#form");
  if (!form) return;
  const given = data<Given | null>("form-data");
  if (given) fillIn(form, given);
  form.dataset.ready = "true";
}

function fillIn(form: HTMLFormElement, given: Given): void {
  const touched = new Set<string>();
  const told = (kept: Kept) => {
    applyState(form, kept.state);
    showFindings(form, kept.findings, touched);
  };
  const drafts = new Drafts(() => valuesOf(form), given, told);
  const fields = (place: HTMLElement) => {
    startReferences(place, given);
    startDocuments(place, given);
  };
  fields(form);
  startRows(form, (added) => {
    if (added) fields(added);
    // Rows have other numbers now.
    touched.clear();
    drafts.soon();
  });
  let typing: Element | null = null;
  const left = (event: Event) => {
    const field = (event.target as HTMLElement).closest("[data-key]");
    if (event.type === "focusout" && field !== typing) return;
    if (field) touched.add(placeOf(field));
    typing = null;
    drafts.soon();
  };
  form.addEventListener("input", (event) => {
    typing = (event.target as HTMLElement).closest("[data-key]");
    drafts.later();
  });
  form.addEventListener("change", left);
  // A browser tells of no change where somebody has emptied again what was empty.
  form.addEventListener("focusout", left);
  const button = document.getElementById("send") as HTMLButtonElement;
  const submit = () => void sendForm(form, given, button, drafts);
  button.addEventListener("click", submit);
  // Enter alone belongs to the field one is in, and to its input method.
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) submit();
    else if (event.key === "Enter" && (event.target as HTMLElement).matches("input:not([type=file])")) event.preventDefault();
  });
}

async function sendForm(form: HTMLFormElement, given: Given, button: HTMLButtonElement, drafts: Drafts): Promise<void> {
  if (button.disabled) return;
  button.disabled = true;
  say("");
  try {
    await drafts.stop();
    const response = await send("POST", given.addresses.send, valuesOf(form));
    if (response.ok) {
      const { next } = (await response.json()) as { next: string };
      location.assign(next);
      return;
    }
    refuse(form, given, await problemOf(response));
  } catch {
    note(given.words.offline ?? "");
  }
  drafts.resume();
  button.disabled = false;
}

function refuse(form: HTMLFormElement, given: Given, problem: Problem): void {
  const findings = (problem.findings ?? []).filter((finding) => finding.element);
  const left = showFindings(form, findings);
  say([findings.length ? given.words.invalid : problem.detail, ...left].join(" "));
  focusFirst(form);
}

function say(text: string): void {
  const place = document.getElementById("form-said");
  if (!place) return;
  place.textContent = text;
  place.hidden = text === "";
}
