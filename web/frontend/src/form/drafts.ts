// Drafts: what is filled in is kept on the server a moment after the last change.
import type { Form } from "form-js-viewer-v2";
import { send } from "../lib/sending.ts";
import type { FormData } from "./types.ts";

const PAUSE = 800;

export class Drafts {
  private timer = 0;
  private stopped = false;
  private last: string;
  private under = Promise.resolve();

  constructor(
    private readonly form: Form,
    private readonly given: FormData,
  ) {
    this.last = JSON.stringify(this.values());
    form.on("changed", () => this.later());
    if (given.kept) this.tell(given.kept);
    addEventListener("pagehide", () => {
      // form-js takes over what is typed after a pause, or when its field is left.
      (document.activeElement as HTMLElement | null)?.blur();
      this.now(true);
    });
    document.getElementById("draft-drop")?.addEventListener("click", () => void this.drop());
  }

  // Waits for a draft on its way, so that none arrives after the form itself.
  async stop(): Promise<void> {
    this.stopped = true;
    clearTimeout(this.timer);
    this.timer = 0;
    await this.under;
  }

  resume(): void {
    this.stopped = false;
  }

  private later(): void {
    if (this.stopped) return;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.now(false), PAUSE) as unknown as number;
  }

  private now(leaving: boolean): void {
    if (!this.timer || this.stopped) return;
    clearTimeout(this.timer);
    this.timer = 0;
    const values = this.values();
    // form-js tells of changes that are none, such as its own defaults.
    if (JSON.stringify(values) === this.last) return;
    this.last = JSON.stringify(values);
    const failed = () => this.show(this.given.words.not_kept ?? "");
    // A page that is being left runs nothing later.
    this.under = leaving ? this.keep(values, true).catch(failed) : this.under.then(() => this.keep(values, false)).catch(failed);
  }

  private async keep(values: unknown, leaving: boolean): Promise<void> {
    const response = await send("PUT", this.given.addresses.draft, values, { keepalive: leaving });
    if (response.ok) this.tell(((await response.json()) as { kept: string }).kept);
    else this.show(this.given.words.not_kept ?? "");
  }

  private async drop(): Promise<void> {
    await this.stop();
    const response = await send("DELETE", this.given.addresses.draft);
    if (response.ok) location.reload();
  }

  // Everything that is there, hidden fields included: a draft is no submission.
  private values(): unknown {
    return (this.form as unknown as { _getState(): { data: unknown } })._getState().data;
  }

  private tell(kept: string): void {
    const time = new Date(kept).toLocaleTimeString(document.documentElement.lang, { hour: "2-digit", minute: "2-digit" });
    this.show((this.given.words.kept ?? "").replace("{time}", time));
    const drop = document.getElementById("draft-drop");
    if (drop) drop.hidden = false;
  }

  private show(text: string): void {
    const place = document.getElementById("draft-said");
    if (place) place.textContent = text;
  }
}
