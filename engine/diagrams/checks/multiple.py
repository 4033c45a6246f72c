"""Events with several definitions (BPMN 2.0.2, 10.5.1): which may stand together."""

from engine.core.compensation import Compensation
from engine.core.element import Element
from engine.core.event_definitions import Error, Escalation, Link
from engine.core.events import StartEvent, ThrowEvent
from engine.core.multiple import Multiple
from engine.core.transactions import Cancel

from .subject import Subject


def check_multiple(subject: Subject) -> None:
    for element in subject.elements:
        definition = getattr(element, "event_definition", None)
        if isinstance(definition, Multiple):
            _together(subject, element, definition)


def _together(subject: Subject, element: Element, definition: Multiple) -> None:
    throws = isinstance(element, ThrowEvent)
    alone: tuple[type, ...] = (Link, Cancel) if throws else (Link, Cancel, Compensation)
    if any(part.is_none or isinstance(part, alone) for part in definition.definitions):
        subject.error("bpmn_multiple_kind", element)
    if throws and sum(part.takes_over for part in definition.definitions) > 1:
        subject.error("bpmn_multiple_throws", element)
    if definition.parallel and any(isinstance(part, Error | Escalation) for part in definition.definitions):
        # what is thrown up is caught at once or not at all: it cannot wait for the others
        subject.error("bpmn_multiple_parallel_kind", element)
    if definition.parallel and isinstance(element, StartEvent) and element.scope is None:
        subject.error("bpmn_multiple_parallel_start", element)
