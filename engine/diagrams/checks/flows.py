"""Flows: conditions and defaults, the lists of flows inside elements, and what no token can reach."""

from collections.abc import Iterable
from itertools import groupby
from operator import attrgetter

from engine.core.element import Element, Flow
from engine.core.events import BoundaryEvent, CatchEvent, ReceiveTask, StartEvent, ThrowEvent
from engine.core.gateways import EventBasedGateway, ExclusiveGateway, InclusiveGateway, ParallelGateway
from engine.core.subprocesses import SubProcess
from engine.diagrams.names import LINK, bpmn, text_of

from .subject import Subject

# From these a token takes every flow, or the one of its event, and asks no condition.
_ALL_OR_EVENTS = (ParallelGateway, EventBasedGateway, StartEvent, CatchEvent, BoundaryEvent, ThrowEvent)
_DIRECTIONS = {"Converging": (True, False), "Diverging": (False, True), "Mixed": (True, True)}
_LISTS = ((bpmn("incoming"), "incoming"), (bpmn("outgoing"), "outgoing"))


def check_flows(subject: Subject) -> None:
    for element in subject.elements:
        _default(subject, element)
        _conditions(subject, element)
        _lists(subject, element)
        _directions(subject, element)
    _ways_in(subject)
    _reached(subject)


def _default(subject: Subject, element: Element) -> None:
    if element.default is None:
        return
    flow = next((flow for flow in element.outgoing if flow.id == element.default), None)
    if flow is None:
        subject.error("bpmn_default_unknown", element, id=element.default)
    elif flow.condition is not None:
        subject.findings.error("bpmn_default_with_condition", subject.document.nodes[flow.id])


def _conditions(subject: Subject, element: Element) -> None:
    conditional = [flow for flow in element.outgoing if flow.condition is not None]
    bare = [flow for flow in element.outgoing if flow.condition is None and flow.id != element.default]
    # A receive task waits like a catch event, but it is an activity, and those may ask conditions.
    if isinstance(element, _ALL_OR_EVENTS) and not isinstance(element, ReceiveTask):
        _each(subject, "bpmn_condition_without_effect", conditional)
    elif isinstance(element, ExclusiveGateway) and len(element.outgoing) > 1:
        _each(subject, "bpmn_flow_without_condition", bare)
    if conditional and len(element.outgoing) == 1 and not isinstance(element, ExclusiveGateway | InclusiveGateway):
        subject.warning("bpmn_condition_alone", element)
    chooses = isinstance(element, ExclusiveGateway | InclusiveGateway)
    if chooses and conditional and not bare and element.default is None:
        subject.info("bpmn_gateway_without_default", element)


def _each(subject: Subject, code: str, flows: list[Flow]) -> None:
    for flow in flows:
        subject.findings.error(code, subject.document.nodes[flow.id], source=flow.source)


def _lists(subject: Subject, element: Element) -> None:
    """The flows an element lists itself; sourceRef and targetRef of the flows are what counts."""
    node = subject.node(element)
    for tag, name in _LISTS:
        listed = {text_of(child) for child in node.iterchildren(tag)}
        # A file may leave the lists out.
        if listed and listed != {flow.id for flow in getattr(element, name) if not flow.id.startswith(LINK)}:
            subject.warning("bpmn_flow_list_differs", element, name=name)


def _ways_in(subject: Subject) -> None:
    """Each scope has somewhere to begin."""
    inside = _by_scope(subject)
    process = subject.spec.root
    if not entries(inside.get(None, ()), of_process=True):
        subject.error("bpmn_no_start", process)
    for element in subject.elements:
        if isinstance(element, SubProcess) and not element.by_event:
            contents = inside.get(element.id, ())
            if not contents:
                subject.warning("bpmn_sub_process_empty", element)
            elif not entries(contents, of_process=False):
                subject.error("bpmn_no_start", element)


def _directions(subject: Subject, element: Element) -> None:
    """gatewayDirection says how many flows a gateway has (BPMN 2.0.2, 10.6.1)."""
    wanted = _DIRECTIONS.get(subject.node(element).get("gatewayDirection", ""))
    if wanted is not None and wanted != (len(element.incoming) > 1, len(element.outgoing) > 1):
        subject.error("bpmn_gateway_direction", element, direction=subject.node(element).get("gatewayDirection"))


def _reached(subject: Subject) -> None:
    """Warn of every element no token can come to."""
    # what is attached to an element, or waits in a scope, is reached with it
    inside = _by_scope(subject)
    attached: dict[str, list[Element]] = {}
    for element in subject.elements:
        if isinstance(element, BoundaryEvent):
            attached.setdefault(element.attached_to, []).append(element)
    reached: set[str] = set()
    waiting = _begins(inside.get(None, ()), of_process=True)
    while waiting:
        element = waiting.pop()
        if element.id in reached:
            continue
        reached.add(element.id)
        waiting += [subject.spec.task_specs[flow.target] for flow in element.outgoing]
        waiting += attached.get(element.id, [])
        if isinstance(element, SubProcess):
            waiting += _begins(inside.get(element.id, ()), of_process=element.by_event)
    for element in subject.elements:
        # what lies in a scope that is not reached needs no warning of its own
        if (
            element.id not in reached
            and not element.for_compensation
            and (element.scope is None or element.scope in reached)
        ):
            subject.warning("bpmn_unreachable", element)


def _by_scope(subject: Subject) -> dict[str | None, list[Element]]:
    # `groupby` puts together only what stands side by side.
    ordered = sorted(subject.elements, key=lambda element: element.scope or "")
    return {scope: list(members) for scope, members in groupby(ordered, attrgetter("scope"))}


def _begins(contents: Iterable[Element], of_process: bool) -> list[Element]:
    contents = list(contents)
    return entries(contents, of_process) + [element for element in contents if getattr(element, "by_event", False)]


def entries(contents: Iterable[Element], of_process: bool) -> list[Element]:
    """Where a scope can begin: its start events, else the elements nothing leads to."""
    free = [
        element
        for element in contents
        if not element.incoming
        and not isinstance(element, BoundaryEvent)
        and not getattr(element, "by_event", False)
        and not element.for_compensation
    ]
    starts = [element for element in free if isinstance(element, StartEvent)]
    # nothing waits for an event at the start of a plain sub-process
    usable = [start for start in starts if of_process or start.event_definition.is_none]
    return usable or [element for element in free if element not in starts]
