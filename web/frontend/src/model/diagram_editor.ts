// bpmn-js with the panel of zeebe's properties, element templates made by the server, and markers of findings.
import { ElementTemplateChooserModule } from "./template_chooser.ts";
import Modeler from "bpmn-js/lib/Modeler";
import "bpmn-js/dist/assets/diagram-js.css";
import "bpmn-js/dist/assets/bpmn-js.css";
import "bpmn-js/dist/assets/bpmn-font/css/bpmn-embedded.css";
import "@bpmn-io/properties-panel/dist/assets/properties-panel.css";
import "bpmn-js-element-templates/dist/assets/element-templates.css";
import "@bpmn-io/element-template-chooser/dist/element-template-chooser.css";
import "diagram-js-minimap/assets/diagram-js-minimap.css";
import { BpmnPropertiesPanelModule, BpmnPropertiesProviderModule, ZeebePropertiesProviderModule } from "bpmn-js-properties-panel";
import { CloudElementTemplatesPropertiesProviderModule } from "bpmn-js-element-templates";
import { CreateAppendAnythingModule, CreateAppendElementTemplatesModule } from "bpmn-js-create-append-anything";
import cloudBehaviors from "camunda-bpmn-js-behaviors/lib/camunda-cloud";
import minimap from "diagram-js-minimap";
import colorPicker from "bpmn-js-color-picker";
import zeebe from "zeebe-bpmn-moddle/resources/zeebe.json";
import { colours, place } from "./canvas.ts";
import { IN_MENUS, OF_DIAGRAMS, PAST_TRANSLATE } from "./chinese.ts";
import { translateBelow } from "./words_in_place.ts";
import { lint } from "./lint.ts";
import { Markers } from "./markers.ts";
import { translating } from "./translate.ts";
import type { Canvas, ModelData } from "./types.ts";

/** The parts of bpmn-js that are used here, as far as they are. */
interface Parts {
  canvas: Surface;
  commandStack: { undo(): void; redo(): void; canUndo(): boolean; canRedo(): boolean };
  elementRegistry: { get(id: string): Node | undefined; filter(wanted: (element: Node) => boolean): Node[] };
  elementTemplatesLoader: { setTemplates(templates: object[]): void };
  selection: { select(element: Node): void };
}
interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}
interface Surface {
  viewbox(box?: Box): { inner: Box; outer: { width: number; height: number } };
  scrollToElement(element: Node, padding: number): void;
}
interface Node extends Box {
  id: string;
  type: string;
  businessObject?: { name?: string };
}

const LEFT = 130;
const EDGE = 24;
const READABLE = 0.6;

export async function openDiagram(given: ModelData): Promise<Canvas> {
  const templates = fetch(given.addresses.templates, { headers: { Accept: "application/json" } });
  const modeler = newModeler(given);
  if (given.language === "zh") speakChinese(modeler);
  hearInputMethods(place("canvas"));
  const part = <Name extends keyof Parts>(name: Name) => modeler.get(name) as Parts[Name];
  await modeler.importXML(given.content);
  const response = await templates;
  if (response.ok) part("elementTemplatesLoader").setTemplates((await response.json()) as object[]);
  const fit = () => fitBeside(part("canvas"));
  fit();
  const registry = part("elementRegistry");
  toTheBeginning(part("canvas"), registry);
  const markers = new Markers(modeler, given.words);
  return {
    content: async () => (await modeler.saveXML({ format: true })).xml ?? "",
    onChange: (changed) => modeler.on("commandStack.changed", changed),
    undo: () => part("commandStack").undo(),
    redo: () => part("commandStack").redo(),
    canUndo: () => part("commandStack").canUndo(),
    canRedo: () => part("commandStack").canRedo(),
    fit,
    lint: () => lint(modeler.getDefinitions(), given.words),
    mark: (findings) => markers.show(findings),
    select: (id) => {
      const element = registry.get(id);
      if (!element) return;
      part("canvas").scrollToElement(element, 200);
      part("selection").select(element);
    },
    nameOf: (id) => registry.get(id)?.businessObject?.name || id,
  };
}

/** What bpmn.io does not ask its translations for: in the panel, and in a menu once it is open. */
function speakChinese(modeler: { on(event: string, heard: () => void): void }): void {
  translateBelow(PAST_TRANSLATE, place("panel"));
  modeler.on("popupMenu.opened", () => {
    const menu = place("canvas").querySelector<HTMLElement>(".djs-popup-parent");
    if (menu) translateBelow(IN_MENUS, menu);
  });
}

/** The search of menus hears keys alone: words of an input method, or pasted ones, raise none; its Enter chooses nothing. */
function hearInputMethods(container: HTMLElement): void {
  const isSearch = (event: Event) => (event.target as HTMLElement).matches(".djs-popup-search input");
  container.addEventListener("input", (event) => {
    if (isSearch(event)) event.target?.dispatchEvent(new KeyboardEvent("keyup", { bubbles: true }));
  });
  const composing = (event: KeyboardEvent) => {
    if (isSearch(event) && event.isComposing) event.stopPropagation();
  };
  container.addEventListener("keydown", composing, true);
}

/** A diagram too large to be read as a whole is opened where it begins; the button shows all of it. */
function toTheBeginning(canvas: Surface, registry: Parts["elementRegistry"]): void {
  const { outer, inner } = canvas.viewbox();
  const leftmost = (kind: RegExp) => registry.filter((element) => kind.test(element.type)).sort((a, b) => a.x - b.x)[0];
  // A start event may stand far above the way that it begins.
  const [first, work] = [leftmost(/StartEvent$/), leftmost(/Task$/)];
  if (!first || outer.width / (inner.width + LEFT) >= READABLE) return;
  const size = { width: outer.width / READABLE, height: outer.height / READABLE };
  canvas.viewbox({ x: first.x - (LEFT + 2 * EDGE) / READABLE, y: (work ?? first).y - size.height / 2, ...size });
}

/** The whole diagram, beside the palette and not below it. */
function fitBeside(canvas: Surface): void {
  const { inner, outer } = canvas.viewbox();
  const scale = Math.min((outer.width - LEFT - EDGE) / inner.width, (outer.height - 2 * EDGE) / inner.height, 1);
  const size = { width: outer.width / scale, height: outer.height / scale };
  canvas.viewbox({ x: inner.x - LEFT / scale, y: inner.y + inner.height / 2 - size.height / 2, ...size });
}

function newModeler(given: ModelData): Modeler {
  const { stroke, fill, label } = colours();
  return new Modeler({
    container: place("canvas"),
    bpmnRenderer: { defaultStrokeColor: stroke, defaultFillColor: fill, defaultLabelColor: label },
    propertiesPanel: { parent: place("panel") },
    moddleExtensions: { zeebe },
    additionalModules: [
      BpmnPropertiesPanelModule,
      BpmnPropertiesProviderModule,
      ZeebePropertiesProviderModule,
      CloudElementTemplatesPropertiesProviderModule,
      CreateAppendAnythingModule,
      CreateAppendElementTemplatesModule,
      ElementTemplateChooserModule,
      cloudBehaviors,
      minimap,
      colorPicker,
      translating(given.language, OF_DIAGRAMS),
    ],
  });
}
