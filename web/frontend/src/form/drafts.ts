// Drafts: what is filled in is kept on the server a moment after the last change, which says how the form then stands.
import { send } from "../lib/sending.ts";
import { worded, type Given, type Kept } from "./given.ts";

const PAUSE = 800;

export class Drafts {
  private timer = 0;
  private stopped = false;
  private last: string;
  private under = Promise.resolve();

  constructor(
    private readonly values: () => unknown,
    private readonly given: Given,
    private readonly told: (kept: Kept) => void,
  ) {
    this.last = JSON.stringify(values());
    if (given.kept) this.tell(given.kept);
    addEventListener("pagehide", () => this.now(true));
    document.getElementById("draft-drop")?.addEventListener("click", () => void this.drop());
  }

  later(): void {
    this.after(PAUSE);
  }

  // A choice may show or hide other fields: that is not waited for. What has been taken back is asked about, too.
  soon(): void {
    this.last = "";
    this.after(0);
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

  private after(pause: number): void {
    if (this.stopped) return;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.now(false), pause) as unknown as number;
  }

  private now(leaving: boolean): void {
    if (!this.timer || this.stopped) return;
    clearTimeout(this.timer);
    this.timer = 0;
    const values = JSON.stringify(this.values());
    if (values === this.last) return;
    this.last = values;
    const failed = () => this.show(this.given.words.not_kept ?? "");
    // A page that is being left runs nothing later.
    this.under = leaving ? this.keep(values, true).catch(failed) : this.under.then(() => this.keep(values, false)).catch(failed);
  }

  private async keep(values: string, leaving: boolean): Promise<void> {
    const response = await send("PUT", this.given.addresses.draft, JSON.parse(values), { keepalive: leaving });
    if (!response.ok) {
      this.show(this.given.words.not_kept ?? "");
      return;
    }
    const kept = (await response.json()) as Kept;
    this.tell(kept.kept);
    // An answer to what has been changed since says nothing any more.
    if (values === this.last && !this.timer) this.told(kept);
  }

  private async drop(): Promise<void> {
    await this.stop();
    const response = await send("DELETE", this.given.addresses.draft);
    if (response.ok) location.reload();
  }

  private tell(kept: string): void {
    const time = new Date(kept).toLocaleTimeString(document.documentElement.lang, { hour: "2-digit", minute: "2-digit" });
    this.show(worded(this.given.words.kept, { time }));
    const drop = document.getElementById("draft-drop");
    if (drop) drop.hidden = false;
  }

  private show(text: string): void {
    const place = document.getElementById("draft-said");
    if (place) place.textContent = text;
  }
}
