// bpmn-js-differ says what has changed; here it is marked, listed in words and led to.
import NavigatedViewer from "bpmn-js/lib/NavigatedViewer";
import { diff } from "bpmn-js-differ";
import zeebe from "zeebe-bpmn-moddle/resources/zeebe.json";
import { make, told } from "../lib/make.ts";
import { note } from "../lib/notes.ts";
import { data } from "../lib/sending.ts";
import { translate } from "../lib/translated.ts";
import { place } from "../model/canvas.ts";

const READABLE = 0.4;
const SHOWN_AT = 0.6;

type Kind = "added" | "removed" | "changed" | "layout";
type Any = any;

type Texts = Record<string, string>;

interface Compared {
  old: string;
  new: string;
  words: Record<string, string>;
  texts: { old: Texts; new: Texts };
}
interface Change {
  kind: Kind;
  id: string;
  name: string;
  details: string[];
}

export async function openComparison(): Promise<void> {
  const given = data<Compared | null>("compare-data");
  if (!given) return;
  try {
    const [before, after] = [viewer("canvas-old"), viewer("canvas-new")];
    await Promise.all([load(before, given.old, given.texts.old), load(after, given.new, given.texts.new)]);
    const changes = found(before, after, { ...given.texts.old, ...given.texts.new });
    for (const change of changes) {
      if (change.kind !== "added") mark(before, change);
      if (change.kind !== "removed") mark(after, change);
    }
    together(before, after);
    list(given, changes, before, after);
    const [first] = changes;
    if (first && after.get("canvas").zoom() < READABLE) show(first, before, after);
    place("compare").dataset.ready = "true";
  } catch {
    note(given.words.unreadable ?? "");
    place("compare").dataset.ready = "failed";
  }
}

function viewer(id: string): Any {
  return new NavigatedViewer({
    container: place(id),
    moddleExtensions: { zeebe },
    bpmnRenderer: { defaultFillColor: "var(--tl-shape)", defaultStrokeColor: "var(--tl-stroke)", defaultLabelColor: "var(--tl-label)" },
  } as object);
}

/** Drawn in the reader's language; compared is what stands in the file. */
async function load(canvas: Any, address: string, texts: Texts): Promise<void> {
  const answer = await fetch(address, { credentials: "same-origin" });
  if (!answer.ok) throw new Error(`${answer.status}`);
  let giveBack = () => {};
  canvas.on("import.parse.complete", ({ elementsById }: Any) => {
    giveBack = translate(elementsById, texts);
  });
  await canvas.importXML(await answer.text());
  giveBack();
  canvas.get("canvas").zoom("fit-viewport", "auto");
}

function found(before: Any, after: Any, texts: Texts): Change[] {
  const result = diff(before.getDefinitions(), after.getDefinitions()) as Any;
  const changes: Change[] = [];
  const add = (kind: Kind, id: string, element: Any, details: string[] = []) => changes.push({ kind, id, name: texts[id] || element?.name || id, details });
  for (const [id, element] of Object.entries<Any>(result._added)) add("added", id, element);
  for (const [id, element] of Object.entries<Any>(result._removed)) add("removed", id, element);
  for (const [id, one] of Object.entries<Any>(result._changed)) {
    // Which flows come and go is told at the flows.
    const details = Object.entries<Any>(one.attrs ?? {}).filter(([name]) => !name.includes("incoming") && !name.includes("outgoing") && !name.includes("flowNodeRef"));
    // bpmn-js-differ 3.2 names the two the other way round: its `oldValue` is the second diagram's.
    if (details.length > 0) add("changed", id, elementOf(after, id) ?? one.model, details.map(([name, change]) => `${name}: ${value(change.newValue)} → ${value(change.oldValue)}`));
  }
  const known = new Set(changes.map((one) => one.id));
  for (const [id, element] of Object.entries<Any>(result._layoutChanged)) if (!known.has(id)) add("layout", id, element);
  const drawn = (id: string) => before.get("elementRegistry").get(id) || after.get("elementRegistry").get(id);
  return changes.filter((one) => drawn(one.id) || one.details.length > 0);
}

function elementOf(canvas: Any, id: string): Any {
  return canvas.get("elementRegistry").get(id)?.businessObject;
}

function value(given: unknown): string {
  if (given === undefined || given === null || given === "") return "—";
  if (typeof given !== "object") return String(given);
  const element = given as { $type?: string; id?: string; body?: string };
  return element.body ?? element.id ?? element.$type ?? "…";
}

function mark(canvas: Any, change: Change): void {
  if (canvas.get("elementRegistry").get(change.id)) canvas.get("canvas").addMarker(change.id, `diff-${change.kind}`);
}

/** What is moved in one is moved in the other. */
function together(before: Any, after: Any): void {
  let isFollowing = false;
  const follow = (from: Any, to: Any) => {
    from.on("canvas.viewbox.changed", () => {
      if (isFollowing) return;
      isFollowing = true;
      const { x, y, width, height } = from.get("canvas").viewbox();
      to.get("canvas").viewbox({ x, y, width, height });
      isFollowing = false;
    });
  };
  follow(before, after);
  follow(after, before);
}

function list(given: Compared, changes: Change[], before: Any, after: Any): void {
  place("compare-said").textContent = changes.length > 0 ? told(given.words, "changes", { count: changes.length }) : (given.words.no_changes ?? "");
  const lines = changes.map((change) =>
    make(
      "li",
      { class: "list-group-item compare-change" },
      make("span", { class: `badge diff-badge-${change.kind}` }, given.words[change.kind] ?? change.kind),
      make("button", { type: "button", class: "finding-element", click: () => lead(change, before, after) }, change.name),
      ...change.details.map((detail) => make("div", { class: "text-secondary" }, detail)),
    ),
  );
  place("compare-list").replaceChildren(...lines);
}

function lead(change: Change, before: Any, after: Any): void {
  show(change, before, after);
  place("compare").scrollIntoView({ block: "nearest" });
}

function show(change: Change, before: Any, after: Any): void {
  const canvas = [after, before].find((one) => one.get("elementRegistry").get(change.id));
  if (!canvas) return;
  const element = canvas.get("elementRegistry").get(change.id);
  const middle = element.waypoints ? element.waypoints[Math.floor(element.waypoints.length / 2)] : { x: element.x + element.width / 2, y: element.y + element.height / 2 };
  const { outer } = canvas.get("canvas").viewbox();
  canvas.get("canvas").viewbox({ x: middle.x - outer.width / SHOWN_AT / 2, y: middle.y - outer.height / SHOWN_AT / 2, width: outer.width / SHOWN_AT, height: outer.height / SHOWN_AT });
}
