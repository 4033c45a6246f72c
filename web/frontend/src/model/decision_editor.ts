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
import { place } from "./canvas.ts";
import { translating } from "./translate.ts";
import type { Canvas, ModelData } from "./types.ts";

interface View {
  type: string;
  element: { id: string };
}

export async function openDecisions(given: ModelData): Promise<Canvas> {
  const words = { additionalModules: [translating(given.language)] };
  const modeler = new DmnModeler({
    container: place("canvas"),
    drd: words,
    decisionTable: words,
    literalExpression: words,
    boxedExpression: words,
  });
  await modeler.importXML(given.content);
  const views = modeler.getViews() as View[];
  const wanted = views.find((view) => view.type !== "drd" && view.element.id === given.id) ?? views[0];
  if (wanted) await modeler.open(wanted);
  return {
    content: async () => ((await modeler.saveXML({ format: true })) as { xml: string }).xml,
    onChange: (changed) => watch(modeler, changed),
  };
}

/** Each view has a command stack of its own, made when the view is opened first. */
function watch(modeler: DmnModeler, changed: () => void): void {
  const watched = new WeakSet<object>();
  const look = () => {
    const viewer = modeler.getActiveViewer() as { on(event: string, listener: () => void): void } | undefined;
    if (!viewer || watched.has(viewer)) return;
    watched.add(viewer);
    viewer.on("commandStack.changed", changed);
  };
  look();
  modeler.on("views.changed", look);
}
