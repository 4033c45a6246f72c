// What the server gives a page with a form (web/pages/forms.py).
export interface Component {
  type: string;
  id?: string;
  key?: string;
  label?: string;
  description?: string;
  multiple?: boolean;
  accept?: string;
  properties?: Record<string, string>;
  validate?: { required?: boolean };
  components?: Component[];
  [other: string]: unknown;
}

export interface FormData {
  schema: { components?: Component[]; [other: string]: unknown };
  data: Record<string, unknown>;
  editable: boolean;
  kept: string | null;
  addresses: { send: string; draft: string; lookup: string; documents: string; document: string };
  words: Record<string, string>;
  translations: Record<string, string>;
  limits: { bytes: number; types: string[] };
}

// What form-js hands to a field.
export interface FieldProps<Value> {
  disabled: boolean;
  readonly: boolean;
  domId: string;
  errors: string[];
  field: Component;
  value: Value | null | undefined;
  onChange: (change: { value: Value | null }) => void;
  onBlur?: () => void;
  onFocus?: () => void;
}
