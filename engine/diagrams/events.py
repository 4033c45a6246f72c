"""Parses events, and the tasks that send or receive a message."""

from typing import Any

from SpiffWorkflow.bpmn.parser.event_parsers import EventDefinitionParser

from engine.core.element import Element
from engine.core.event_definitions import Definition, Plain
from engine.core.multiple import Multiple

from .activities import JobParser
from .elements import ElementParser
from .event_definitions import message
from .names import Node, bpmn


class EventParser(ElementParser, EventDefinitionParser):  # type: ignore[misc]
    """An event with its definitions, written inside it or referred to."""

    def create_task(self) -> Element:
        event_definition = self.event_definition()
        return self.spec_class(  # type: ignore[no-any-return]
            self.spec, self.bpmn_id, event_definition=event_definition, **self.class_arguments(), **self.bpmn_attributes
        )

    def class_arguments(self) -> dict[str, Any]:
        return {}

    def event_definition(self) -> Definition:
        found: list[Definition] = self.process_parser.parser.tops.definitions_of(self.node, self.fields)
        if len(found) > 1:
            return Multiple(tuple(found), self.is_true("parallelMultiple"))
        return found[0] if found else Plain()


class StartEventParser(EventParser):
    def fill(self) -> None:
        self.task.interrupting = self.is_true("isInterrupting", default=True)
        if (form := self.extensions.get("formDefinition")) is not None:
            self._start_form(form)

    def _start_form(self, form: Node) -> None:
        """What people fill in to start a case: Camunda's way to say what property `form` says."""
        if (kind := form.get("bindingType", "latest")) != "latest":
            self.findings.error("bpmn_value_not_supported", form, name="bindingType", value=kind, allowed="latest")
        form_id = self.fields.value(form, "formId", required=True)
        if form_id is not None:
            self.task.properties = {"form": form_id, **self.task.properties}


class BoundaryEventParser(EventParser):
    def class_arguments(self) -> dict[str, Any]:
        return {"interrupting": self.is_true("cancelActivity", default=True)}

    def fill(self) -> None:
        self.task.attached_to = self.node.get("attachedToRef") or ""


class ThrowEventParser(EventParser, JobParser):
    """An event that throws; a message may be sent by a handler instead, as a job."""

    def event_definition(self) -> Definition:
        if self.extensions.get("taskDefinition") is None:
            return super().event_definition()
        definitions = self.process_parser.parser.tops.nodes_of(self.node, self.fields)
        if [node.tag for node in definitions] != [bpmn("messageEventDefinition")]:
            self.findings.error("bpmn_job_event_without_message", self.node)
        return Plain()


class ReceiveTaskParser(EventParser):
    """The message is named by the task itself."""

    def fill(self) -> None:
        self.task.instantiate = self.is_true("instantiate")

    def event_definition(self) -> Definition:
        return _message(self)


class SendTaskParser(EventParser, JobParser):
    def event_definition(self) -> Definition:
        # a handler knows itself what it sends
        return Plain() if self.extensions.get("taskDefinition") is not None else _message(self)


def _message(parser: EventParser) -> Definition:
    return message(parser.node, parser.process_parser.parser.tops, parser.fields) or Plain()
