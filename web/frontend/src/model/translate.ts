// bpmn.io's words in Chinese: bpmn-js-i18n's for the canvas, ours for what it lacks.
import canvas from "bpmn-js-i18n/translations/zn";

type Words = Record<string, string>;

export function translating(language: string, own: Words): object {
  return language === "zh" ? { translate: ["value", translate({ ...(canvas as Words), ...own })] } : {};
}

function translate(words: Words): (template: string, replacements?: Record<string, unknown>) => string {
  return (template, replacements = {}) =>
    (words[template] ?? template).replace(/\{([^}]+)\}/g, (whole, name: string) => String(replacements[name] ?? whole));
}
