// What the server gives a page with a form (web/pages/forms.py).
export interface Given {
  addresses: { send: string; draft: string; lookup: string; documents: string; document: string };
  kept: string | null;
  words: Record<string, string>;
  bytes: number;
}

export interface Finding {
  element?: string;
  message: string;
}

// How a part of the form stands, where that depends on what is filled in.
export interface Look {
  hidden: boolean;
  required: boolean;
  label: string;
  options?: [string, string][];
  html?: string;
}

export interface Kept {
  kept: string;
  state: Record<string, Look>;
  findings: Finding[];
}

export function worded(text: string | undefined, values: Record<string, string>): string {
  return (text ?? "").replace(/\{(\w+)\}/g, (whole, name: string) => values[name] ?? whole);
}
