"""Parses the gateways that have more than flows."""

from .elements import ElementParser
from .names import bpmn


class EventBasedGatewayParser(ElementParser):
    def fill(self) -> None:
        self.task.instantiate = self.is_true("instantiate")
        self.task.parallel = (self.node.get("eventGatewayType") or "").strip() == "Parallel"


class ComplexGatewayParser(ElementParser):
    def fill(self) -> None:
        condition = self.node.find(bpmn("activationCondition"))
        if condition is not None:
            text = condition.text or ""
            self.task.activation = self.fields.feel(condition, "activationCondition", text, required=True)
