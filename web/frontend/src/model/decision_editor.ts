// dmn-js: the graph of decisions, their tables and expressions.
import DmnModeler from "dmn-js/lib/Modeler";
import "dmn-js/dist/assets/diagram-js.css";
import "dmn-js/dist/assets/dmn-js-shared.css";
import "dmn-js/dist/assets/dmn-js-drd.css";
import "dmn-js/dist/assets/dmn-js-decision-table.css";
import "dmn-js/dist/assets/dmn-js-decision-table-controls.css";
import "dmn-js/dist/assets/dmn-js-literal-expression.css";
import "dmn-js/dist/assets/dmn-js-boxed-expression.css";
import "dmn-js/dist/assets/dmn-js-boxed-expression-controls.css";
import "dmn-js/dist/assets/dmn-font/css/dmn-embedded.css";
import { colours, place } from "./canvas.ts";
import { OF_DECISIONS } from "./chinese.ts";
import { translating } from "./translate.ts";
import { translateBelow } from "./words_in_place.ts";
import type { Canvas, ModelData } from "./types.ts";

interface Viewer {
  on(event: string, listener: () => void): void;
  get(name: "commandStack"): { undo(): void; redo(): void; canUndo(): boolean; canRedo(): boolean };
}
interface View {
  type: string;
  element: { id: string };
}

export async function openDecisions(given: ModelData): Promise<Canvas> {
  const { stroke, fill, label } = colours();
  const words = { additionalModules: [translating(given.language, OF_DECISIONS)] };
  const modeler = new DmnModeler({
    container: place("canvas"),
    drd: { ...words, drdRenderer: { defaultStrokeColor: stroke, defaultFillColor: fill, defaultLabelColor: label } },
    decisionTable: words,
    literalExpression: words,
    boxedExpression: words,
  });
  await modeler.importXML(given.content);
  const views = modeler.getViews() as View[];
  const wanted = views.find((view) => view.type !== "drd" && view.element.id === given.id) ?? views[0];
  if (wanted) await modeler.open(wanted);
  if (given.language === "zh") translateBelow(OF_DECISIONS, place("canvas"));
  // Each view has a command stack of its own.
  const stack = () => (modeler.getActiveViewer() as Viewer | undefined)?.get("commandStack");
  return {
    undo: () => stack()?.undo(),
    redo: () => stack()?.redo(),
    canUndo: () => stack()?.canUndo() ?? false,
    canRedo: () => stack()?.canRedo() ?? false,
    content: async () => ((await modeler.saveXML({ format: true })) as { xml: string }).xml,
    onChange: (changed) => watch(modeler, changed),
  };
}

/** Each view has a command stack of its own, made when the view is opened first. */
function watch(modeler: DmnModeler, changed: () => void): void {
  const watched = new WeakSet<object>();
  const look = () => {
    const viewer = modeler.getActiveViewer() as Viewer | undefined;
    if (!viewer || watched.has(viewer)) return;
    watched.add(viewer);
    viewer.on("commandStack.changed", changed);
  };
  look();
  modeler.on("views.changed", look);
}
