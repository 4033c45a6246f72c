"""Conditional events (BPMN 2.0.2, 10.5.5): looked at when a variable they see changes, fired when they become true."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from SpiffWorkflow.bpmn.specs.event_definitions.conditional import ConditionalEventDefinition

from engine.feel import FeelError, Moment

from .element import Element
from .event_definitions import Definition, parts
from .expressions import Source
from .records import Subscription
from .stuck import Stuck
from .token import AT_CONDITION, Token, Wait

if TYPE_CHECKING:
    from .run import Run
    from .spec import ProcessSpec

WATCHED = "watched"  # a token's data: key of the subscription → [which of the event's definitions, did it hold]

Move = tuple[int, str, str]  # scope, variable, create or update


class Conditional(Definition, ConditionalEventDefinition):  # type: ignore[misc]
    """A FEEL condition on the variables visible where it is waited for.

    With `names` and `events` (create, update) only such changes have it looked at again; empty stands for any.
    """

    def __init__(
        self, condition: Source, names: frozenset[str] = frozenset(), events: frozenset[str] = frozenset()
    ) -> None:
        super().__init__(condition.text)
        self.condition = condition
        self.names = names
        self.events = events

    def subscribe(self, run: "Run", token: Token, element: Element) -> None:
        record = Subscription(run.state.new_key(), element.id, token.key, "condition", self.condition.text)
        run.open(token, record, element.id)
        place = next(n for n, part in enumerate(parts(element)) if part is self)
        # JSON, in which the snapshot is kept, has only texts for names.
        token.internal_data.setdefault(WATCHED, {})[str(record.key)] = [place, None]
        run.unseen = True

    def concerns(self, moves: list[Move], scopes: set[int]) -> bool:
        return any(
            scope in scopes and (not self.names or name in self.names) and (not self.events or event in self.events)
            for scope, name, event in moves
        )


def look(run: "Run") -> None:
    """Fire every condition that holds now and did not when it was last looked at."""
    moves, run.state.moved, run.unseen = run.state.moved or [], [], False
    for token in list(run.tasks.values()):
        # What fired just before may have ended this token too.
        if run.tasks.get(token.key) is token and WATCHED in token.internal_data:
            _look_at(run, token, moves)


def look_again(run: "Run", token: Token, key: str | None = None) -> None:
    """Have a token's conditions looked at, whatever has changed: the one with this key, or all."""
    for watched, entry in token.internal_data.get(WATCHED, {}).items():
        if key in (watched, None):
            # What held before does not fire again for being looked at.
            entry[1] = entry[1] or None
            run.unseen = True


def hold(token: Token, element: Element) -> None:
    """An event that has just fired is waited for again: its conditions have to become false before they fire."""
    for wait in token.waits:
        entry = token.internal_data.get(WATCHED, {}).get(str(wait.key))
        if entry is not None and wait.element == element.id:
            entry[1] = True


def openings(spec: "ProcessSpec", variables: Mapping[str, Any], moment: Moment) -> list[str]:
    """The start events of a process whose condition these variables fulfil; each opens an instance."""
    found = []
    for start in spec.starts():
        for part in parts(start):
            if isinstance(part, Conditional) and _fulfilled(part, variables, moment):
                found.append(start.id)
                break
    return found


def _fulfilled(part: Conditional, variables: Mapping[str, Any], moment: Moment) -> bool:
    try:
        return part.condition.evaluate(variables, moment).value is True
    except FeelError:
        # past FEEL's limits: there is no instance yet that could show an incident
        return False


def _look_at(run: "Run", token: Token, moves: list[Move]) -> None:
    watched, scopes = token.internal_data[WATCHED], set(run.state.scopes(token))
    stopped = {wait.element for wait in token.waits if wait.element.startswith(AT_CONDITION)}
    for wait in tuple(token.waits):
        entry = watched.get(str(wait.key))
        # What fired just before may have ended this wait; one with an incident is looked at when that is resolved.
        if entry is None or wait not in token.waits or AT_CONDITION + str(wait.key) in stopped:
            continue
        definition: Any = parts(run.spec.elements[wait.element])[entry[0]]
        if entry[1] is not None and not definition.concerns(moves, scopes):
            continue
        try:
            _ask(run, token, wait, definition.condition, entry)
        except Stuck as stuck:
            # Not `Run.stop`: what the token is on can be done all the same, and be cancelled.
            run.raise_incident(token, stuck, AT_CONDITION + str(wait.key))
    living = {str(wait.key) for wait in token.waits}
    token.internal_data[WATCHED] = {key: entry for key, entry in watched.items() if key in living}


def _ask(run: "Run", token: Token, wait: Wait, condition: Source, entry: list[Any]) -> None:
    # what is neither true nor false does not hold: the variables may not be there yet
    holds = run.evaluate(condition, token).value is True
    before, entry[1] = entry[1], holds
    if holds and not before:
        run.trigger(token, wait, {}, "event_received")
