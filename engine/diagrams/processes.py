"""Parses one process in two passes: every node in file order, then every flow with its id, condition and default."""

from copy import deepcopy
from typing import Any

from lxml import etree
from SpiffWorkflow.bpmn.parser.ProcessParser import ProcessParser as SpiffProcessParser

from engine.core.compensation import Compensation
from engine.core.element import Element, Flow
from engine.core.event_definitions import Link
from engine.core.events import BoundaryEvent, CatchEvent
from engine.core.spec import ProcessSpec
from engine.core.subprocesses import ProcessRoot

from .document import Contents, Document, is_executable
from .elements import documentation, properties
from .extensions import Extensions
from .fields import Fields
from .findings import Findings
from .listeners import listeners
from .names import LINK, Node, bpmn

_CONDITION = bpmn("conditionExpression")


class ProcessParser(SpiffProcessParser):  # type: ignore[misc]
    """SpiffWorkflow's process parser without its search for nodes along the flows, which is a recursion."""

    spec: ProcessSpec

    def __init__(self, parser: Any, node: Node, *args: Any, **kwargs: Any) -> None:
        super().__init__(parser, node, *args, **kwargs)
        # SpiffWorkflow takes "true" only, XML's booleans know "1" too.
        self.process_executable = is_executable(node)
        self.document: Document = parser.document
        self.findings: Findings = parser.findings
        self.fields = Fields(parser.findings)

    def _index_process_nodes(self) -> None:
        """The walk over the file has put the nodes in order already."""

    def _parse(self) -> None:
        contents = self.document.contents[self.node]
        self.spec = self.create_spec()
        if self.node.tag != bpmn("process"):
            self._parse_global_task()
            return
        self._parse_nodes(contents)
        self._parse_flows(contents)
        self._parse_handlers()

    def create_spec(self) -> ProcessSpec:
        # what a global task has is its one task's
        extensions = Extensions(self.node if self.node.tag == bpmn("process") else etree.Element("none"))
        tag = extensions.get("versionTag")
        version_tag = None if tag is None else self.fields.text(tag, "value", required=True)
        spec = ProcessSpec(self.bpmn_id, self.get_name(), self.filename, version_tag)
        spec.properties = properties(extensions, self.fields)
        # first in the specification: an element of the same id is found out before it gets here
        spec.root = ProcessRoot(spec, self.bpmn_id, bpmn_name=self.get_name(), documentation=documentation(self.node))
        spec.root.listeners = listeners(extensions, self.fields)
        return spec

    def _parse_global_task(self) -> None:
        """A task at the top of the file (BPMN 2.0.2, 10.3.7): a process of this one task, to be called."""
        # A copy, since the file is still to be held against the schema.
        node = deepcopy(self.node)
        name = etree.QName(node).localname.removeprefix("global")
        node.tag = bpmn(name[0].lower() + name[1:])
        node.set("id", f"{self.bpmn_id}.task")
        self.document.nodes[node.get("id")] = node
        self.parse_node(node)

    def _parse_nodes(self, contents: Contents) -> None:
        # sub-processes were walked in place, so their contents follow them here as in the file
        for node, scope in contents.nodes:
            if not self._has_own_id(node):
                continue
            element: Element = self.parse_node(node)
            element.scope = scope

    def _has_own_id(self, node: Node) -> bool:
        identifier = node.get("id")
        if not identifier:
            self.findings.error("bpmn_id_missing", node, name=etree.QName(node).localname)
        # of two with the same id the first is parsed; the second has its finding
        return bool(identifier) and self.document.nodes[identifier] is node

    def _parse_flows(self, contents: Contents) -> None:
        incoming: dict[str, list[Flow]] = {}
        outgoing: dict[str, list[Flow]] = {}
        for node, _ in contents.flows:
            if not self._has_own_id(node) or not self._ends_are_sound(node):
                continue
            flow = Flow(node.get("id"), node.get("sourceRef"), node.get("targetRef"), self._condition(node))
            outgoing.setdefault(flow.source, []).append(flow)
            incoming.setdefault(flow.target, []).append(flow)
        for flow in self._links():
            outgoing.setdefault(flow.source, []).append(flow)
            incoming.setdefault(flow.target, []).append(flow)
        for identifier, flows in outgoing.items():
            self.spec.task_specs[identifier].outgoing = tuple(flows)
        for identifier, flows in incoming.items():
            self.spec.task_specs[identifier].incoming = tuple(flows)

    def _links(self) -> list[Flow]:
        """A throwing link is a flow to the catching one of its name (BPMN 2.0.2, 10.5.5); the checks look at pairs."""
        catching: dict[tuple[str | None, str], Element] = {}
        throwing: list[Element] = []
        for element in self.spec.task_specs.values():
            if isinstance(definition := getattr(element, "event_definition", None), Link):
                if isinstance(element, CatchEvent):
                    catching.setdefault((element.scope, definition.link_name), element)
                else:
                    throwing.append(element)
        places = {throw.id: (throw.scope, throw.event_definition.link_name) for throw in throwing}
        return [Flow(f"{LINK}{id}", id, catching[at].id) for id, at in places.items() if at in catching]  # noqa: A001

    def _parse_handlers(self) -> None:
        """What an association leads to from a compensation boundary event undoes the activity."""
        for association in self.document.associations:
            event = self.spec.task_specs.get(association.get("sourceRef"))
            if isinstance(event, BoundaryEvent) and isinstance(event.event_definition, Compensation):
                event.handler = event.handler or association.get("targetRef")

    def _condition(self, flow: Node) -> Any:
        found = flow.find(_CONDITION)
        return None if found is None else self.fields.feel(found, "conditionExpression", found.text or "")

    def _ends_are_sound(self, flow: Node) -> bool:
        ends = [self._end(flow, "sourceRef"), self._end(flow, "targetRef")]
        if None in ends:
            return False
        scopes = [end.scope for end in ends if end is not None]
        if scopes[0] != scopes[1]:
            self.findings.error(
                "bpmn_flow_crosses_scope", flow, source=flow.get("sourceRef"), target=flow.get("targetRef")
            )
        return scopes[0] == scopes[1]

    def _end(self, flow: Node, field: str) -> Element | None:
        wanted = flow.get(field)
        found = self.spec.task_specs.get(wanted)
        if not wanted:
            self.findings.error("bpmn_field_missing", flow, field=field)
        elif wanted in self.document.refused:
            return None  # named already; the flow is not to blame
        elif found is None or found is self.spec.root:
            elsewhere = self.document.nodes.get(wanted)
            crosses = elsewhere is not None and any(
                elsewhere is node for contents in self.document.contents.values() for node, _ in contents.nodes
            )
            code = "bpmn_flow_crosses_pool" if crosses else "bpmn_flow_to_nothing"
            self.findings.error(code, flow, field=field, id=wanted)
            return None
        return found  # type: ignore[no-any-return]
