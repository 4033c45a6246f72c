"""Parses event definitions, and what they refer to at the top of the file."""

from collections.abc import Callable
from dataclasses import dataclass

from engine.core.event_definitions import Definition, Error, Escalation, Message, Plain, Signal, Terminate
from engine.core.event_definitions import TimerDefinition as Timer
from engine.core.expressions import Literal, Source

from .document import Document
from .elements import Extensions
from .fields import Fields
from .names import Node, bpmn

TIMERS = {"timeDate": "date", "timeDuration": "duration", "timeCycle": "cycle"}


@dataclass(frozen=True, slots=True)
class Named:
    """A message, signal, error or escalation of the file: its name or code, None where that is missing or wrong."""

    name: Source | None
    correlation_key: Source | None = None


class Tops:
    """The messages, signals, errors and escalations of a file by id, and its event definitions that stand alone."""

    def __init__(self, document: Document, fields: Fields) -> None:
        self._fields = fields
        self.messages = {node.get("id"): self._message(node) for node in document.top("message")}
        self.signals = {node.get("id"): self._named(node, "name") for node in document.top("signal")}
        self.errors = {node.get("id"): self._named(node, "errorCode") for node in document.top("error")}
        self.escalations = {node.get("id"): self._named(node, "escalationCode") for node in document.top("escalation")}
        self.definitions = {node.get("id"): node for tag in PARSERS for node in document.tops.get(tag, [])}

    def _message(self, node: Node) -> Named:
        subscription = Extensions(node).get("subscription")
        return Named(self._fields.value(node, "name"), self._fields.value(subscription, "correlationKey"))

    def _named(self, node: Node, field: str) -> Named:
        return Named(self._fields.value(node, field))


def parse_definition(node: Node, tops: Tops, fields: Fields) -> Definition:
    """The definition that a …EventDefinition element gives; a plain one where it is wrong, which is a finding."""
    return PARSERS[node.tag](node, tops, fields) or Plain()


def message(node: Node, tops: Tops, fields: Fields) -> Definition | None:
    """The message that attribute `messageRef` names; a receive or send task has it too."""
    found = _referred(node, "messageRef", tops.messages, fields)
    return None if found is None or found.name is None else Message(found.name, found.correlation_key)


def _signal(node: Node, tops: Tops, fields: Fields) -> Definition | None:
    found = _referred(node, "signalRef", tops.signals, fields)
    return None if found is None or found.name is None else Signal(found.name)


def _error(node: Node, tops: Tops, fields: Fields) -> Definition | None:
    return _coded(node, "errorRef", tops.errors, fields, Error)


def _escalation(node: Node, tops: Tops, fields: Fields) -> Definition | None:
    return _coded(node, "escalationRef", tops.escalations, fields, Escalation)


def _coded(
    node: Node,
    reference: str,
    known: dict[str | None, Named],
    fields: Fields,
    kind: type[Error] | type[Escalation],
) -> Definition | None:
    """Without a reference it catches every code; whether that may be is the checks' to say."""
    if not node.get(reference):
        return kind(None)
    found = _referred(node, reference, known, fields)
    if found is None or found.name is None:
        return None
    return kind(found.name.text, None if isinstance(found.name, Literal) else found.name)


def _terminate(node: Node, tops: Tops, fields: Fields) -> Definition | None:
    return Terminate()


def _timer(node: Node, tops: Tops, fields: Fields) -> Definition | None:
    given = [child for child in node if child.tag in _TIMERS]
    if len(given) != 1:
        fields.findings.error("bpmn_timer_without_time", node)
        return None
    value = fields.compiled(given[0], _TIMERS[given[0].tag], given[0].text or "", required=True)
    return None if value is None else Timer(_TIMERS[given[0].tag], value)


def _referred(node: Node, reference: str, known: dict[str | None, Named], fields: Fields) -> Named | None:
    wanted = node.get(reference)
    found = known.get(wanted)
    if not wanted:
        fields.findings.error("bpmn_reference_missing", node, field=reference)
    elif found is None:
        fields.findings.error("bpmn_reference_unknown", node, field=reference, id=wanted)
    elif found.name is None:
        fields.findings.error("bpmn_reference_unnamed", node, field=reference, id=wanted)
    return found


Parser = Callable[[Node, Tops, Fields], Definition | None]
_TIMERS = {bpmn(name): kind for name, kind in TIMERS.items()}
PARSERS: dict[str, Parser] = {
    bpmn("messageEventDefinition"): message,
    bpmn("timerEventDefinition"): _timer,
    bpmn("signalEventDefinition"): _signal,
    bpmn("errorEventDefinition"): _error,
    bpmn("escalationEventDefinition"): _escalation,
    bpmn("terminateEventDefinition"): _terminate,
}
