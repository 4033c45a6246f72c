// What a field of references or files holds, listed with a button to take each away.
import { worded, type Given } from "./given.ts";
import { listOf } from "./values.ts";

export interface Line {
  name: string;
  note: string;
  address?: string;
}

export function setList(field: HTMLElement, all: unknown[]): void {
  field.dataset.value = JSON.stringify(all);
  field.dispatchEvent(new Event("change", { bubbles: true }));
}

export function drawList<One>(field: HTMLElement, given: Given, lineOf: (one: One) => Line, dropped: () => void): void {
  const all = listOf<One>(field);
  const place = field.querySelector("[data-chosen]");
  place?.replaceChildren(
    ...all.map((one) => {
      const drop = () => {
        setList(field, all.filter((other) => other !== one));
        dropped();
      };
      return lineElement(lineOf(one), given, drop);
    }),
  );
}

function lineElement(line: Line, given: Given, drop: () => void): HTMLElement {
  const item = document.createElement("li");
  item.className = "reference-one";
  const name = document.createElement(line.address ? "a" : "span");
  name.textContent = line.name;
  if (line.address) {
    name.setAttribute("href", line.address);
    name.setAttribute("download", line.name);
  }
  const note = document.createElement("span");
  note.className = "reference-id";
  note.textContent = line.note;
  const button = document.createElement("button");
  button.type = "button";
  button.className = "reference-drop";
  button.textContent = "×";
  button.setAttribute("aria-label", worded(given.words.remove, { name: line.name }));
  button.addEventListener("click", drop);
  item.append(name, note, button);
  return item;
}
