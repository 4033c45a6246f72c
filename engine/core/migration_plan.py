"""What a migration would do to an instance, and all that stands against it. Changes nothing."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from SpiffWorkflow.util.task import TaskState

from engine.errors import Finding

from . import ad_hoc, compensation
from .compensation import Compensation
from .element import Element
from .event_definitions import parts
from .events import BoundaryEvent, StartEvent
from .gateways import EventBasedGateway
from .jobs import REMINDER
from .limits import is_limits
from .listeners import LISTENER
from .multi_instance import MultiInstance
from .spec import ProcessSpec
from .state import State
from .token import AT_EVENT, AT_JOIN, Token, Wait


class Plan:
    """Which element of the `new` version stands for which of the `old`. `mapping` names those whose ids differ."""

    def __init__(self, old: ProcessSpec, new: ProcessSpec, mapping: Mapping[str, str]) -> None:
        self.old = old
        self.new = new
        self.mapping = dict(mapping)

    def target(self, element: str) -> str:
        return self.new.root.id if element == self.old.root.id else self.mapping.get(element, element)

    def event(self, host: Element, event: str) -> str | None:
        """The event at `host` (a boundary event, or the start of an event sub-process) that stands for an old one."""
        new = self.new.elements.get(self.target(event))
        around = self.target(host.id)
        there = {found.id for found in (*self.new.boundaries(around), *self.new.event_starts(around))}
        return new.id if new is not None and new.id in there and same_event(self.old.elements[event], new) else None

    def waits_at(self, token: Token, wait: Wait) -> str | None:
        """What a wait's `element` becomes; None where the new version waits for no such thing."""
        if wait.element.startswith(AT_JOIN):
            return AT_JOIN + self.target(wait.element.removeprefix(AT_JOIN))
        if wait.element.startswith(AT_EVENT):
            event = self.event(token.task_spec, wait.element.removeprefix(AT_EVENT))
            return None if event is None else AT_EVENT + event
        if not is_event(wait):
            # These name the element they stand at. For a listener, a reminder, a limit or an incident
            # a word of ours stands there.
            own = wait.noun == "task" or (wait.noun == "job" and wait.element not in (LISTENER, REMINDER))
            return self.target(wait.element) if own else wait.element
        # Such an event is compared where its token is checked (`_same_events`), and may not be missing.
        if wait.element == token.task_spec.id or isinstance(token.task_spec, EventBasedGateway):
            return self.target(wait.element)
        return self.event(token.task_spec, wait.element)

    # What stands against it

    def check(self, state: State) -> list[Finding]:
        """Every reason why this instance cannot be migrated; empty where it can."""
        if self.old.process_id != self.new.process_id:
            return [Finding("migration_other_process", {"process": self.new.process_id})]
        found = list(self.check_mapping())
        for token in state.tokens.values():
            found += self._check_token(token)
        for (_, element), arrived in state.joins.items():
            found += self._check_join(element, arrived)
        left = [record for t in state.tokens.values() for record in t.internal_data.get(compensation.LEFT, ())]
        found += self._check_undo([*state.undo, *left])
        # A thousand tokens at one element have one reason.
        return list({(finding.code, finding.element): finding for finding in found}.values())

    def check_mapping(self) -> Iterator[Finding]:
        """What is wrong with the mapping itself, whatever the instance."""
        for source, target in self.mapping.items():
            told = {"source": source, "target": target}
            if source not in self.old.elements:
                yield Finding("migration_source_unknown", told, element=source)
            elif target not in self.new.elements:
                yield Finding("migration_target_unknown", told, element=source)
            elif not same_kind(self.old.elements[source], self.new.elements[target]):
                yield Finding("migration_kind_changed", told, element=source)

    def _check_token(self, token: Token) -> Iterator[Finding]:
        old = token.task_spec
        new = self.new.elements.get(self.target(old.id))
        told = {"source": old.id, "target": self.target(old.id)}
        if new is None:
            yield Finding("migration_element_missing", told, element=old.id)
        elif not same_kind(old, new):
            yield Finding("migration_kind_changed", told, element=old.id)
        elif new.scope != (self.target(old.scope) if old.scope else None):
            yield Finding("migration_scope_changed", told, element=old.id)
        elif not _same_loop(old, new):
            yield Finding("migration_loop_changed", told, element=old.id)
        elif not self._same_events(old, new):
            yield Finding("migration_event_changed", told, element=old.id)
        for named in _named_in(token):
            if self.target(named) not in self.new.elements:
                told = {"source": named, "target": self.target(named)}
                yield Finding("migration_element_missing", told, element=named)

    def _same_events(self, old: Element, new: Element) -> bool:
        """Whether an event waits for the same kind of thing, and a gateway for the same events behind it."""
        if not isinstance(old, EventBasedGateway):
            return same_event(old, new)
        before = {self.target(flow.target): self.old.elements[flow.target] for flow in old.outgoing}
        after = {flow.target: self.new.elements[flow.target] for flow in new.outgoing}
        return before.keys() == after.keys() and all(same_event(before[id_], after[id_]) for id_ in before)

    def _check_join(self, element: str, arrived: Mapping[str, int]) -> Iterator[Finding]:
        """What has arrived is counted by flow, so a join that is half filled needs its flows as they were."""
        old, new = self.old.elements[element], self.new.elements.get(self.target(element))
        told = {"source": element, "target": self.target(element), "arrived": sum(arrived.values())}
        if new is None or not same_kind(old, new) or not _same_join(old, new):
            yield Finding("migration_join_half_filled", told, element=element)

    def _check_undo(self, records: Iterable[Mapping[str, Any]]) -> Iterator[Finding]:
        for record in records:
            element = record["element"]
            target = self.target(element)
            if target not in self.new.elements or (_undoes(self.old, element) and not _undoes(self.new, target)):
                told = {"source": element, "target": target}
                yield Finding("migration_compensation_lost", told, element=element)
            yield from self._check_undo(record["inside"])


def is_event(wait: Wait) -> bool:
    """Whether a token waits here for an event of the diagram, and not for a job, a task or a task's limit."""
    if wait.noun not in ("timer", "subscription"):
        return False
    return not is_limits(wait)


def same_kind(old: Element, new: Element) -> bool:
    return type(old) is type(new) and getattr(old, "by_event", False) == getattr(new, "by_event", False)


def same_event(old: Element, new: Element) -> bool:
    """Whether two events wait for the same kinds of things, in the same way."""
    if not same_kind(old, new):
        return False
    ways = [
        [type(part) for part in parts(element)] + [getattr(element, "interrupting", None)] for element in (old, new)
    ]
    together = [getattr(getattr(element, "event_definition", None), "parallel", False) for element in (old, new)]
    return ways[0] == ways[1] and together[0] == together[1]


def _same_loop(old: Element, new: Element) -> bool:
    if _collected(old) != _collected(new):
        return False
    if type(old.loop) is not type(new.loop):
        return False
    if not isinstance(old.loop, MultiInstance) or not isinstance(new.loop, MultiInstance):
        return True
    shapes = [(loop.sequential, loop.counted, loop.output_collection) for loop in (old.loop, new.loop)]
    return shapes[0] == shapes[1]


def _collected(element: Element) -> str | None:
    """What an ad-hoc sub-process collects in: it has begun to."""
    return getattr(element, "output_collection", None)


def _same_join(old: Element, new: Element) -> bool:
    ways = [({flow.id for flow in element.incoming}, element.start_quantity) for element in (old, new)]
    return ways[0] == ways[1]


def _undoes(spec: ProcessSpec, element: str) -> bool:
    events: Iterable[BoundaryEvent | StartEvent] = (*spec.boundaries(element), *spec.event_starts(element))
    return any(isinstance(event.event_definition, Compensation) for event in events)


def _named_in(token: Token) -> list[str]:
    """Elements that a token has still to go to by their ids."""
    named = list(token.internal_data.get(ad_hoc.LEFT, ()))
    if token.state in (TaskState.READY, TaskState.ERROR) and "start" in token.internal_data:
        named.append(token.internal_data["start"])
    return named
