"""Conditional events: looked at again whenever a variable has changed, and fired when they become true."""

from typing import TYPE_CHECKING

from SpiffWorkflow.bpmn.specs.event_definitions.conditional import ConditionalEventDefinition

from .element import Element
from .event_definitions import Definition
from .expressions import Source
from .records import Subscription
from .token import Token, Wait

if TYPE_CHECKING:
    from .run import Run

WAS = "was"  # a token's data: element → whether its condition held when last looked at


class Conditional(Definition, ConditionalEventDefinition):  # type: ignore[misc]
    """A FEEL condition on the variables visible where it is waited for."""

    def __init__(self, condition: Source) -> None:
        super().__init__(condition.text)
        self.condition = condition

    def subscribe(self, run: "Run", token: Token, element: Element) -> None:
        record = Subscription(run.state.new_key(), element.id, token.key, "condition", self.condition.text)
        run.open(token, record, element.id)
        token.internal_data.get(WAS, {}).pop(element.id, None)
        run.state.moved = True


def look(run: "Run") -> None:
    """Fire every condition that holds now and did not before."""
    run.state.moved = False
    for token in list(run.tasks.values()):
        for wait in tuple(token.waits):
            definition = getattr(run.spec.elements.get(wait.element), "event_definition", None)
            if (
                isinstance(definition, Conditional)
                and wait in token.waits
                and _became_true(run, token, wait, definition)
            ):
                run.trigger(token, wait, {}, "event_received")


def _became_true(run: "Run", token: Token, wait: Wait, definition: Conditional) -> bool:
    # what is neither true nor false does not hold: the variables may not be there yet
    holds = run.evaluate(definition.condition, token).value is True
    before = token.internal_data.setdefault(WAS, {})
    became = holds and not before.get(wait.element, False)
    before[wait.element] = holds
    return became
