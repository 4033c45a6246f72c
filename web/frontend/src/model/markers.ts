// Marks on the elements that findings are about: a dot with their number, red for errors, and the words as its title.
import type { Finding, Severity } from "./types.ts";

interface Overlays {
  add(element: string, type: string, overlay: object): string;
  remove(filter: { type: string }): void;
}
interface Registry {
  get(id: string): { waypoints?: unknown } | undefined;
}

const TYPE = "finding";
const RANK: Record<Severity, number> = { error: 2, warning: 1, info: 0 };

export class Markers {
  constructor(
    private readonly modeler: { get(name: string): unknown },
    private readonly words: Record<string, string>,
  ) {}

  show(findings: Finding[]): void {
    const overlays = this.modeler.get("overlays") as Overlays;
    const registry = this.modeler.get("elementRegistry") as Registry;
    overlays.remove({ type: TYPE });
    // A note is in the list and needs no mark on the picture.
    const worth = findings.filter((finding) => finding.severity !== "info");
    for (const element of new Set(worth.map((finding) => finding.element ?? ""))) {
      const found = worth.filter((finding) => finding.element === element);
      if (registry.get(element)) overlays.add(element, TYPE, { position: { top: -9, left: -9 }, html: this.dot(found) });
    }
  }

  private dot(findings: Finding[]): HTMLElement {
    const dot = document.createElement("div");
    const worst = findings.reduce((a, b) => (RANK[b.severity] > RANK[a.severity] ? b : a)).severity;
    dot.className = `finding-dot is-${worst}`;
    dot.textContent = String(findings.length);
    dot.title = findings.map((one) => `${this.words[one.severity] ?? ""}：${one.message}`).join("\n");
    return dot;
  }
}
