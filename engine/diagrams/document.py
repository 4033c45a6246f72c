"""One walk over a file: every name is held against the allow-list, and what the parsers need is put in order."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from .findings import Findings
from .name_check import NameCheck
from .names import BPMN, Node, bpmn, is_true
from .rules import FLOW_NODES, GLOBAL_TASKS, SCOPES

_FLOW_NODES = frozenset(bpmn(name) for name in FLOW_NODES.split())
_FLOW = bpmn("sequenceFlow")
_PROCESS = bpmn("process")
_SCOPES = frozenset(map(bpmn, SCOPES.split()))
_GLOBAL_TASKS = frozenset(map(bpmn, GLOBAL_TASKS.split()))
_ASSOCIATION = bpmn("association")
_LANE_MEMBER = bpmn("flowNodeRef")
_DEFINITIONS = bpmn("definitions")
_UNREAD = frozenset({bpmn("documentation"), bpmn("text")})  # texts, whatever markup stands in them
_ID = re.compile(r"[^\W\d][\w.-]*")  # what XML allows as an id, without the rarest signs
_NAMED = ("name", "value")  # the attributes people read; `value` is a category's
_TECHNICAL = frozenset(bpmn(name) for name in ("message", "signal", "error", "escalation", "definitions"))


@dataclass(slots=True)
class Contents:
    """Flow nodes and sequence flows of one process with its sub-processes, in file order, each with its scope."""

    nodes: list[tuple[Node, str | None]] = field(default_factory=list)
    flows: list[tuple[Node, str | None]] = field(default_factory=list)


@dataclass(slots=True)
class Document:
    """What a file holds: elements by id, what stands at its top, processes with their contents, lanes and texts."""

    root: Node
    nodes: dict[str, Node] = field(default_factory=dict)
    tops: dict[str, list[Node]] = field(default_factory=dict)
    contents: dict[Node, Contents] = field(default_factory=dict)
    associations: list[Node] = field(default_factory=list)
    lanes: dict[str, str] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)
    refused: set[str] = field(default_factory=set)  # ids of elements that are named as refused already

    def top(self, name: str) -> list[Node]:
        return self.tops.get(bpmn(name), [])


def scan(root: Node, findings: Findings, depth: int) -> Document:
    """Walk the file in document order. Raises DiagramError for one that is nested deeper than `depth`."""
    document = Document(root)
    names = NameCheck(findings, depth, document.refused)
    place: tuple[Node | None, str | None] = (None, None)  # the process and sub-process around
    stack = [(root, place, 1)]
    while stack:
        node, place, level = stack.pop()
        names.check(node, level)
        _keep(document, findings, node, *place)
        if node.tag in _SCOPES:
            place = _inside(node, place[0])
        children = list(_read_children(node, names))
        stack.extend((child, place, level + 1) for child in reversed(children))
    names.report()
    return document


def _inside(node: Node, process: Node | None) -> tuple[Node | None, str | None]:
    return (node, None) if node.tag == _PROCESS else (process, node.get("id"))


def _read_children(node: Node, names: NameCheck) -> Iterator[Node]:
    """The children worth a visit: allowed ones, and no contents of a process that never runs."""
    if node.tag in _UNREAD or (node.tag == _PROCESS and not is_executable(node)):
        return
    for child in node:
        if names.may_stand(node, child):
            yield child


def is_executable(process: Node) -> bool:
    return is_true(process, "isExecutable", default=True)


def _keep(document: Document, findings: Findings, node: Node, process: Node | None, scope: str | None) -> None:
    tag = node.tag
    if (identifier := node.get("id")) and tag.startswith(BPMN):
        _keep_by_id(document, findings, node, identifier)
    if tag in _FLOW_NODES or tag == _FLOW:
        contents = document.contents[process]
        (contents.flows if tag == _FLOW else contents.nodes).append((node, scope))
    elif tag == _PROCESS or tag in _GLOBAL_TASKS:
        # a global task is a process of one task
        document.contents[node] = Contents()
    elif tag == _ASSOCIATION:
        document.associations.append(node)
    elif tag == _LANE_MEMBER:
        lane = node.getparent()
        # A lane inside another stands later in the file, so the innermost counts.
        document.lanes[(node.text or "").strip()] = lane.get("name") or lane.get("id") or ""
    parent = node.getparent()
    if parent is not None and parent.tag == _DEFINITIONS:
        document.tops.setdefault(tag, []).append(node)


def _keep_by_id(document: Document, findings: Findings, node: Node, identifier: str) -> None:
    if not _ID.fullmatch(identifier):
        findings.error("bpmn_id_malformed", node, id=identifier)
    if identifier in document.nodes:
        findings.error("bpmn_id_twice", node, id=identifier, first=document.nodes[identifier].sourceline)
    document.nodes.setdefault(identifier, node)
    if node.tag not in _TECHNICAL and (text := next(filter(None, map(node.get, _NAMED)), None)):
        document.texts[identifier] = text
