// A model on its canvas: BPMN, a form, or a decision table. Each kind is loaded when it is needed; phones only look.
import "./styles/modeler.css";
import "./styles/dark_editors.css";
import { note } from "./lib/notes.ts";
import { data } from "./lib/sending.ts";
import { Bench } from "./model/bench.ts";
import { isPhone } from "./model/canvas.ts";
import type { Canvas, ModelData } from "./model/types.ts";

async function open(): Promise<void> {
  const given = data<ModelData>("model-data");
  const place = document.getElementById("modeler");
  try {
    const bench = new Bench(given);
    bench.start(await canvasOf(given), isPhone());
    place?.setAttribute("data-ready", "true");
  } catch (error) {
    note(`${given.words.unreadable ?? ""}: ${error instanceof Error ? error.message : String(error)}`);
    place?.setAttribute("data-ready", "failed");
  }
}

async function canvasOf(given: ModelData): Promise<Canvas> {
  if (given.kind === "form") return (await import("./model/form_editor.ts")).openFormEditor(given);
  if (given.kind === "decision") return (await import("./model/decision_editor.ts")).openDecisions(given);
  if (isPhone()) return (await import("./model/diagram_viewer.ts")).openViewer(given);
  return (await import("./model/diagram_editor.ts")).openDiagram(given);
}

void open();
