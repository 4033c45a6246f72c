"""Parses events, and the tasks that send or receive a message."""

from typing import Any

from SpiffWorkflow.bpmn.parser.event_parsers import EventDefinitionParser

from engine.core.element import Element
from engine.core.event_definitions import Definition, Plain

from .activities import JobParser
from .elements import ElementParser
from .event_definitions import PARSERS, message, parse_definition
from .names import Node, bpmn, text_of


class EventParser(ElementParser, EventDefinitionParser):  # type: ignore[misc]
    """An event with the one definition it has, written inside it or referred to."""

    def create_task(self) -> Element:
        event_definition = self.event_definition()
        return self.spec_class(  # type: ignore[no-any-return]
            self.spec, self.bpmn_id, event_definition=event_definition, **self.class_arguments(), **self.bpmn_attributes
        )

    def class_arguments(self) -> dict[str, Any]:
        return {}

    def event_definition(self) -> Definition:
        found = self._definitions()
        if len(found) > 1:
            self.findings.error("bpmn_several_definitions", self.node)
        return parse_definition(found[0], self.process_parser.parser.tops, self.fields) if found else Plain()

    def _definitions(self) -> list[Node]:
        found = [child for child in self.node if child.tag in PARSERS]
        for reference in self.node.iterchildren(bpmn("eventDefinitionRef")):
            node = self.process_parser.parser.tops.definitions.get(text_of(reference))
            if node is None:
                field = "eventDefinitionRef"
                self.findings.error("bpmn_reference_unknown", reference, field=field, id=text_of(reference))
            else:
                found.append(node)
        return found


class StartEventParser(EventParser):
    def fill(self) -> None:
        self.task.interrupting = self.is_true("isInterrupting", default=True)


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
        definitions = self._definitions()
        if [node.tag for node in definitions] != [bpmn("messageEventDefinition")]:
            self.findings.error("bpmn_job_event_without_message", self.node)
        return Plain()


class ReceiveTaskParser(EventParser):
    """The message is named by the task itself."""

    def event_definition(self) -> Definition:
        return message(self.node, self.process_parser.parser.tops, self.fields) or Plain()


class SendTaskParser(ReceiveTaskParser, JobParser):
    def event_definition(self) -> Definition:
        # a handler knows itself what it sends
        return Plain() if self.extensions.get("taskDefinition") is not None else super().event_definition()
