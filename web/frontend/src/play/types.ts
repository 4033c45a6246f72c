// What the server tells of a play (web/pages/play_telling.py), and the steps that lead there.
import type { Given } from "../form/given.ts";

export type Values = Record<string, unknown>;

export interface Step {
  do: "start" | "complete" | "fail" | "throw" | "resolve" | "set" | "cancel" | "publish" | "broadcast" | "wait";
  key?: number;
  variables?: Values;
  code?: string;
  message?: string;
  name?: string;
  correlation_key?: string;
  to?: string;
  /** What the server does not read: how the step is told to people and written into a scenario. */
  said?: { name: string; element?: string; process?: string; kind?: string; what?: string };
}

export interface Item {
  key: number;
  kind: "job" | "task" | "timer" | "message" | "signal" | "condition";
  element: string;
  name: string;
  what: string;
  correlation_key: string | null;
  due: string | null;
  groups: string[];
  action: boolean;
  variables: Values;
  form: string | null;
}

export interface Case {
  key: number;
  process_id: string;
  name: string;
  case_no: string | null;
  called: boolean;
  state: string;
  held: boolean;
  unit: string | null;
  active: Record<string, number>;
  completed: string[];
  flows: string[];
  path: string[];
  path_ids: string[];
  waiting: Item[];
  left_out: number;
  incidents: { key: number; element: string; name: string; message: string }[];
  variables: Values;
  warnings: { element: string; name: string; expression: string; said: string[] }[];
  decisions: {
    element: string;
    name: string;
    decision: string;
    inputs: Values;
    output: unknown;
    rules: { index: number; annotations: Record<string, string> }[];
  }[];
  texts: Record<string, string>;
}

export interface Start {
  kind: "none" | "message" | "signal" | "timer";
  name: string | null;
  form: string | null;
}

export interface Told {
  name: string;
  now: string;
  next_due: string | null;
  cases: Case[];
  left_out: number;
  starts: Start[];
  done: number;
  refused: { message: string; findings: { element?: string; message: string }[] } | null;
}

export interface PlayData {
  id: string;
  now: string;
  language: "zh" | "en";
  timezone: string;
  addresses: { play: string; form: string; file: string; files: string };
  outputs: Record<string, object>;
  words: Record<string, string>;
  form: Given;
}
