// The steps of a play as a scenario file: what was played once is tested from then on (processes/README.md).
import type { Case, Step, Told } from "./types.ts";

export function scenario(id: string, now: string, steps: Step[], told: Told): string {
  const first = steps[0];
  const start = first?.do === "publish"
    ? { message: first.name, key: first.correlation_key ?? "", variables: first.variables ?? {} }
    : { process: id, variables: first?.variables ?? {} };
  const lines = [
    `name: ${JSON.stringify(id)}`,
    `now: ${JSON.stringify(now)}`,
    `start: ${JSON.stringify(start)}`,
    "steps:",
    ...steps.slice(1).map((step) => line(step)),
  ];
  const main = told.cases[0];
  if (main) lines.push("expected:", `  state: ${main.state}`, `  path: ${JSON.stringify(completedOf(main))}`);
  return `${lines.join("\n")}\n`;
}

function line(step: Step): string {
  const at = { element: step.said?.element, case: step.said?.process };
  const variables = step.variables ?? {};
  switch (step.do) {
    case "complete":
      return entry(step.said?.kind === "action" ? "action" : "complete", step.said?.kind === "action" ? { element: at.element, variables } : { ...at, variables });
    case "fail":
      return entry("fail", { ...at, message: step.message ?? "" });
    case "throw":
      return entry("throw", { ...at, code: step.code, variables });
    case "publish":
      return entry("message", { name: step.name, key: step.correlation_key ?? "", variables });
    case "wait":
      return entry("advance", step.to);
    default:
      return `  # ${step.do} ${JSON.stringify({ ...at, variables })}`;
  }
}

function entry(verb: string, value: unknown): string {
  return `  - ${verb}: ${JSON.stringify(value)}`;
}

function completedOf(main: Case): string[] {
  return main.path_ids;
}
