// bpmnlint's rules on what is drawn; what it means to the engine, the server checks. Words come from the page.
import Linter from "bpmnlint/lib/linter.js";
import type { Finding } from "./types.ts";

const RULES: Record<string, "warn" | "info"> = {
  "fake-join": "info",
  "label-required": "info",
  "no-bpmndi": "warn",
  "no-duplicate-sequence-flows": "warn",
  "no-gateway-join-fork": "info",
  "no-implicit-split": "info",
  "no-overlapping-elements": "warn",
  "superfluous-gateway": "info",
  "superfluous-termination": "info",
};

const modules = import.meta.glob(
  [
    "/node_modules/bpmnlint/rules/{fake-join,label-required,no-bpmndi,no-duplicate-sequence-flows,no-gateway-join-fork}.js",
    "/node_modules/bpmnlint/rules/{no-implicit-split,no-overlapping-elements,superfluous-gateway,superfluous-termination}.js",
  ],
  { eager: true, import: "default" },
);

interface Report {
  id?: string;
  message: string;
}

const settings = {
  config: { rules: RULES },
  resolver: {
    resolveRule: (_package: string, name: string) => modules[`/node_modules/bpmnlint/rules/${name}.js`],
    resolveConfig: () => undefined,
  },
};

export async function lint(definitions: unknown, words: Record<string, string>): Promise<Finding[]> {
  // Rules remember what they have seen, so each time has its own linter.
  const results = (await new Linter(settings).lint(definitions)) as Record<string, Report[]>;
  return Object.entries(results).flatMap(([rule, reports]) =>
    reports.map((report) => ({
      severity: RULES[rule] === "warn" ? ("warning" as const) : ("info" as const),
      message: words[`rule_${rule}`] ?? report.message,
      ...(report.id ? { element: report.id } : {}),
    })),
  );
}
