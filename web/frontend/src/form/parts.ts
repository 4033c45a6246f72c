// form-js's own label, description and errors, typed as components of preact.
import { Description as D, Errors as E, Label as L } from "form-js-viewer-v2";
import type { ComponentType } from "preact";

export const Label = L as unknown as ComponentType<{ htmlFor: string; label?: string; required?: boolean }>;
export const Description = D as unknown as ComponentType<{ id: string; description?: string }>;
export const Errors = E as unknown as ComponentType<{ id: string; errors: string[] }>;
