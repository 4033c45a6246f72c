// Single keys for lists and tasks: they press what a page marks for them. One can switch them off, since other tools
// at the same desk (dictation, remote control) may type letters too.
const SWITCHED_OFF = "trunkline-keys-off";
// Keys pressed in these belong to them.
const TYPED_INTO = "input:not([type=checkbox]), textarea, select, [contenteditable], dialog, .dropdown-menu";
let place = -1;

export function startKeys(): void {
  const help = document.querySelector<HTMLDialogElement>("#keys");
  const opener = document.querySelector<HTMLButtonElement>("#keys-open");
  const used = document.querySelector<HTMLInputElement>("#keys-used");
  if (!help || !opener || !used) return;
  opener.hidden = false;
  opener.addEventListener("click", () => help.showModal());
  used.checked = localStorage.getItem(SWITCHED_OFF) === null;
  used.addEventListener("change", () => {
    if (used.checked) localStorage.removeItem(SWITCHED_OFF);
    else localStorage.setItem(SWITCHED_OFF, "1");
  });
  document.addEventListener("keydown", (event) => {
    if (!used.checked || isTaken(event)) return;
    const key = event.key.toLowerCase();
    if (key === "?") help.showModal();
    else if (key === "j" || key === "k" ? !step(key === "j" ? 1 : -1) : !press(key)) return;
    event.preventDefault();
  });
}

function isTaken(event: KeyboardEvent): boolean {
  const held = event.ctrlKey || event.metaKey || event.altKey || event.isComposing;
  return held || event.defaultPrevented || (event.target as HTMLElement).closest(TYPED_INTO) !== null;
}

// To the next or the previous line. Where the line one was in has left the list, another stands in its place.
function step(by: number): boolean {
  const lines = [...document.querySelectorAll<HTMLElement>("tr [data-line]")];
  if (!lines.length) return false;
  const here = lines.findIndex((line) => line.closest("tr")?.contains(document.activeElement));
  const next = here >= 0 ? here + by : by > 0 ? place : place - 1;
  place = Math.max(0, Math.min(lines.length - 1, next));
  lines[place]?.focus();
  return true;
}

// What is marked in the line one is in, else outside of all lines.
function press(key: string): boolean {
  const marked = `[data-hotkey="${CSS.escape(key)}"]`;
  const found =
    document.activeElement?.closest("tr")?.querySelector<HTMLElement>(marked) ??
    [...document.querySelectorAll<HTMLElement>(marked)].find((element) => !element.closest("tr"));
  if (!found) return false;
  if (found.matches("input[type=search], textarea")) found.focus();
  else found.click();
  return true;
}
