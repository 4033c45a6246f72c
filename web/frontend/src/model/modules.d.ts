// Packages without types of their own.
declare module "bpmn-js-differ";
declare module "bpmn-js-properties-panel";
declare module "bpmn-js-element-templates";
declare module "bpmn-js-create-append-anything";
declare module "@bpmn-io/element-template-chooser";
declare module "camunda-bpmn-js-behaviors/lib/camunda-cloud";
declare module "diagram-js-minimap";
declare module "bpmn-js-color-picker";
declare module "bpmn-js-i18n/translations/zn";
declare module "bpmnlint/lib/linter.js";
declare module "zeebe-bpmn-moddle/resources/zeebe.json";
declare module "dmn-js/lib/Modeler" {
  export default class DmnModeler {
    constructor(options: object);
    importXML(xml: string): Promise<unknown>;
    saveXML(options: object): Promise<unknown>;
    getViews(): unknown;
    open(view: unknown): Promise<unknown>;
    getActiveViewer(): unknown;
    on(event: string, listener: () => void): void;
  }
}
