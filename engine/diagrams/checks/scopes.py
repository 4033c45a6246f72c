"""What may lie in ad-hoc sub-processes, what may open an instance, and where listeners are asked."""

from engine.core.ad_hoc import AdHocSubProcess
from engine.core.element import Element
from engine.core.event_definitions import Message
from engine.core.events import BoundaryEvent, EndEvent, ReceiveTask, StartEvent
from engine.core.gateways import EventBasedGateway
from engine.core.listeners import hears
from engine.core.multi_instance import MultiInstance
from engine.diagrams.names import bpmn
from engine.diagrams.rules import ACTIVITIES

from .subject import Subject

_ACTIVITIES = frozenset(map(bpmn, ACTIVITIES.split()))


def check_scopes(subject: Subject) -> None:
    watched = {element.attached_to for element in subject.elements if isinstance(element, BoundaryEvent)}
    for element in subject.elements:
        if isinstance(element, AdHocSubProcess):
            _ad_hoc(subject, element)
        elif isinstance(element, EventBasedGateway):
            _gateway(subject, element)
        elif isinstance(element, ReceiveTask) and element.instantiate:
            _instantiating(subject, element)
            if element.loop is not None or element.input_mappings or element.id in watched:
                subject.error("bpmn_instantiate_receive", element)
        _listeners(subject, element)


def _ad_hoc(subject: Subject, around: AdHocSubProcess) -> None:
    inside = [element for element in subject.elements if element.scope == around.id]
    for element in inside:
        if isinstance(element, StartEvent | EndEvent):
            subject.error("bpmn_ad_hoc_start_end", element, id=around.id)
    if not any(subject.node(element).tag in _ACTIVITIES for element in inside):
        subject.error("bpmn_ad_hoc_empty", around)


def _gateway(subject: Subject, gateway: EventBasedGateway) -> None:
    if gateway.instantiate:
        _instantiating(subject, gateway)
    elif gateway.parallel:
        subject.error("bpmn_gateway_parallel", gateway)
    if gateway.parallel:
        behind = [subject.spec.task_specs[flow.target] for flow in gateway.outgoing]
        for event in behind:
            if not isinstance(getattr(event, "event_definition", None), Message):
                # which one comes first is not known: each has to be waited for in the instance the others share
                subject.error("bpmn_gateway_parallel_event", event)


def _instantiating(subject: Subject, element: Element) -> None:
    if element.incoming:
        subject.error("bpmn_instantiate_incoming", element)
    if element.scope is not None:
        subject.error("bpmn_instantiate_place", element)


def _listeners(subject: Subject, element: Element) -> None:
    """Out of these a token springs when their event has come: they are not entered before."""
    behind_gateway = any(
        isinstance(subject.spec.task_specs[flow.source], EventBasedGateway) for flow in element.incoming
    )
    opens = isinstance(element, ReceiveTask) and element.instantiate
    springs = isinstance(element, BoundaryEvent) or behind_gateway or opens
    if isinstance(element, StartEvent):
        springs = not element.event_definition.is_none
    if not isinstance(element.loop, MultiInstance) and hears(element, "beforeAll"):
        subject.error("bpmn_listener_before_all", element)
    if springs and any(listener.event == "start" for listener in element.listeners):
        subject.error("bpmn_listener_start", element)
