// Words of bpmn.io that go past its `translate`, all of the form editor among them: changed where they stand, as text.
type Words = Record<string, string>;

// Only the editors' own words stand here; what people call their fields and elements is left alone.
const PLACES =
  ".djs-popup-search-count, .fjs-select-placeholder, .fjs-form-field-select input, .fjs-form-field-taglist input, .bio-properties-panel-entry [aria-label], .dmn-decision-table-container .context-menu, .dmn-decision-table-container [title], .dmn-decision-table-container [aria-label], .fjs-palette, .fjs-palette-container, .fjs-empty-editor, .fjs-context-pad, .bio-properties-panel-header-type, .bio-properties-panel-group-header, .bio-properties-panel-label, .bio-properties-panel-description, .bio-properties-panel-error, .bio-properties-panel-placeholder, .bio-properties-panel-input option, .bio-properties-panel-list-entry, .bio-properties-panel-collapsible-entry, .bio-properties-panel-list-entry-item, .bio-properties-panel-add-entry, .bio-properties-panel-entry button, .bio-properties-panel-dropdown-button";
const ATTRIBUTES = ["placeholder", "title", "aria-label"];
// Sentences with a part of their own in them; a component is called as it is in the palette.
const SENTENCES: [RegExp, (part: string) => string][] = [
  [/^List contains (\d+) items?$/, (count) => `共 ${count} 项`],
  [/^Create an? (.+) element$/, (component) => `添加${component}`],
  [/^Remove (.+)$/, (component) => `删除${component}`],
];

export function translateBelow(words: Words, ...roots: HTMLElement[]): void {
  const known = new Map(Object.entries(words));
  const chinese = (text: string): string | undefined => {
    if (known.has(text)) return known.get(text);
    const sentence = SENTENCES.find(([pattern]) => pattern.test(text));
    const part = sentence?.[0].exec(text)?.[1] ?? "";
    return sentence && (/^\d+$/.test(part) || known.has(part)) ? sentence[1](known.get(part) ?? part) : undefined;
  };
  for (const root of roots) {
    change(root, chinese);
    const observed = { childList: true, subtree: true, characterData: true, attributes: true, attributeFilter: ATTRIBUTES };
    new MutationObserver(() => change(root, chinese)).observe(root, observed);
  }
}

function change(root: HTMLElement, chinese: (text: string) => string | undefined): void {
  for (const place of root.querySelectorAll<HTMLElement>(PLACES)) {
    const walker = document.createTreeWalker(place, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
      const found = chinese(walker.currentNode.textContent?.trim() ?? "");
      if (found !== undefined && found !== walker.currentNode.textContent) walker.currentNode.textContent = found;
    }
    for (const field of [place, ...place.querySelectorAll("[placeholder], [title], [aria-label]")]) {
      for (const name of ATTRIBUTES) {
        const found = chinese(field.getAttribute(name) ?? "");
        if (found !== undefined) field.setAttribute(name, found);
      }
    }
  }
}
