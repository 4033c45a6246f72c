"""Event definitions: what an event waits for or throws."""

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from SpiffWorkflow.bpmn.specs.event_definitions.base import EventDefinition
from SpiffWorkflow.bpmn.specs.event_definitions.item_aware_event import (
    ErrorEventDefinition,
    EscalationEventDefinition,
    SignalEventDefinition,
)
from SpiffWorkflow.bpmn.specs.event_definitions.message import MessageEventDefinition
from SpiffWorkflow.bpmn.specs.event_definitions.simple import NoneEventDefinition, TerminateEventDefinition

from .effects import Broadcast, Note, Publish
from .element import Element, text_of, texts_of
from .expressions import Source
from .records import Subscription, Timer
from .throwing import throw_error, throw_escalation
from .timers import parse_cycle, parse_duration, when
from .token import Token

if TYPE_CHECKING:
    from .run import Run


class Definition(EventDefinition):  # type: ignore[misc]
    """What all event definitions can do; most do only part of it."""

    is_none = False
    takes_over = False  # thrown, it holds the token up or takes it away: of several it comes last

    def subscribe(self, run: "Run", token: Token, element: Element) -> None:
        """Wait for the event at `element`; `token` is what is held up or watched."""

    def throw(self, run: "Run", token: Token) -> bool:
        """Throw the event from the token. False when that took the token away."""
        return True

    def catches(self, kind: str, code: str) -> int:
        """How well it catches a thrown `kind` (error, escalation): 0 not, 1 as any, 2 by its code."""
        return 0


class Plain(Definition, NoneEventDefinition):  # type: ignore[misc]
    """No event at all: passes."""

    is_none = True


class Link(Plain):
    """A way from a throwing to a catching event of the same name; the parser has drawn it as a flow."""

    def __init__(self, link_name: str) -> None:
        super().__init__()
        self.link_name = link_name


class Message(Definition, MessageEventDefinition):  # type: ignore[misc]
    """A message by name and, if it has one, correlation key. Thrown, it carries the thrower's input mappings only."""

    def __init__(self, name: Source, correlation_key: Source | None = None) -> None:
        super().__init__(name.text)
        self.message_name = name
        self.correlation_key = correlation_key

    def subscribe(self, run: "Run", token: Token, element: Element) -> None:
        name = text_of(run, token, self.message_name, "message")
        key = text_of(run, token, self.correlation_key, "correlationKey") if self.correlation_key else None
        action = action_of(run, token, element)
        record = Subscription(run.state.new_key(), element.id, token.key, "message", name, key, action)
        run.open(token, record, element.id)

    def throw(self, run: "Run", token: Token) -> bool:
        # Messages can go round in a circle between transactions, each of which takes few steps.
        run.require_end()
        name = text_of(run, token, self.message_name, "message")
        key = text_of(run, token, self.correlation_key, "correlationKey") if self.correlation_key else ""
        ttl = token.task_spec.properties.get("ttl")
        lives = parse_duration(text_of(run, token, ttl, "ttl")).as_timedelta() if ttl else timedelta()
        declared = dict(run.state.variables.get(token.key, {}))
        run.effects.append(Publish(name, key, declared, lives))
        run.effects.append(Note("message_thrown", token.task_spec.id, token.key, {"name": name, "key": key}))
        return True


class Signal(Definition, SignalEventDefinition):  # type: ignore[misc]
    """A signal by name, to all who wait for it."""

    def __init__(self, name: Source) -> None:
        super().__init__(name.text)
        self.signal_name = name

    def subscribe(self, run: "Run", token: Token, element: Element) -> None:
        name = text_of(run, token, self.signal_name, "signal")
        run.open(token, Subscription(run.state.new_key(), element.id, token.key, "signal", name), element.id)

    def throw(self, run: "Run", token: Token) -> bool:
        run.require_end()
        name = text_of(run, token, self.signal_name, "signal")
        run.effects.append(Broadcast(name, dict(run.state.variables.get(token.key, {}))))
        run.effects.append(Note("signal_thrown", token.task_spec.id, token.key, {"name": name}))
        return True


class TimerDefinition(Definition):
    """A point in time, a duration, or a cycle (ISO 8601 or cron)."""

    def __init__(self, kind: str, value: Source) -> None:
        super().__init__(value.text)
        self.kind = kind  # date | duration | cycle
        self.value = value

    def subscribe(self, run: "Run", token: Token, element: Element) -> None:
        text = text_of(run, token, self.value, self.kind)
        now = run.surroundings.now.astimezone(run.surroundings.zone)
        due = when(self.kind, text, now)
        cycle = text if self.kind == "cycle" else None
        left = parse_cycle(text).left_after_first() if cycle else 0
        self.open(run, token, element, due, cycle, left)

    def open(self, run: "Run", token: Token, element: Element, due: Any, cycle: str | None, left: int | None) -> None:
        record = Timer(run.state.new_key(), element.id, token.key, "event", due, cycle, left)
        run.open(token, record, element.id)


class Error(Definition, ErrorEventDefinition):  # type: ignore[misc]
    """A BPMN error by code; without one it catches every error. `thrown` gives the code where it is computed."""

    takes_over = True

    def __init__(self, code: str | None, thrown: Source | None = None) -> None:
        super().__init__(code or "", code)
        self.thrown = thrown

    def catches(self, kind: str, code: str) -> int:
        return by_code(self.code, code) if kind == "error" else 0

    def throw(self, run: "Run", token: Token) -> bool:
        code = text_of(run, token, self.thrown, "errorCode") if self.thrown else self.code or ""
        throw_error(run, token, code, "", dict(run.state.variables.get(token.key, {})))
        return False


class Escalation(Definition, EscalationEventDefinition):  # type: ignore[misc]
    """A BPMN escalation by code; without one it catches every escalation."""

    def __init__(self, code: str | None, thrown: Source | None = None) -> None:
        super().__init__(code or "", code)
        self.thrown = thrown

    def catches(self, kind: str, code: str) -> int:
        return by_code(self.code, code) if kind == "escalation" else 0

    def throw(self, run: "Run", token: Token) -> bool:
        code = text_of(run, token, self.thrown, "escalationCode") if self.thrown else self.code or ""
        throw_escalation(run, token, code, dict(run.state.variables.get(token.key, {})))
        # Whoever has caught it may have interrupted the thrower.
        return token.key in run.tasks


class Terminate(Definition, TerminateEventDefinition):  # type: ignore[misc]
    """Ends every other token of the scope it lies in."""

    def throw(self, run: "Run", token: Token) -> bool:
        scope = token.parent
        for other in run.state.children(scope):
            if other is not token:
                run.terminate(other)
        # A join that is half filled would hold the scope open for tokens that are no more.
        run.state.clear_joins(scope.key)
        return True


def parts(element: Element) -> tuple[Definition, ...]:
    """The definitions an event has: none, its one, or those of a multiple event."""
    definition = getattr(element, "event_definition", None)
    return () if definition is None else tuple(getattr(definition, "definitions", (definition,)))


def by_code(caught: str | None, thrown: str) -> int:
    if caught is None:
        return 1
    return 2 if caught == thrown else 0


def action_of(run: "Run", token: Token, element: Element) -> dict[str, Any] | None:
    """What makes a subscription an action people may send (decision 15)."""
    if "action.label" not in element.properties and "action.form" not in element.properties:
        return None
    action: dict[str, Any] = {"label": element.bpmn_name or element.id, "roles": []}
    if label := element.properties.get("action.label"):
        action["label"] = text_of(run, token, label, "action.label")
    if form := element.properties.get("action.form"):
        action["form"] = text_of(run, token, form, "action.form")
    if roles := element.properties.get("action.roles"):
        action["roles"] = list(texts_of(run, token, roles, "action.roles"))
    return action
