// A file field: each file is handed to the server as it is chosen; the value is a list of Camunda document references.
import { problemOf } from "../lib/notes.ts";
import { send } from "../lib/sending.ts";
import { drawList, setList, type Line } from "./chosen.ts";
import { worded, type Given } from "./given.ts";
import { listOf } from "./values.ts";

interface Reference {
  documentId: string;
  metadata: { fileName: string; size: number };
  [other: string]: unknown;
}

export function startDocuments(place: HTMLElement, given: Given): void {
  for (const field of place.querySelectorAll<HTMLElement>("[data-kind=files]")) start(field, given);
}

function start(field: HTMLElement, given: Given): void {
  const input = field.querySelector<HTMLInputElement>("input[type=file]");
  const draw = () => drawList<Reference>(field, given, (one) => lineOf(one, given), draw);
  draw();
  input?.addEventListener("change", (event) => {
    // The field changes once its files have arrived.
    event.stopPropagation();
    void add(field, input, given).then(draw);
  });
}

async function add(field: HTMLElement, input: HTMLInputElement, given: Given): Promise<void> {
  const files = [...(input.files ?? [])];
  const added: Reference[] = [];
  const refused: string[] = [];
  input.disabled = true;
  say(field, "[role=status]", given.words.uploading ?? "");
  for (const file of files) {
    const answer = await upload(given, file);
    if (typeof answer === "string") refused.push(answer);
    else added.push(answer);
  }
  input.disabled = false;
  input.value = "";
  say(field, "[role=status]", "");
  say(field, "[data-error]", refused.join(" "));
  const before = field.dataset.several === undefined ? [] : listOf<Reference>(field);
  if (added.length) setList(field, [...before, ...added]);
}

async function upload(given: Given, file: File): Promise<Reference | string> {
  if (file.size > given.bytes) return worded(given.words.file_too_large, { name: file.name, megabytes: String(given.bytes / 1024 / 1024) });
  const body = new FormData();
  body.set("file", file);
  try {
    const response = await send("POST", given.addresses.documents, body);
    return response.ok ? ((await response.json()) as Reference) : ((await problemOf(response)).detail ?? "");
  } catch {
    return given.words.offline ?? "";
  }
}

function lineOf(one: Reference, given: Given): Line {
  const { fileName, size } = one.metadata;
  return { name: fileName, note: sized(size), address: given.addresses.document.replace("ID", encodeURIComponent(one.documentId)) };
}

function sized(bytes: number): string {
  return bytes < 1024 * 1024 ? `${Math.max(1, Math.round(bytes / 1024))} KB` : `${(bytes / 1024 / 1024).toFixed(1)} MB`;
}

function say(field: HTMLElement, selector: string, text: string): void {
  const place = field.querySelector<HTMLElement>(selector);
  if (!place) return;
  place.textContent = text;
  if (place.getAttribute("role") === "status") place.hidden = text === "";
}
