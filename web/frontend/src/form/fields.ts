// The fields form-js does not have: a search-select for what other systems know, and files kept by the server.
import { documentField } from "./document.ts";
import { referenceField } from "./reference.ts";
import type { Component, FormData } from "./types.ts";

interface FormFields {
  register(type: string, field: unknown): void;
}

const SEVERAL = new Set(["taglist", "checklist"]);

// Components with the property `ref` become our search-select, whatever they are drawn as.
export function prepared(schema: FormData["schema"]): object {
  return { ...schema, components: (schema.components ?? []).map(changed) };
}

function changed(component: Component): Component {
  const inner = component.components ? { components: component.components.map(changed) } : {};
  if (!component.properties?.ref) return { ...component, ...inner };
  const { values: _values, valuesKey: _key, valuesExpression: _expression, ...rest } = component;
  return { ...rest, type: "reference", multiple: SEVERAL.has(component.type) };
}

export function ownFields(given: FormData): object {
  function register(formFields: FormFields): void {
    formFields.register("reference", referenceField(given));
    formFields.register("filepicker", documentField(given));
  }
  register.$inject = ["formFields"];
  return { __init__: ["ownFields"], ownFields: ["type", register] };
}
