"""What a file's parts refer to beside the flow: pools, message flows, lanes, data and associations."""

from collections.abc import Iterator

from engine.diagrams.document import Document
from engine.diagrams.findings import Findings
from engine.diagrams.names import Node, bpmn, text_of
from engine.diagrams.rules import ACTIVITIES

_PARTICIPANT = bpmn("participant")
_PROCESS = bpmn("process")
_ACTIVITIES = frozenset(map(bpmn, ACTIVITIES.split()))
_SENDS = _ACTIVITIES | {bpmn(name) for name in ("participant", "intermediateThrowEvent", "endEvent")}
_RECEIVES = _ACTIVITIES | {
    bpmn(name) for name in ("participant", "startEvent", "intermediateCatchEvent", "boundaryEvent")
}
_REFERENCES = (  # element, its attribute, what that must name; empty where anything will do
    ("participant", "processRef", "process"),
    ("dataObjectReference", "dataObjectRef", "dataObject"),
    ("dataStoreReference", "dataStoreRef", "dataStore"),
    ("association", "sourceRef", ""),
    ("association", "targetRef", ""),
)


def check_references(root: Node, document: Document, findings: Findings) -> None:
    """Look at a whole file; what lies in a process that never runs is not looked at."""
    for name, attribute, kind in _REFERENCES:
        for node in _read(root, document, name):
            _reference(document, findings, node, attribute, kind)
    for node in _read(root, document, "flowNodeRef"):
        if text_of(node) not in document.nodes and text_of(node) not in document.refused:
            findings.error("bpmn_reference_unknown", node, field="flowNodeRef", id=text_of(node))
    for node in _read(root, document, "messageFlow"):
        _message_flow(root, document, findings, node)


def _read(root: Node, document: Document, name: str) -> Iterator[Node]:
    for node in root.iter(bpmn(name)):
        process = next(node.iterancestors(_PROCESS), None)
        if process is None or (process in document.contents and document.contents[process].nodes):
            yield node


def _reference(document: Document, findings: Findings, node: Node, attribute: str, kind: str) -> None:
    wanted = node.get(attribute)
    if not wanted or wanted in document.refused:
        return
    found = document.nodes.get(wanted)
    if found is None or (kind and found.tag != bpmn(kind)):
        findings.error("bpmn_reference_unknown", node, field=attribute, id=wanted)


def _message_flow(root: Node, document: Document, findings: Findings, flow: Node) -> None:
    pools = []
    for attribute, allowed in (("sourceRef", _SENDS), ("targetRef", _RECEIVES)):
        end = document.nodes.get(flow.get(attribute))
        if end is None:
            _lost(root, findings, flow, attribute)
        elif end.tag not in allowed:
            findings.error("bpmn_message_flow_end", flow, id=flow.get(attribute))
        else:
            pools.append(_pool(end))
    if len(pools) == 2 and pools[0] == pools[1]:
        findings.error("bpmn_message_flow_in_pool", flow, source=flow.get("sourceRef"), target=flow.get("targetRef"))


def _lost(root: Node, findings: Findings, flow: Node, attribute: str) -> None:
    wanted = flow.get(attribute)
    # what lies in a process that never runs is not read, but it may be drawn to
    if not wanted or not any(node.get("id") == wanted for node in root.iter()):
        findings.error("bpmn_reference_unknown", flow, field=attribute, id=wanted or "")


def _pool(node: Node) -> str:
    """The process an end of a message flow lies in, or the pool itself where nothing is drawn in it."""
    if node.tag == _PARTICIPANT:
        return node.get("processRef") or node.get("id") or ""
    return next(node.iterancestors(_PROCESS)).get("id") or ""
