// Findings of the server, told by the path of a field, put to that field as form-js's own errors.
import type { Form } from "form-js-viewer-v2";

export interface Finding {
  message: string;
  element?: string;
}

interface Instance {
  id: string;
  valuePath: (string | number)[];
  indexes?: Record<string, number>;
}

// Returns the sentences for which there is no field to show them at.
export function showErrors(form: Form, findings: Finding[]): string[] {
  const instances = form.get<{ getAllKeyed(): Instance[] }>("formFieldInstanceRegistry").getAllKeyed();
  const errors: Record<string, unknown> = {};
  const left: string[] = [];
  for (const finding of findings) {
    const path = (finding.element ?? "").replace(/\[(\d+)\]/g, ".$1");
    const instance = instances.find((one) => one.valuePath.join(".") === path);
    if (instance) put(errors, [instance.id, ...Object.values(instance.indexes ?? {})], [finding.message]);
    else left.push(finding.message);
  }
  (form as unknown as { _setState(state: object): void })._setState({ errors });
  return left;
}

function put(target: Record<string, unknown>, path: (string | number)[], value: string[]): void {
  const last = path.length - 1;
  let place = target;
  for (const [at, name] of path.entries()) {
    if (at === last) place[name] = value;
    else place = (place[name] ??= {}) as Record<string, unknown>;
  }
}
