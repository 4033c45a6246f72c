// form-js's `translate`, with the server's words: what it refuses and what the browser refuses read the same.
export function translating(translations: Record<string, string>): object {
  const translate = (template: string, replacements: Record<string, unknown> = {}) =>
    (translations[template] ?? template).replace(/\{([^}]+)\}/g, (whole, name: string) => String(replacements[name] ?? whole));
  return { translate: ["value", translate] };
}
