// Requests of scripts to our own pages: JSON with the word that proves whose they are.
export function csrf(): string {
  return document.querySelector<HTMLMetaElement>('meta[name="csrf"]')?.content ?? "";
}

export function send(method: string, address: string, body?: unknown, more: RequestInit = {}): Promise<Response> {
  const headers: Record<string, string> = { Accept: "application/json", "X-CSRF-Token": csrf() };
  const isForm = body instanceof FormData;
  if (body !== undefined && !isForm) headers["Content-Type"] = "application/json";
  const content = body === undefined ? null : isForm ? body : JSON.stringify(body);
  return fetch(address, { method, headers, body: content, credentials: "same-origin", ...more });
}

export function data<T>(id: string): T {
  return JSON.parse(document.getElementById(id)?.textContent ?? "null") as T;
}
