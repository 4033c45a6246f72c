// Elements made by scripts. Words are only ever text.
type Child = Node | string | null | undefined | false;

export function make<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  attributes: Record<string, string | boolean | ((event: Event) => void)> = {},
  ...children: Child[]
): HTMLElementTagNameMap[Tag] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") element.addEventListener(name, value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false) element.setAttribute(name, value);
  }
  element.append(...children.filter((child): child is Node | string => Boolean(child)));
  return element;
}

/** A sentence of the page with its {parameters} put in. */
export function told(words: Record<string, string>, name: string, parameters: Record<string, unknown> = {}): string {
  return (words[name] ?? name).replace(/\{([^}]+)\}/g, (whole, key: string) => String(parameters[key] ?? whole));
}
