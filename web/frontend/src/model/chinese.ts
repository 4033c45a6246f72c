// bpmn.io's words in Chinese as far as bpmn-js-i18n lacks them, by editor: the same word may mean another thing there.
import { DECISIONS } from "./chinese/decisions.ts";
import { ELEMENTS } from "./chinese/elements.ts";
import { FORMS } from "./chinese/forms.ts";
import { PANEL } from "./chinese/panel.ts";
import { SHARED } from "./chinese/shared.ts";

// What the panel does not ask its translations for. Nothing else may be changed there: it holds the analysts' own words.
const PASSED_BY = [
  "Click to remove dynamic value with FEEL expression",
  "Click to set a dynamic value with FEEL expression",
  "Create",
  "Create new list item",
  "Delete item",
  "FEEL expression is mandatory",
  "Open pop-up editor",
  "Section contains edits",
  "Section contains an error",
  "Toggle list item",
  "Toggle section",
];
export const PAST_TRANSLATE = Object.fromEntries(PASSED_BY.map((word) => [word, PANEL[word] ?? word]));

// "5 results found", each word by itself.
export const IN_MENUS = { result: "项结果", results: "项结果", found: "" };

export const OF_DIAGRAMS = { ...ELEMENTS, ...SHARED, ...PANEL };
export const OF_DECISIONS = { ...SHARED, ...DECISIONS };
export const OF_FORMS = { ...PAST_TRANSLATE, ...SHARED, ...FORMS };
