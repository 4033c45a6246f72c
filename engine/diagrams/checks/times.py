"""Timers and other literal values that can be read before anything runs."""

from collections.abc import Callable
from datetime import UTC, datetime

from engine.core.element import Element
from engine.core.event_definitions import Definition, Message, Signal, TimerDefinition, parts
from engine.core.events import BoundaryEvent, IntermediateCatchEvent, StartEvent
from engine.core.expressions import Source
from engine.core.jobs import JobTask
from engine.core.stuck import Stuck
from engine.core.timers import parse_duration, when
from engine.core.user_tasks import UserTask

from .subject import Subject, literal

_SOME_DAY = datetime(2026, 1, 1, tzinfo=UTC)  # only whether a text can be read is asked


def check_times(subject: Subject) -> None:
    for element in subject.elements:
        for definition in parts(element):
            if isinstance(definition, TimerDefinition):
                _timer(subject, element, definition)
        if isinstance(element, UserTask):
            _readable(subject, element, "dueDate", element.due_date, _date)
            _readable(subject, element, "followUpDate", element.follow_up_date, _date)
            _readable(subject, element, "priority", element.priority, int)
        if isinstance(element, JobTask):
            _readable(subject, element, "retries", element.retries, int)
            _readable(subject, element, "priority", element.priority, int)
        _readable(subject, element, "ttl", element.properties.get("ttl"), parse_duration)


def named_by(definition: Definition) -> Source | None:
    """The value by which an event is found when nothing runs yet: a message's or signal's name, a timer's time."""
    match definition:
        case Message():
            return definition.message_name
        case Signal():
            return definition.signal_name
        case TimerDefinition():
            return definition.value
    return None


def _timer(subject: Subject, element: Element, definition: TimerDefinition) -> None:
    once = isinstance(element, IntermediateCatchEvent) or (
        isinstance(element, BoundaryEvent | StartEvent) and element.interrupting and element.scope is not None
    )
    # these are gone once their timer has fired
    if definition.kind == "cycle" and (once or (isinstance(element, BoundaryEvent) and element.interrupting)):
        subject.warning("bpmn_cycle_fires_once", element)
    _readable(subject, element, definition.kind, definition.value, lambda text: when(definition.kind, text, _SOME_DAY))


def _date(text: str) -> object:
    return when("date", text, _SOME_DAY)


def _readable(
    subject: Subject, element: Element, field: str, source: Source | None, read: Callable[[str], object]
) -> None:
    text = literal(source)
    if text is None:
        return
    try:
        read(text)
    except (Stuck, ValueError):
        subject.error(f"bpmn_unreadable_{_KINDS[field]}", element, field=field, text=text)


_KINDS = {
    "date": "date",
    "dueDate": "date",
    "followUpDate": "date",
    "duration": "duration",
    "ttl": "duration",
    "cycle": "cycle",
    "retries": "number",
    "priority": "number",
}
