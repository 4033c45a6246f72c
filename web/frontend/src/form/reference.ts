// A search-select: the server finds records under the reader's rights; the value is {id, label}, or a list of them.
import { h, type ComponentChild } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { send } from "../lib/sending.ts";
import { Description, Errors, Label } from "./parts.ts";
import type { FieldProps, FormData } from "./types.ts";

interface Found {
  id: string;
  label: string;
}
type Value = Found | Found[];
type Props = FieldProps<Value>;

const PAUSE = 200;

export function referenceField(given: FormData): unknown {
  function Reference(props: Props): ComponentChild {
    const { field, domId, errors, disabled, readonly, value } = props;
    const chosen = listed(value);
    const several = field.multiple === true;
    const fixed = disabled || readonly;
    const take = (found: Found) => props.onChange({ value: several ? [...chosen.filter((one) => one.id !== found.id), found] : found });
    const drop = (found: Found) => {
      const left = chosen.filter((one) => one.id !== found.id);
      props.onChange({ value: several && left.length ? left : null });
    };
    const state = [errors.length ? "fjs-has-errors" : "", disabled ? "fjs-disabled" : "", readonly ? "fjs-readonly" : ""];
    return h("div", { class: `fjs-form-field fjs-form-field-reference ${state.join(" ")}` }, [
      h(Label, { htmlFor: domId, label: field.label, required: field.validate?.required }),
      h("ul", { class: "reference-chosen" }, chosen.map((one) => Chosen(one, fixed ? null : drop, given))),
      !fixed && (several || chosen.length === 0) ? h(Search, { ...props, take, given }) : null,
      h(Description, { id: `${domId}-description`, description: field.description }),
      h(Errors, { id: `${domId}-error-message`, errors }),
    ]);
  }
  Reference.config = { type: "reference", keyed: true, label: "", group: "selection", emptyValue: null, sanitizeValue: sanitized, create: (options = {}) => options };
  return Reference;
}

function Chosen(found: Found, drop: ((found: Found) => void) | null, given: FormData): ComponentChild {
  const label = (given.words.remove ?? "").replace("{name}", found.label);
  return h("li", { key: found.id, class: "reference-one" }, [
    h("span", null, found.label),
    found.id === found.label ? null : h("span", { class: "reference-id" }, found.id),
    drop ? h("button", { type: "button", class: "reference-drop", "aria-label": label, onClick: () => drop(found) }, "×") : null,
  ]);
}

function Search(props: Props & { take: (found: Found) => void; given: FormData }): ComponentChild {
  const { domId, field, given } = props;
  const [text, setText] = useState("");
  const [found, setFound] = useState<Found[] | null>(null);
  const [said, setSaid] = useState("");
  const [at, setAt] = useState(-1);
  const [open, setOpen] = useState(false);
  const asked = useRef(0);

  useEffect(() => {
    if (!open) return;
    const turn = ++asked.current;
    const timer = setTimeout(() => void ask(), PAUSE);
    async function ask(): Promise<void> {
      setSaid(given.words.searching ?? "");
      const answer = await lookUp(given, field.properties?.ref ?? "", text);
      if (turn !== asked.current) return;
      setFound(answer);
      setAt(-1);
      setSaid(answer === null ? (given.words.lookup_failed ?? "") : answer.length ? "" : (given.words.nothing_found ?? ""));
    }
    return () => clearTimeout(timer);
  }, [text, open]);

  const take = (one: Found | undefined) => {
    if (!one) return;
    setOpen(false);
    setText("");
    setFound(null);
    props.take(one);
  };
  const options = found ?? [];
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      setOpen(true);
      const step = event.key === "ArrowDown" ? 1 : -1;
      if (options.length) setAt((at + step + options.length) % options.length);
    } else if (event.key === "Enter") {
      event.preventDefault();
      event.stopPropagation();
      take(options[at] ?? (options.length === 1 ? options[0] : undefined));
    } else if (event.key === "Escape") setOpen(false);
  };
  const list = `${domId}-found`;
  return h("div", { class: "reference-search" }, [
    h("div", { class: "fjs-input-group" }, [
      h("input", {
        id: domId,
        class: "fjs-input",
        type: "text",
        role: "combobox",
        autocomplete: "off",
        placeholder: given.words.search,
        value: text,
        "aria-expanded": open && options.length > 0,
        "aria-controls": list,
        "aria-autocomplete": "list",
        "aria-activedescendant": at >= 0 ? `${list}-${at}` : undefined,
        "aria-invalid": props.errors.length > 0,
        "aria-required": props.field.validate?.required ?? false,
        "aria-describedby": `${domId}-description ${domId}-error-message`,
        onInput: (event: Event) => {
          setText((event.target as HTMLInputElement).value);
          setOpen(true);
        },
        onFocus: () => setOpen(true),
        onBlur: () => {
          setOpen(false);
          props.onBlur?.();
        },
        onKeyDown,
      }),
    ]),
    h("ul", { id: list, role: "listbox", class: "reference-found", "aria-label": field.label, hidden: !open || !options.length },
      options.map((one, index) =>
        h("li", {
          key: one.id, id: `${list}-${index}`, role: "option", "aria-selected": index === at, class: index === at ? "is-at" : "",
          onMouseDown: (event: MouseEvent) => { event.preventDefault(); take(one); },
        }, [h("span", null, one.label), one.id === one.label ? null : h("span", { class: "reference-id" }, one.id)]),
      ),
    ),
    h("div", { class: "reference-said", role: "status", hidden: !open || said === "" }, said),
  ]);
}

async function lookUp(given: FormData, kind: string, text: string): Promise<Found[] | null> {
  const address = `${given.addresses.lookup.replace("KIND", encodeURIComponent(kind))}?text=${encodeURIComponent(text)}`;
  try {
    const response = await send("GET", address);
    return response.ok ? ((await response.json()) as Found[]) : null;
  } catch {
    return null;
  }
}

function listed(value: Value | null | undefined): Found[] {
  if (!value) return [];
  return Array.isArray(value) ? value : [value];
}

// A value of another shape, such as a number that an older form has left, is no choice.
function sanitized({ value }: { value: unknown }): unknown {
  const isFound = (one: unknown) => typeof one === "object" && one !== null && "id" in one && "label" in one;
  if (Array.isArray(value)) return value.every(isFound) ? value : null;
  return isFound(value) ? value : null;
}
