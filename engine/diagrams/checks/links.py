"""Links (BPMN 2.0.2, 10.5.5): in one scope each name has one catching event and at least one that throws."""

from engine.core.element import Element
from engine.core.event_definitions import Link
from engine.core.events import CatchEvent
from engine.diagrams.names import LINK

from .subject import Subject


def check_links(subject: Subject) -> None:
    catching: dict[tuple[str | None, str], Element] = {}
    throwing: dict[tuple[str | None, str], Element] = {}
    for element in subject.elements:
        definition = getattr(element, "event_definition", None)
        if not isinstance(definition, Link):
            continue
        place = (element.scope, definition.link_name)
        catches = isinstance(element, CatchEvent)
        if catches and place in catching:
            subject.error("bpmn_link_twice", element, name=definition.link_name)
        (catching if catches else throwing).setdefault(place, element)
        drawn = element.incoming if catches else element.outgoing
        if any(not flow.id.startswith(LINK) for flow in drawn):
            subject.error("bpmn_link_flow", element)
    for place in catching.keys() - throwing.keys():
        subject.error("bpmn_link_without_throw", catching[place], name=place[1])
    for place in throwing.keys() - catching.keys():
        subject.error("bpmn_link_without_catch", throwing[place], name=place[1])
