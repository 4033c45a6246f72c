// bpmn.io's words in Chinese: bpmn-js-i18n's for the canvas, ours for what it lacks.
import canvas from "bpmn-js-i18n/translations/zn";
import { OWN } from "./chinese.ts";

export function translated(template: string, replacements: Record<string, unknown> = {}): string {
  const found = OWN[template] ?? (canvas as Record<string, string>)[template];
  return (found ?? template).replace(/\{([^}]+)\}/g, (whole, name: string) => String(replacements[name] ?? whole));
}

export function translating(language: string): object {
  return language === "zh" ? { translate: ["value", translated] } : {};
}
