// form-js's checks, with the field's name in their sentences as the server has it.
interface Validator {
  validateFieldInstance(instance: { id: string }, value: unknown): string[];
}
interface Registry {
  get(id: string): { label?: string; dateLabel?: string; timeLabel?: string; key?: string } | undefined;
}

function naming(validator: Validator, formFieldRegistry: Registry): void {
  const check = validator.validateFieldInstance.bind(validator);
  validator.validateFieldInstance = (instance, value) => {
    const field = formFieldRegistry.get(instance.id);
    const label = field?.label || field?.dateLabel || field?.timeLabel || field?.key || "";
    return check(instance, value).map((sentence) => sentence.replace("{label}", label));
  };
}
naming.$inject = ["validator", "formFieldRegistry"];

export const namedChecks = { __init__: ["namedChecks"], namedChecks: ["type", naming] };
