// The names of a diagram's elements in the reader's language, put in while it is imported.
type Texts = Record<string, string>;
interface Bounds {
  x: number;
  width: number;
}
interface Node {
  name?: string;
  bpmnElement?: { id?: string };
  label?: { bounds?: Bounds };
}

const WIDTH = 90; // of a label that nobody has drawn narrower, as bpmn-js has it

/** Gives what puts back what stands in the file. */
export function translate(elements: Record<string, Node>, texts: Texts): () => void {
  const own: (() => void)[] = [];
  for (const [id, text] of Object.entries(texts)) {
    const element = elements[id];
    if (!element || !("name" in element)) continue;
    const name = element.name;
    element.name = text;
    own.push(() => {
      if (name === undefined) delete element.name;
      else element.name = name;
    });
  }
  for (const drawn of Object.values(elements)) if (texts[drawn.bpmnElement?.id ?? ""]) own.push(widen(drawn.label?.bounds));
  return () => own.forEach((giveBack) => giveBack());
}

/** Where 是 stands there is no room for Yes. */
function widen(bounds: Bounds | undefined): () => void {
  if (!bounds || bounds.width >= WIDTH) return () => undefined;
  const { x, width } = bounds;
  Object.assign(bounds, { x: x - (WIDTH - width) / 2, width: WIDTH });
  return () => void Object.assign(bounds, { x, width });
}
