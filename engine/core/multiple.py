"""Events with several definitions: the first of them counts, or (parallel multiple) only all of them together."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from SpiffWorkflow.bpmn.specs.event_definitions.multiple import MultipleEventDefinition

from .element import Element
from .event_definitions import Definition
from .token import Token

if TYPE_CHECKING:
    from .run import Run

PARTS = "parts"  # a token's data: element → variables that came with the parts so far


class Multiple(Definition, MultipleEventDefinition):  # type: ignore[misc]
    """Several definitions at one event. Thrown, it throws them all."""

    def __init__(self, definitions: tuple[Definition, ...], parallel: bool = False) -> None:
        super().__init__(list(definitions), parallel)
        self.definitions = definitions

    def subscribe(self, run: "Run", token: Token, element: Element) -> None:
        for definition in self.definitions:
            definition.subscribe(run, token, element)

    def throw(self, run: "Run", token: Token) -> bool:
        # what holds the token up or takes it away comes when the others are thrown
        ordered = sorted(self.definitions, key=lambda definition: definition.takes_over)
        return all(definition.throw(run, token) for definition in ordered)

    def catches(self, kind: str, code: str) -> int:
        return 0 if self.parallel else max(definition.catches(kind, code) for definition in self.definitions)


def gathered(run: "Run", token: Token, element: Element, variables: Mapping[str, Any]) -> dict[str, Any] | None:
    """The variables of a parallel multiple event once its last part has come; None while parts are missing."""
    parts = {**token.internal_data.get(PARTS, {}).get(element.id, {}), **variables}
    if any(wait.element == element.id for wait in token.waits):
        token.internal_data.setdefault(PARTS, {})[element.id] = parts
        return None
    token.internal_data.get(PARTS, {}).pop(element.id, None)
    return parts
