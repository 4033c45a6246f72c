// What a canvas is given, and what every kind of canvas can do for the bench around it.
export interface ModelData {
  kind: "process" | "form" | "decision";
  id: string;
  resource: string;
  content: string;
  base: number;
  /** When the draft that is shown was kept; null for a deployed version. */
  seen: string | null;
  language: "zh" | "en";
  addresses: { check: string; draft: string; deploy: string; templates: string };
  words: Record<string, string>;
}

export type Severity = "error" | "warning" | "info";

export interface Finding {
  severity: Severity;
  message: string;
  element?: string;
}

export interface Canvas {
  content(): Promise<string>;
  /** Tells of every change. */
  onChange(changed: () => void): void;
  undo?(): void;
  redo?(): void;
  canUndo?(): boolean;
  canRedo?(): boolean;
  fit?(): void;
  /** Findings of the canvas's own, beside the server's. */
  lint?(): Promise<Finding[]>;
  mark?(findings: Finding[]): void;
  select?(element: string): void;
  nameOf?(element: string): string;
}
