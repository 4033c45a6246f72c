// The list of findings below the canvas; choosing one shows its element. Words of a file are only ever text here.
import { place } from "./canvas.ts";
import type { Finding, Severity } from "./types.ts";

const ORDER: Severity[] = ["error", "warning", "info"];
const SHOWN = 200;

export class FindingsList {
  private readonly list = place("findings");
  private readonly said = place("findings-said");

  constructor(
    private readonly words: Record<string, string>,
    private readonly select: (element: string) => void,
    private readonly nameOf: (element: string) => string,
  ) {}

  show(findings: Finding[]): void {
    const sorted = [...findings].sort((a, b) => ORDER.indexOf(a.severity) - ORDER.indexOf(b.severity));
    const lines = sorted.slice(0, SHOWN).map((finding) => this.line(finding));
    if (sorted.length > SHOWN) {
      const rest = document.createElement("li");
      rest.textContent = this.counted("more", sorted.length - SHOWN);
      lines.push(rest);
    }
    this.list.replaceChildren(...lines);
    this.said.textContent = this.summary(sorted);
    this.said.dataset.errors = String(sorted.filter((one) => one.severity === "error").length);
  }

  private summary(findings: Finding[]): string {
    const counts = ORDER.map((severity) => [severity, findings.filter((one) => one.severity === severity).length] as const);
    const told = counts.filter(([, count]) => count > 0).map(([severity, count]) => this.counted(`${severity}s`, count));
    return told.join(" · ") || (this.words.finding_none ?? "");
  }

  private counted(name: string, count: number): string {
    return (this.words[name] ?? "{count}").replace("{count}", String(count));
  }

  private line(finding: Finding): HTMLLIElement {
    const line = document.createElement("li");
    line.className = `finding is-${finding.severity}`;
    const mark = document.createElement("span");
    mark.className = "finding-mark";
    mark.textContent = this.words[finding.severity] ?? finding.severity;
    line.append(mark);
    if (finding.element) line.append(this.link(finding.element));
    const message = document.createElement("span");
    message.textContent = finding.message;
    line.append(message);
    return line;
  }

  private link(element: string): HTMLButtonElement {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "finding-element";
    button.textContent = this.nameOf(element);
    button.title = element;
    button.addEventListener("click", () => this.select(element));
    return button;
  }
}
