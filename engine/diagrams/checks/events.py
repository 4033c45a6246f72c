"""Events: what each kind may wait for or throw, where it may stand, and what may lead to it."""

from collections import Counter

from engine.core.compensation import Compensation
from engine.core.element import Element
from engine.core.event_definitions import Definition, Error, Escalation, Message, parts
from engine.core.events import BoundaryEvent, CatchEvent, EndEvent, IntermediateCatchEvent, StartEvent, ThrowEvent
from engine.core.subprocesses import SubProcess
from engine.diagrams.names import bpmn
from engine.diagrams.rules import ACTIVITIES

from .subject import Subject
from .times import named_by

_ACTIVITIES = frozenset(map(bpmn, ACTIVITIES.split()))


def check_events(subject: Subject) -> None:
    starts = Counter(element.scope for element in subject.elements if isinstance(element, StartEvent))
    for element in subject.elements:
        if isinstance(element, StartEvent):
            _start(subject, element)
        elif isinstance(element, BoundaryEvent):
            _boundary(subject, element)
        elif isinstance(element, EndEvent) and element.outgoing:
            subject.error("bpmn_end_with_outgoing", element)
        elif isinstance(element, SubProcess) and element.by_event:
            _event_sub_process(subject, element, starts[element.id])
        _what_it_waits_for(subject, element)
        _what_it_throws(subject, element)
    _opens_by_fixed_names(subject)
    _one_plain_start(subject)
    _each_caught_once(subject)


def _start(subject: Subject, start: StartEvent) -> None:
    kinds = parts(start)
    if start.incoming:
        subject.error("bpmn_start_with_incoming", start)
    if subject.by_event(start.scope):
        if any(isinstance(kind, Error | Compensation) for kind in kinds) and not start.interrupting:
            subject.error("bpmn_error_interrupts", start)
        return
    if not start.interrupting:
        subject.error("bpmn_interrupts_nothing", start)
    if start.scope is not None and not start.event_definition.is_none:
        subject.error("bpmn_start_in_sub_process", start)
    elif any(isinstance(kind, Error | Escalation | Compensation) for kind in kinds):
        subject.error("bpmn_start_kind", start)


def _opens_by_fixed_names(subject: Subject) -> None:
    """What opens an instance is waited for before there are variables."""
    for element in subject.spec.starts_of(subject.elements):
        for name in filter(None, map(named_by, parts(element))):
            if name.reads:
                subject.error("bpmn_start_reads_variables", element, names=", ".join(sorted(name.reads)))


def _boundary(subject: Subject, event: BoundaryEvent) -> None:
    host = subject.spec.task_specs.get(event.attached_to)
    if event.incoming:
        subject.error("bpmn_boundary_with_incoming", event)
    if host is None:
        # a refused activity has its finding; the event attached to it need not have another
        if event.attached_to not in subject.document.refused:
            subject.error("bpmn_boundary_to_nothing", event, id=event.attached_to)
    elif host is subject.spec.root or subject.node(host).tag not in _ACTIVITIES or subject.by_event(host.id):
        subject.error("bpmn_boundary_host", event, id=event.attached_to)
    elif host.scope != event.scope:
        subject.error("bpmn_boundary_scope", event, id=event.attached_to)
    if any(isinstance(kind, Error) for kind in parts(event)) and not event.interrupting:
        subject.error("bpmn_error_interrupts", event)


def _event_sub_process(subject: Subject, around: SubProcess, starts: int) -> None:
    if starts != 1:
        subject.error("bpmn_event_sub_process_starts", around, count=starts)
    if around.incoming or around.outgoing:
        subject.error("bpmn_event_sub_process_flows", around)
    if around.loop is not None:
        subject.error("bpmn_event_sub_process_loop", around)


def _what_it_waits_for(subject: Subject, element: Element) -> None:
    if not isinstance(element, StartEvent | BoundaryEvent | CatchEvent):
        return
    definition = element.event_definition
    if isinstance(element, StartEvent | BoundaryEvent | IntermediateCatchEvent):
        # a token springs out of these when the event has come, past the point where inputs are mapped
        if element.input_mappings:
            subject.error("bpmn_inputs_without_effect", element)
        needs_one = not isinstance(element, StartEvent) or subject.by_event(element.scope)
        if needs_one and definition.is_none and not _has_definition(subject, element):
            subject.error("bpmn_event_without_definition", element)
    if any(isinstance(kind, Error | Escalation) and kind.thrown is not None for kind in parts(element)):
        subject.error("bpmn_catch_computed", element)
    # a message that opens an instance has nobody to be correlated with
    opens_instance = isinstance(element, StartEvent) and element.scope is None
    for kind in parts(element):
        if isinstance(kind, Message) and kind.correlation_key is None and not opens_instance:
            subject.info("bpmn_no_correlation_key", element, name=kind.message_name.text)


def _what_it_throws(subject: Subject, element: Element) -> None:
    if not isinstance(element, ThrowEvent):
        return
    if any(isinstance(kind, Error | Escalation) and not kind.code for kind in parts(element)):
        subject.error("bpmn_throw_without_code", element)


def _has_definition(subject: Subject, element: Element) -> bool:
    """Whether the file gives one, if a wrong one: then there is a finding about it already."""
    return any(str(child.tag).endswith(("EventDefinition", "eventDefinitionRef")) for child in subject.node(element))


def _one_plain_start(subject: Subject) -> None:
    plain: Counter[str | None] = Counter()
    for element in subject.elements:
        if isinstance(element, StartEvent) and element.event_definition.is_none and not subject.by_event(element.scope):
            plain[element.scope] += 1
            if plain[element.scope] == 2:
                subject.error("bpmn_several_starts", element)


def _each_caught_once(subject: Subject) -> None:
    """At one place each event has one catcher; of two, one would never get it."""
    seen: set[tuple[str, ...]] = set()
    for element in subject.elements:
        if not isinstance(element, StartEvent | BoundaryEvent):
            continue
        for caught in filter(None, map(_caught, parts(element))):
            event = (_where(subject, element), *caught)
            if event in seen:
                subject.error("bpmn_caught_twice", element)
            seen.add(event)


def _caught(definition: Definition) -> tuple[str, str, str] | None:
    """What is caught, where that can be told before anything runs and another catcher would take it away."""
    match definition:
        case Error() | Escalation():
            return type(definition).__name__, definition.code or "", ""
        case Message():
            key = definition.correlation_key
            return "Message", definition.message_name.text, "" if key is None else key.text
    return None


def _where(subject: Subject, element: Element) -> str:
    """The activity or scope at which an event is waited for; empty for what opens an instance."""
    if isinstance(element, BoundaryEvent):
        return element.attached_to
    if element.scope is None or not subject.by_event(element.scope):
        return element.scope or ""
    return subject.spec.task_specs[element.scope].scope or subject.spec.root.id
