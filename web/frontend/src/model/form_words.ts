// The form editor has no translations: the words of its palette and panel are changed where they stand, as text.
import { OWN } from "./chinese.ts";

// Only the editor's own words stand here; what people call their fields is left alone.
const PLACES =
  ".fjs-palette, .fjs-palette-container, .bio-properties-panel-header-type, .bio-properties-panel-group-header-title, .bio-properties-panel-label, .bio-properties-panel-description";

export function translateBelow(...roots: HTMLElement[]): void {
  for (const root of roots) {
    change(root);
    new MutationObserver(() => change(root)).observe(root, { childList: true, subtree: true, characterData: true });
  }
}

function change(root: HTMLElement): void {
  for (const place of root.querySelectorAll<HTMLElement>(PLACES)) {
    const walker = document.createTreeWalker(place, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
      const found = OWN[walker.currentNode.textContent?.trim() ?? ""];
      if (found !== undefined) walker.currentNode.textContent = found;
    }
    for (const field of place.querySelectorAll("input[placeholder]")) {
      const found = OWN[field.getAttribute("placeholder") ?? ""];
      if (found !== undefined) field.setAttribute("placeholder", found);
    }
  }
}
