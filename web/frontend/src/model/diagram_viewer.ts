// A diagram to look at, for phones.
import NavigatedViewer from "bpmn-js/lib/NavigatedViewer";
import "bpmn-js/dist/assets/diagram-js.css";
import "bpmn-js/dist/assets/bpmn-js.css";
import zeebe from "zeebe-bpmn-moddle/resources/zeebe.json";
import { colours, place } from "./canvas.ts";
import type { Canvas, ModelData } from "./types.ts";

export async function openViewer(given: ModelData): Promise<Canvas> {
  const { stroke, fill, label } = colours();
  const viewer = new NavigatedViewer({
    container: place("canvas"),
    bpmnRenderer: { defaultStrokeColor: stroke, defaultFillColor: fill, defaultLabelColor: label },
    moddleExtensions: { zeebe },
  });
  await viewer.importXML(given.content);
  const fit = () => (viewer.get("canvas") as { zoom(how: string): void }).zoom("fit-viewport");
  fit();
  return { content: () => Promise.resolve(given.content), onChange: () => undefined, fit };
}
