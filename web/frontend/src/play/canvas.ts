// The diagram of the case that is looked at, coloured by where it stands.
import NavigatedViewer from "bpmn-js/lib/NavigatedViewer";
import "bpmn-js/dist/assets/diagram-js.css";
import "bpmn-js/dist/assets/bpmn-js.css";
import { mark, toHere, type Any } from "../case/diagram.ts";
import { translate } from "../lib/translated.ts";
import { place } from "../model/canvas.ts";
import type { Case, PlayData } from "./types.ts";

export class Stage {
  private viewer: Any;
  private shown = "";

  constructor(
    private readonly given: PlayData,
    private readonly chosen: (element: string) => void,
  ) {}

  async show(process: string, drawn: Case | undefined): Promise<void> {
    if (this.shown !== process) await this.open(process, drawn?.texts ?? {});
    if (!this.viewer) return;
    const drawing = {
      address: "",
      active: drawn?.active ?? {},
      completed: drawn?.completed ?? [],
      flows: drawn?.flows ?? [],
      incidents: (drawn?.incidents ?? []).map((one) => one.element),
      texts: {},
      words: { here: this.given.words.here ?? "" },
    };
    mark(this.viewer, drawing);
    toHere(this.viewer, drawing);
  }

  fit(): void {
    this.viewer?.get("canvas").zoom("fit-viewport", "auto");
  }

  zoom(factor: number): void {
    const canvas = this.viewer?.get("canvas");
    canvas?.zoom(Math.min(4, Math.max(0.1, canvas.zoom() * factor)), "auto");
  }

  private async open(process: string, texts: Record<string, string>): Promise<void> {
    this.viewer?.destroy();
    this.shown = process;
    const viewer: Any = new NavigatedViewer({
      container: place("canvas"),
      bpmnRenderer: { defaultFillColor: "var(--tl-shape)", defaultStrokeColor: "var(--tl-stroke)", defaultLabelColor: "var(--tl-label)" },
    } as object);
    this.viewer = viewer;
    viewer.on("import.parse.complete", ({ elementsById }: Any) => {
      translate(elementsById, texts);
    });
    viewer.on("element.click", ({ element }: Any) => this.chosen(element.id));
    const { file, files } = this.given.addresses;
    const address = process === this.given.id ? file : files.replace("ID", encodeURIComponent(process));
    const answer = await fetch(address, { credentials: "same-origin" });
    await viewer.importXML(await answer.text());
    viewer.get("canvas").zoom("fit-viewport", "auto");
  }
}
