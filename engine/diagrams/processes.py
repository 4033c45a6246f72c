"""Parses one process in two passes: every node in file order, then every flow with its id, condition and default."""

from typing import Any

from lxml import etree
from SpiffWorkflow.bpmn.parser.ProcessParser import ProcessParser as SpiffProcessParser

from engine.core.element import Element, Flow
from engine.core.spec import ProcessSpec
from engine.core.subprocesses import ProcessRoot

from .document import Contents, Document, is_executable
from .elements import Extensions, documentation, properties
from .fields import Fields
from .findings import Findings
from .names import Node, bpmn

_CONDITION = bpmn("conditionExpression")


class ProcessParser(SpiffProcessParser):  # type: ignore[misc]
    """SpiffWorkflow's process parser without its search for nodes along the flows, which is a recursion."""

    spec: ProcessSpec

    def __init__(self, parser: Any, node: Node, *args: Any, **kwargs: Any) -> None:
        super().__init__(parser, node, *args, **kwargs)
        self.process_executable = is_executable(node)
        self.document: Document = parser.document
        self.findings: Findings = parser.findings
        self.fields = Fields(parser.findings)

    def _index_process_nodes(self) -> None:
        """The walk over the file has put the nodes in order already."""

    def _parse(self) -> None:
        contents = self.document.contents[self.node]
        self.spec = self.create_spec()
        self._parse_nodes(contents)
        self._parse_flows(contents)

    def create_spec(self) -> ProcessSpec:
        extensions = Extensions(self.node)
        tag = extensions.get("versionTag")
        version_tag = None if tag is None else self.fields.text(tag, "value", required=True)
        spec = ProcessSpec(self.bpmn_id, self.get_name(), self.filename, version_tag)
        spec.properties = properties(extensions, self.fields)
        # first in the specification: an element of the same id is found out before it gets here
        spec.root = ProcessRoot(spec, self.bpmn_id, bpmn_name=self.get_name(), documentation=documentation(self.node))
        return spec

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
        for identifier, flows in outgoing.items():
            self.spec.task_specs[identifier].outgoing = tuple(flows)
        for identifier, flows in incoming.items():
            self.spec.task_specs[identifier].incoming = tuple(flows)

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
            self.findings.error("bpmn_flow_to_nothing", flow, field=field, id=wanted)
            return None
        return found  # type: ignore[no-any-return]
