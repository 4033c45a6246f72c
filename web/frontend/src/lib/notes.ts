// Notes at the edge of the page: what went wrong with a request that a script has made.
export interface Problem {
  detail?: string;
  findings?: { code: string; message: string; element?: string }[];
}

export function startNotes(): void {
  document.body.addEventListener("htmx:responseError", (event) => {
    const request = (event as CustomEvent<{ xhr: XMLHttpRequest }>).detail.xhr;
    if (request.status === 401) location.reload();
    else note(detailOf(request.responseText));
  });
  document.body.addEventListener("htmx:sendError", () => note(document.body.dataset.offline ?? ""));
}

export function note(text: string): void {
  const place = document.getElementById("notes");
  if (!place || !text) return;
  const element = document.createElement("div");
  element.className = "alert alert-danger note";
  element.setAttribute("role", "alert");
  element.textContent = text;
  place.replaceChildren(element);
  setTimeout(() => element.remove(), 12_000);
}

export async function problemOf(response: Response): Promise<Problem> {
  try {
    return (await response.json()) as Problem;
  } catch {
    return { detail: `${response.status}` };
  }
}

function detailOf(text: string): string {
  try {
    return (JSON.parse(text) as Problem).detail ?? "";
  } catch {
    return document.body.dataset.offline ?? "";
  }
}
