// Time left until a due time, ticking. The server says what time it is: case time may be moved or stand still.
interface Clock {
  offset: number;
  frozen: boolean;
  words: Record<string, string>;
}

export function startCountdowns(): void {
  const told = document.querySelector<HTMLElement>("[data-case-now]");
  if (!told?.dataset.caseNow) return;
  const clock: Clock = {
    offset: Date.parse(told.dataset.caseNow) - Date.now(),
    frozen: told.dataset.caseFrozen === "true",
    words: JSON.parse(told.dataset.caseWords ?? "{}") as Record<string, string>,
  };
  const stoodAt = Date.now();
  const tick = () => {
    const now = (clock.frozen ? stoodAt : Date.now()) + clock.offset;
    for (const element of document.querySelectorAll<HTMLElement>("[data-due]")) show(element, now, clock.words);
  };
  tick();
  if (!clock.frozen) setInterval(tick, 1000);
  document.body.addEventListener("htmx:afterSettle", tick);
}

function show(element: HTMLElement, now: number, words: Record<string, string>): void {
  const left = Date.parse(element.dataset.due ?? "") - now;
  element.classList.toggle("is-overdue", left <= 0);
  element.classList.toggle("is-close", left > 0 && left <= 15 * 60_000);
  const shown = element.querySelector<HTMLElement>("[data-left]") ?? element;
  const text = (words[left <= 0 ? "late" : "left"] ?? "{time}").replace("{time}", amount(Math.abs(left), words));
  if (shown.textContent !== text) shown.textContent = text;
}

export function amount(milliseconds: number, words: Record<string, string>): string {
  const seconds = Math.floor(milliseconds / 1000);
  const days = Math.floor(seconds / 86_400);
  const hours = Math.floor((seconds % 86_400) / 3600);
  const minutes = Math.floor((seconds % 3600) / 60);
  const two = (value: number) => String(value).padStart(2, "0");
  if (days > 0) return (words.days ?? "{days}").replace("{days}", String(days)).replace("{hours}", String(hours));
  return `${hours > 0 ? `${hours}:` : ""}${hours > 0 ? two(minutes) : minutes}:${two(seconds % 60)}`;
}
