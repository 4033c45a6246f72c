"""Parses event definitions, and what they refer to at the top of the file."""

from collections.abc import Callable
from dataclasses import dataclass

from engine.core.compensation import Compensation
from engine.core.conditions import Conditional
from engine.core.event_definitions import Definition, Error, Escalation, Link, Message, Plain, Signal, Terminate
from engine.core.event_definitions import TimerDefinition as Timer
from engine.core.expressions import Literal, Source
from engine.core.transactions import Cancel

from .document import Document
from .extensions import Extensions
from .fields import Fields
from .names import Node, bpmn, is_true, text_of

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

    def definition(self, node: Node, reference: str, fields: Fields) -> Definition | None:
        """The definition at the top of the file that an attribute names."""
        found = self.definitions.get(node.get(reference))
        if found is None:
            fields.findings.error("bpmn_reference_unknown", node, field=reference, id=node.get(reference))
            return None
        return parse_definition(found, self, fields)

    def definitions_of(self, node: Node, fields: Fields) -> list[Definition]:
        return [parse_definition(one, self, fields) for one in self.nodes_of(node, fields)]

    def nodes_of(self, node: Node, fields: Fields) -> list[Node]:
        """The definitions of an event, written inside it or referred to; those written first, as the schema has it."""
        found = [child for child in node if child.tag in PARSERS]
        for reference in node.iterchildren(bpmn("eventDefinitionRef")):
            top = self.definitions.get(text_of(reference))
            if top is None:
                field = "eventDefinitionRef"
                fields.findings.error("bpmn_reference_unknown", reference, field=field, id=text_of(reference))
            else:
                found.append(top)
        return found


def parse_definition(node: Node, tops: Tops, fields: Fields) -> Definition:
    """The definition that a …EventDefinition element gives; a plain one where it is wrong, which is a finding."""
    # So the event is there, and whatever else is wrong with it is found in the same go.
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


def _conditional(node: Node, tops: Tops, fields: Fields) -> Definition | None:
    found = node.find(bpmn("condition"))
    if found is None:
        fields.findings.error("bpmn_condition_missing", node)
        return None
    condition = fields.feel(found, "condition", found.text or "", required=True)
    chosen = Extensions(node).get("conditionalFilter")
    names, events = (_listed(chosen, name) for name in ("variableNames", "variableEvents"))
    if not events <= {"create", "update"}:
        fields.findings.error("bpmn_condition_events", chosen, text=", ".join(sorted(events)))
    return None if condition is None else Conditional(condition, names, events)


def _listed(node: Node | None, attribute: str) -> frozenset[str]:
    words = "" if node is None else node.get(attribute) or ""
    return frozenset(word.strip() for word in words.split(",") if word.strip())


def _link(node: Node, tops: Tops, fields: Fields) -> Definition | None:
    name = fields.text(node, "name", required=True)
    return None if name is None else Link(name)


def _compensate(node: Node, tops: Tops, fields: Fields) -> Definition | None:
    return Compensation(fields.text(node, "activityRef"), is_true(node, "waitForCompletion", default=True))


def _cancel(node: Node, tops: Tops, fields: Fields) -> Definition | None:
    return Cancel()


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
    bpmn("conditionalEventDefinition"): _conditional,
    bpmn("linkEventDefinition"): _link,
    bpmn("compensateEventDefinition"): _compensate,
    bpmn("cancelEventDefinition"): _cancel,
}
