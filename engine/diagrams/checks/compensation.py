"""Compensation and transactions (BPMN 2.0.2, 10.7, 10.3.5): handlers, who may throw and catch what, and where."""

from collections import Counter

from engine.core.compensation import Compensation
from engine.core.element import Element
from engine.core.event_definitions import parts
from engine.core.events import BoundaryEvent, EndEvent, StartEvent, ThrowEvent
from engine.core.transactions import Cancel, Transaction
from engine.diagrams.names import bpmn
from engine.diagrams.rules import ACTIVITIES

from .subject import Subject

_ACTIVITIES = frozenset(map(bpmn, ACTIVITIES.split()))


def check_compensation(subject: Subject) -> None:
    handlers: Counter[str] = Counter()
    for element in subject.elements:
        if element.for_compensation:
            _handler(subject, element)
        for definition in parts(element):
            if isinstance(definition, Cancel):
                _cancel(subject, element)
            elif isinstance(definition, Compensation) and isinstance(element, ThrowEvent):
                _reference(subject, element, definition)
            elif isinstance(definition, Compensation):
                handlers[_caught_for(subject, element)] += 1
                if handlers[_caught_for(subject, element)] == 2:
                    subject.error("bpmn_compensation_twice", element)
                _catch(subject, element, definition)


def _handler(subject: Subject, activity: Element) -> None:
    attached = any(isinstance(e, BoundaryEvent) and e.attached_to == activity.id for e in subject.elements)
    if activity.incoming or activity.outgoing or attached:
        subject.error("bpmn_compensation_flows", activity)
    if not any(isinstance(e, BoundaryEvent) and e.handler == activity.id for e in subject.elements):
        subject.warning("bpmn_unreachable", activity)


def _catch(subject: Subject, event: Element, definition: Compensation) -> None:
    if definition.activity is not None:
        subject.error("bpmn_compensation_reference", event, id=definition.activity)
    if isinstance(event, StartEvent):
        around = subject.spec.task_specs[event.scope] if subject.by_event(event.scope) else None
        if around is not None and around.scope is None:
            subject.error("bpmn_compensation_start_place", event)
        return
    if event.outgoing:
        subject.error("bpmn_compensation_boundary_flow", event)
    handler = getattr(event, "handler", None)
    found = subject.spec.task_specs.get(handler)
    if handler is None:
        subject.error("bpmn_compensation_without_handler", event)
    elif found is None or not found.for_compensation or found.scope != event.scope:
        subject.error("bpmn_compensation_handler", event, id=handler)


def _reference(subject: Subject, event: Element, definition: Compensation) -> None:
    """An activity beside the event, or beside the event sub-process the event lies in (10.7.2)."""
    if definition.activity is None:
        return
    found = subject.spec.task_specs.get(definition.activity)
    seen = {event.scope}
    if event.scope is not None and subject.by_event(event.scope):
        seen.add(subject.spec.task_specs[event.scope].scope)
    is_activity = found is not None and found is not subject.spec.root and subject.node(found).tag in _ACTIVITIES
    if found is None or not is_activity or found.scope not in seen:
        subject.error("bpmn_compensation_reference", event, id=definition.activity)


def _cancel(subject: Subject, event: Element) -> None:
    if isinstance(event, EndEvent):
        if not isinstance(subject.spec.task_specs.get(event.scope), Transaction):
            subject.error("bpmn_cancel_end", event)
    elif isinstance(event, BoundaryEvent):
        if not isinstance(subject.spec.task_specs.get(event.attached_to), Transaction):
            subject.error("bpmn_cancel_boundary", event)
        elif not event.interrupting:
            subject.error("bpmn_cancel_interrupts", event)


def _caught_for(subject: Subject, event: Element) -> str:
    """The activity whose handler this is."""
    if isinstance(event, BoundaryEvent):
        return event.attached_to
    around = subject.spec.task_specs.get(event.scope)
    return (around.scope if around is not None else None) or subject.spec.root.id
