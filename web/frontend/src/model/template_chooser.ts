// The chooser of templates, under the name that says what it is.
export { default as ElementTemplateChooserModule } from "@bpmn-io/element-template-chooser";
