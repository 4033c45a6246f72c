// The dialog that deploys: a comment, what the server refuses, and what to do when somebody else was quicker.
import { problemOf } from "../lib/notes.ts";
import { send } from "../lib/sending.ts";
import { place } from "./canvas.ts";
import type { Finding, ModelData } from "./types.ts";

interface Told {
  begin(): void;
  done(said: string, version: number): void;
  refused(findings: Finding[]): void;
}

const CONFLICT = 409;

export class Deploying {
  private readonly dialog = place("deploy-dialog") as HTMLDialogElement;
  private readonly said = place("deploy-said");
  private readonly go = place("deploy-go") as HTMLButtonElement;
  private over = false;

  constructor(
    private readonly given: ModelData,
    private readonly content: () => Promise<string>,
    private readonly told: Told,
  ) {
    const button = place("deploy") as HTMLButtonElement;
    button.disabled = false;
    button.addEventListener("click", () => this.open());
    place("deploy-cancel").addEventListener("click", () => this.dialog.close());
    place("deploy-form").addEventListener("submit", (event) => {
      event.preventDefault();
      void this.deploy();
    });
  }

  private open(): void {
    this.ask(false);
    this.say([]);
    this.dialog.showModal();
    place("deploy-comment").focus();
  }

  private ask(over: boolean): void {
    this.over = over;
    this.go.textContent = (over ? this.given.words.deploy_over : this.given.words.deploy_go) ?? "";
  }

  private async deploy(): Promise<void> {
    if (this.go.disabled) return;
    this.go.disabled = true;
    this.told.begin();
    const comment = place("deploy-comment") as HTMLTextAreaElement;
    try {
      const content = await this.content();
      const asked = { content, base: this.given.base, seen: this.given.seen, comment: comment.value, over: this.over };
      const response = await send("POST", this.given.addresses.deploy, asked);
      if (response.ok) {
        const { said, version } = (await response.json()) as { said: string; version: number };
        comment.value = "";
        this.dialog.close();
        this.told.done(said, version);
      } else await this.refuse(response);
    } catch {
      this.say([this.given.words.offline ?? ""]);
    }
    this.go.disabled = false;
  }

  private async refuse(response: Response): Promise<void> {
    const problem = await problemOf(response);
    const findings = (problem.findings ?? []) as unknown as Finding[];
    const errors = findings.filter((one) => one.severity === "error");
    this.say(errors.length > 0 ? errors.map((one) => [one.element, one.message].filter(Boolean).join("：")) : [problem.detail ?? ""]);
    if (errors.length > 0) this.told.refused(findings);
    if (response.status === CONFLICT) this.ask(true);
  }

  private say(lines: string[]): void {
    this.said.hidden = lines.length === 0;
    this.said.replaceChildren(
      ...lines.map((line) => {
        const element = document.createElement("p");
        element.textContent = line;
        return element;
      }),
    );
  }
}
