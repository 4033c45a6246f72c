// The diagram of a case: read-only, coloured by markers; what is new comes with each renewal of the page's data.
import NavigatedViewer from "bpmn-js/lib/NavigatedViewer";
import { data } from "../lib/sending.ts";
import { translate } from "../lib/translated.ts";

export interface Drawing {
  address: string;
  active: Record<string, number>;
  completed: string[];
  flows: string[];
  incidents: string[];
  texts: Record<string, string>;
  words: Record<string, string>;
}

const MARKERS = ["tl-done", "tl-now", "tl-stuck", "tl-within"];
const READABLE = 0.75;

export async function openDiagram(): Promise<void> {
  const place = document.getElementById("canvas");
  const drawing = data<Drawing | null>("drawing");
  if (!place || !drawing) return;
  const viewer: Any = new NavigatedViewer({
    container: place,
    // A wheel over the diagram scrolls the page, as it does elsewhere.
    zoomScroll: { enabled: false },
    bpmnRenderer: { defaultFillColor: "var(--tl-shape)", defaultStrokeColor: "var(--tl-stroke)", defaultLabelColor: "var(--tl-label)" },
  } as object);
  viewer.on("import.parse.complete", ({ elementsById }: Any) => {
    translate(elementsById, drawing.texts);
  });
  try {
    const answer = await fetch(drawing.address, { credentials: "same-origin" });
    if (!answer.ok) throw new Error(`${answer.status}`);
    await viewer.importXML(await answer.text());
  } catch {
    place.classList.add("canvas-empty");
    place.textContent = drawing.words.failed ?? "";
    place.dataset.ready = "false";
    return;
  }
  mark(viewer, drawing);
  toHere(viewer, drawing);
  buttons(viewer);
  place.dataset.ready = "true";
  document.body.addEventListener("htmx:afterSettle", () => {
    const now = data<Drawing | null>("drawing");
    if (now) mark(viewer, now);
  });
}

// bpmn-js brings no types of its services.
export type Any = any;

export function mark(viewer: Any, drawing: Drawing): void {
  const canvas = viewer.get("canvas");
  const registry = viewer.get("elementRegistry");
  const overlays = viewer.get("overlays");
  overlays.clear();
  for (const element of registry.getAll()) {
    for (const marker of MARKERS) canvas.removeMarker(element.id, marker);
  }
  const add = (id: string, marker: string) => {
    if (registry.get(id)) canvas.addMarker(id, marker);
  };
  for (const id of [...drawing.completed, ...drawing.flows]) add(id, "tl-done");
  for (const [id, count] of Object.entries(drawing.active)) {
    const scope = isScope(registry.get(id));
    add(id, scope ? "tl-within" : "tl-now");
    if (registry.get(id) && !scope) overlays.add(id, { position: { top: -12, right: 14 }, html: badge(count, drawing.words.here ?? "") });
  }
  for (const id of drawing.incidents) add(id, "tl-stuck");
}

function badge(count: number, title: string): HTMLElement {
  const element = document.createElement("span");
  element.className = "canvas-badge";
  element.textContent = count > 1 ? String(count) : "●";
  element.title = title;
  return element;
}

// All of it where that can be read; else where the case stands.
export function toHere(viewer: Any, drawing: Drawing): void {
  const canvas = viewer.get("canvas");
  const registry = viewer.get("elementRegistry");
  canvas.zoom("fit-viewport", "auto");
  const here = [...drawing.incidents, ...Object.keys(drawing.active)]
    .map((id) => registry.get(id))
    .filter((element) => element && !isScope(element));
  if (canvas.zoom() >= READABLE || here.length === 0) return;
  const { x, y, width, height } = here[here.length - 1];
  const box = canvas.viewbox().outer;
  const size = { width: box.width / READABLE, height: box.height / READABLE };
  canvas.viewbox({ x: x + width / 2 - size.width / 2, y: y + height / 2 - size.height / 2, ...size });
}

function isScope(element: Any): boolean {
  return element?.businessObject?.$instanceOf?.("bpmn:SubProcess") && !element.collapsed;
}

function buttons(viewer: Any): void {
  const canvas = viewer.get("canvas");
  const zoom = (factor: number) => canvas.zoom(Math.min(4, Math.max(0.1, canvas.zoom() * factor)), "auto");
  const does: Record<string, () => void> = {
    zoom_in: () => zoom(1.3),
    zoom_out: () => zoom(1 / 1.3),
    fit: () => canvas.zoom("fit-viewport", "auto"),
    to_here: () => {
      const now = data<Drawing | null>("drawing");
      if (now) toHere(viewer, now);
    },
    whole_screen: () => void document.getElementById("canvas-card")?.requestFullscreen?.(),
  };
  for (const button of document.querySelectorAll<HTMLElement>("[data-canvas]")) {
    button.addEventListener("click", () => does[button.dataset.canvas ?? ""]?.());
  }
  document.addEventListener("fullscreenchange", () => {
    canvas.resized();
    canvas.zoom("fit-viewport", "auto");
  });
}
