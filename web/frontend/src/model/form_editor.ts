// form-js's editor of forms.
import { FormEditor } from "@bpmn-io/form-js-editor";
import "@bpmn-io/form-js-viewer/dist/assets/form-js.css";
import "@bpmn-io/form-js-editor/dist/assets/form-js-editor.css";
import { place } from "./canvas.ts";
import { OF_FORMS } from "./chinese.ts";
import { translateBelow } from "./words_in_place.ts";
import type { Canvas, ModelData } from "./types.ts";

interface Stack {
  undo(): void;
  redo(): void;
  canUndo(): boolean;
  canRedo(): boolean;
}

export async function openFormEditor(given: ModelData): Promise<Canvas> {
  const editor = new FormEditor({
    container: place("canvas"),
    propertiesPanel: { parent: place("panel") },
  });
  const schema = JSON.parse(given.content) as Record<string, unknown>;
  await editor.importSchema(schema);
  if (given.language === "zh") translateBelow(OF_FORMS, place("canvas"), place("panel"));
  const stack = () => editor.get("commandStack") as Stack;
  return {
    content: () => Promise.resolve(`${JSON.stringify(editor.saveSchema(), null, 2)}\n`),
    onChange: (changed) => editor.on("changed", changed),
    undo: () => stack().undo(),
    redo: () => stack().redo(),
    canUndo: () => stack().canUndo(),
    canRedo: () => stack().canRedo(),
  };
}
