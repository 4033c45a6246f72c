// What all canvases ask of the page around them.
export function isPhone(): boolean {
  return matchMedia("(max-width: 767.98px)").matches;
}

export function isDark(): boolean {
  return document.documentElement.getAttribute("data-bs-theme") === "dark";
}

export function colours(): { stroke: string; fill: string; label: string } {
  return isDark()
    ? { stroke: "#c8d3e0", fill: "#1b2737", label: "#e6ecf3" }
    : { stroke: "#22303f", fill: "#ffffff", label: "#22303f" };
}

/** A place for a canvas or panel; the page has it, or the page is broken. */
export function place(id: string): HTMLElement {
  const found = document.getElementById(id);
  if (!found) throw new Error(`no #${id}`);
  return found;
}
