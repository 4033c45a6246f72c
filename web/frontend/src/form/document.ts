// A file field: each file is handed to the server as it is chosen; the value is a list of Camunda document references.
import { h, type ComponentChild } from "preact";
import { useRef, useState } from "preact/hooks";
import { problemOf } from "../lib/notes.ts";
import { send } from "../lib/sending.ts";
import { Description, Errors, Label } from "./parts.ts";
import type { FieldProps, FormData as Given } from "./types.ts";

interface Reference {
  documentId: string;
  metadata: { fileName: string; size: number };
  [other: string]: unknown;
}
type Props = FieldProps<Reference[]>;

export function documentField(given: Given): unknown {
  function Documents(props: Props): ComponentChild {
    const { field, domId, disabled, readonly } = props;
    const value = Array.isArray(props.value) ? props.value : [];
    const [busy, setBusy] = useState(false);
    const [refused, setRefused] = useState<string[]>([]);
    const input = useRef<HTMLInputElement>(null);
    const fixed = disabled || readonly;

    async function add(files: File[]): Promise<void> {
      setBusy(true);
      const added: Reference[] = [];
      const problems: string[] = [];
      for (const file of files) {
        const answer = await upload(given, file);
        if (typeof answer === "string") problems.push(answer);
        else added.push(answer);
      }
      setBusy(false);
      setRefused(problems);
      if (added.length) props.onChange({ value: field.multiple ? [...value, ...added] : added });
      if (input.current) input.current.value = "";
    }
    const drop = (one: Reference) => {
      const left = value.filter((other) => other.documentId !== one.documentId);
      props.onChange({ value: left.length ? left : null });
    };
    const errors = [...props.errors, ...refused];
    return h("div", { class: `fjs-form-field fjs-form-field-document ${errors.length ? "fjs-has-errors" : ""}` }, [
      h(Label, { htmlFor: domId, label: field.label, required: field.validate?.required }),
      h("ul", { class: "document-list" }, value.map((one) => File_(one, fixed ? null : drop, given))),
      fixed ? null : h("input", {
        id: domId, ref: input, type: "file", class: "form-control", multiple: field.multiple === true, disabled: busy,
        accept: field.accept || given.limits.types.join(","),
        "aria-describedby": `${domId}-description ${domId}-error-message`,
        "aria-invalid": errors.length > 0,
        onChange: (event: Event) => void add([...((event.target as HTMLInputElement).files ?? [])]),
      }),
      h("div", { class: "reference-said", role: "status", hidden: !busy }, given.words.uploading),
      h(Description, { id: `${domId}-description`, description: field.description }),
      h(Errors, { id: `${domId}-error-message`, errors }),
    ]);
  }
  Documents.config = { type: "filepicker", keyed: true, label: "", group: "basic-input", emptyValue: null, sanitizeValue: sanitized, create: (options = {}) => options };
  return Documents;
}

function File_(one: Reference, drop: ((one: Reference) => void) | null, given: Given): ComponentChild {
  const name = one.metadata.fileName;
  const address = given.addresses.document.replace("ID", encodeURIComponent(one.documentId));
  return h("li", { key: one.documentId, class: "reference-one" }, [
    h("a", { href: address, download: name }, name),
    h("span", { class: "reference-id" }, sized(one.metadata.size)),
    drop ? h("button", { type: "button", class: "reference-drop", "aria-label": (given.words.remove ?? "").replace("{name}", name), onClick: () => drop(one) }, "×") : null,
  ]);
}

async function upload(given: Given, file: File): Promise<Reference | string> {
  if (file.size > given.limits.bytes) return (given.words.file_too_large ?? "").replace("{name}", file.name).replace("{megabytes}", String(given.limits.bytes / 1024 / 1024));
  const body = new FormData();
  body.set("file", file);
  try {
    const response = await send("POST", given.addresses.documents, body);
    return response.ok ? ((await response.json()) as Reference) : ((await problemOf(response)).detail ?? "");
  } catch {
    return given.words.offline ?? "";
  }
}

function sized(bytes: number): string {
  return bytes < 1024 * 1024 ? `${Math.max(1, Math.round(bytes / 1024))} KB` : `${(bytes / 1024 / 1024).toFixed(1)} MB`;
}

function sanitized({ value }: { value: unknown }): unknown {
  return Array.isArray(value) && value.every((one) => typeof one === "object" && one !== null && "documentId" in one) ? value : null;
}
