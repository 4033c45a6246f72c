// A form that is refused keeps what was typed: the sentence comes to it, instead of a page of its own.
import { note, problemOf } from "./notes.ts";

export function keepRefused(): void {
  document.addEventListener("submit", (event) => {
    const form = event.target as HTMLFormElement;
    if (!form.matches("[data-keeps]") || event.defaultPrevented) return;
    event.preventDefault();
    void sent(form, event.submitter);
  });
}

async function sent(form: HTMLFormElement, button: HTMLElement | null): Promise<void> {
  form.querySelector(".form-said")?.remove();
  const body = new FormData(form, button);
  const headers = { Accept: "application/json", "X-Form-Kept": "yes" };
  button?.setAttribute("disabled", "");
  try {
    const answer = await fetch(form.action, { method: "POST", body, headers, credentials: "same-origin" });
    if (answer.status === 401) location.reload();
    else if (!answer.ok) say(form, button, (await problemOf(answer)).detail ?? "");
    else if (answer.headers.get("Content-Type")?.startsWith("text/html")) show(await answer.text());
    else location.assign(((await answer.json()) as { next: string }).next);
  } catch {
    note(document.body.dataset.offline ?? "");
  } finally {
    button?.removeAttribute("disabled");
  }
}

function say(form: HTMLFormElement, button: HTMLElement | null, sentence: string): void {
  const said = document.createElement("p");
  said.className = "form-said";
  said.setAttribute("role", "alert");
  said.textContent = sentence;
  if (button && !form.matches(".input-group")) button.before(said);
  else form.append(said);
}

/** What is shown once only, like a password: it takes the place of the page that was sent from. */
function show(text: string): void {
  const page = new DOMParser().parseFromString(text, "text/html");
  const [main, old] = [page.getElementById("main"), document.getElementById("main")];
  if (!main || !old) return;
  old.replaceWith(main);
  document.title = page.title;
  main.focus();
}
