"""Event-based gateways: what may follow them."""

from engine.core.element import Element
from engine.core.event_definitions import Link
from engine.core.events import IntermediateCatchEvent, ReceiveTask
from engine.core.gateways import EventBasedGateway

from .subject import Subject


def check_gateways(subject: Subject) -> None:
    watched = {event.attached_to for event in subject.elements if hasattr(event, "attached_to")}
    for gateway in subject.elements:
        if not isinstance(gateway, EventBasedGateway):
            continue
        if len(gateway.outgoing) < 2:
            subject.error("bpmn_event_gateway_single", gateway)
        for flow in gateway.outgoing:
            _target(subject, subject.spec.task_specs[flow.target], watched)


def _target(subject: Subject, target: Element, watched: set[str]) -> None:
    if not isinstance(target, IntermediateCatchEvent | ReceiveTask) or isinstance(target.event_definition, Link):
        subject.error("bpmn_event_gateway_target", target)
    # a token that came another way would wait for the event again
    elif len(target.incoming) > 1:
        subject.error("bpmn_event_gateway_target_shared", target)
    elif isinstance(target, ReceiveTask) and (target.loop or target.input_mappings or target.id in watched):
        # the gateway waits in the task's place, so the task itself is never entered
        subject.error("bpmn_event_gateway_receive_task", target)
