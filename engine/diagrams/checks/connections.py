"""How many flows must lead to an element and leave it (BPMN 2.0.2, 10.5.2, 10.5.3, 10.5.4, 10.6.1)."""

from engine.core.compensation import Compensation
from engine.core.element import Element
from engine.core.event_definitions import Link, parts
from engine.core.events import BoundaryEvent, EndEvent, IntermediateCatchEvent, IntermediateThrowEvent, StartEvent
from engine.diagrams.names import bpmn

from .subject import Subject

_GATEWAYS = frozenset(
    bpmn(f"{kind}Gateway") for kind in ("exclusive", "inclusive", "parallel", "complex", "eventBased")
)


def check_connections(subject: Subject) -> None:
    if subject.document.refused:
        return  # a flow to what is refused is not read, and its other end is not to blame
    inside: dict[str | None, list[Element]] = {}
    for element in subject.elements:
        inside.setdefault(element.scope, []).append(element)
        if isinstance(element, BoundaryEvent):
            if not element.outgoing and not _is(element, Compensation):
                subject.error("bpmn_boundary_without_outgoing", element)
        elif isinstance(element, IntermediateCatchEvent | IntermediateThrowEvent):
            _between(subject, element)
        elif subject.node(element).tag in _GATEWAYS and len(element.incoming) < 2 and len(element.outgoing) < 2:
            subject.warning("bpmn_gateway_superfluous", element)  # it runs as it looks
    for elements in inside.values():
        # A start alone is a diagram that somebody has begun to draw.
        if len(elements) > 1:
            _ends(subject, elements)


def _between(subject: Subject, event: Element) -> None:
    """An intermediate event has something before it and something behind it; pairs of links have their own check."""
    if _is(event, Link):
        return
    if not event.incoming:
        subject.error("bpmn_intermediate_without_incoming", event)
    if not event.outgoing:
        subject.error("bpmn_intermediate_without_outgoing", event)


def _ends(subject: Subject, inside: list[Element]) -> None:
    """A start leads somewhere, and something leads to an end."""
    for element in inside:
        if isinstance(element, StartEvent) and not element.outgoing:
            subject.error("bpmn_start_without_outgoing", element)
        elif isinstance(element, EndEvent) and not element.incoming:
            subject.error("bpmn_end_without_incoming", element)


def _is(event: Element, kind: type) -> bool:
    return any(isinstance(definition, kind) for definition in parts(event))
