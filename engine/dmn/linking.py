"""From the drawn elements of a model to linked and compiled nodes: references, circles, names and types."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TypeVar

from engine.dmn.boxed import (
    Context,
    DecisionTable,
    Expression,
    FunctionDefinition,
    Relation,
    expressions_in,
)
from engine.dmn.drg import Definitions, DrawnDecision, DrawnInput, DrawnKnowledge, DrawnService, Reference
from engine.dmn.errors import Finding
from engine.dmn.nodes import Callable, Decision, DecisionService, InputNode, KnowledgeNode, Node
from engine.dmn.place import Place
from engine.dmn.typetable import TypeTable

_Kind = TypeVar("_Kind", bound=Node)
_PLAIN_NAME = re.compile(r"\w+\Z")


@dataclass(frozen=True, slots=True)
class Linked:
    """A model whose nodes can be evaluated, and what others that import it need of it."""

    definitions: Definitions
    nodes: Mapping[str, Node]
    types: TypeTable
    members: frozenset[str]
    findings: tuple[Finding, ...]
    doubts: tuple[Finding, ...]  # of types and names; they forbid nothing


def link(definitions: Definitions, imported: Mapping[str, Linked], names: frozenset[str] = frozenset()) -> Linked:
    """Link a model with those it imports, by namespace. Every circle and unknown name is a finding."""
    return _Linker(definitions, imported, names).link()


class _Linker:
    def __init__(self, definitions: Definitions, imported: Mapping[str, Linked], names: frozenset[str]) -> None:
        self._definitions = definitions
        self._imports = {one.namespace: one for one in definitions.imports}
        self._models = imported
        self._findings: list[Finding] = []
        self._doubts: list[Finding] = []
        self._nodes = {key: _node(drawn) for key, drawn in definitions.elements.items()}
        # A missing import has been refused before; here is only what is there.
        given = [one for one in definitions.imports if one.namespace in imported]
        self._types = TypeTable(definitions.items, [(one, imported[one.namespace].types) for one in given])
        members = _member_names(definitions)
        self._members = members.union(names, *(imported[one.namespace].members for one in given))

    def link(self) -> Linked:
        for node in self._nodes.values():
            self._connect(node)
        self._findings.extend(_circles(self._nodes.values()))
        # Compiling walks along requirements: in a circle it would not end.
        if not any(finding.code == "cycle" for finding in self._findings):
            for node in self._nodes.values():
                self._compile(node)
        # Last, since compiling looks types up as well, and finds the unknown ones.
        findings = (*self._findings, *self._types.findings)
        return Linked(self._definitions, self._nodes, self._types, self._members, findings, tuple(self._doubts))

    def _connect(self, node: Node) -> None:
        """Find the nodes that an element refers to."""
        drawn = self._definitions.elements[node.id]
        if isinstance(drawn, DrawnDecision):
            self._require(node, drawn.inputs, InputNode, "input data")
            self._require(node, drawn.decisions, Decision, "decision")
            self._require(node, drawn.knowledge, Callable, "knowledge model or decision service")
        elif isinstance(drawn, DrawnKnowledge):
            self._require(node, drawn.knowledge, Callable, "knowledge model or decision service")
        elif isinstance(drawn, DrawnService) and isinstance(node, DecisionService):
            node.outputs = [one for one, _ in self._found(node, drawn.outputs, Decision, "decision")]
            inputs = self._found(node, drawn.input_data, InputNode, "input data")
            decisions = self._found(node, drawn.input_decisions, Decision, "decision")
            node.parameters = [*(one for one, _ in inputs), *(one for one, _ in decisions)]

    def _require(self, node: Node, references: Iterable[Reference], kind: type[Node], words: str) -> None:
        for required, prefix in self._found(node, references, kind, words):
            if not node.surroundings.add(required, prefix):
                line = self._definitions.elements[node.id].line
                self._findings.append(Finding("ambiguous_name", node.id, line, {"name": required.variable}))

    def _found(
        self, node: Node, references: Iterable[Reference], kind: type[_Kind], words: str
    ) -> Iterator[tuple[_Kind, str]]:
        """The nodes referred to, each with the prefix under which its import makes it known."""
        for reference in references:
            found, prefix = self._look_up(reference)
            if isinstance(found, kind):
                yield found, prefix
            else:
                parameters = {"href": reference.href, "kind": words}
                self._findings.append(Finding("unknown_reference", node.id, reference.line, parameters))

    def _look_up(self, reference: Reference) -> tuple[Node | None, str]:
        # A file may write its own namespace before the `#`.
        if reference.namespace in ("", self._definitions.namespace):
            return self._nodes.get(reference.id), ""
        if reference.namespace not in self._models or reference.namespace not in self._imports:
            return None, ""
        return self._models[reference.namespace].nodes.get(reference.id), self._imports[reference.namespace].name

    def _compile(self, node: Node) -> None:
        names = node.surroundings.names()
        place = Place(names | self._members, self._types, self._findings, self._doubts, node.id, bound=names)
        node.prepare(place)


def _node(drawn: DrawnInput | DrawnDecision | DrawnKnowledge | DrawnService) -> Node:
    match drawn:
        case DrawnInput():
            return InputNode(drawn)
        case DrawnDecision():
            return Decision(drawn)
        case DrawnKnowledge():
            return KnowledgeNode(drawn)
    return DecisionService(drawn)


def _circles(nodes: Iterable[Node]) -> Iterator[Finding]:
    """A finding for each circle of requirements; a walk with its own stack, as a graph may be very deep."""
    done: set[Node] = set()
    for start in nodes:
        path: dict[Node, Iterator[Node]] = {}
        pending = [] if start in done else [start]
        while pending or path:
            if pending:
                node = pending.pop()
                path[node] = iter(node.required())
            node, rest = next(reversed(path.items()))
            following = next(rest, None)
            if following is None:
                done.add(node)
                del path[node]
            elif following in path:
                circle = [one.name for one in list(path)[list(path).index(following) :]]
                yield Finding("cycle", following.id, 0, {"path": " → ".join([*circle, following.name])})
            elif following not in done:
                pending.append(following)


def tables_in(definitions: Definitions) -> Iterator[tuple[DecisionTable, str]]:
    """Every decision table of a model, at any depth, with the id of the element it belongs to."""
    for drawn in definitions.elements.values():
        if isinstance(drawn, DrawnDecision | DrawnKnowledge) and drawn.logic is not None:
            for expression in expressions_in(drawn.logic):
                if isinstance(expression, DecisionTable):
                    yield expression, drawn.id


def _member_names(definitions: Definitions) -> frozenset[str]:
    """Names with spaces or signs that may stand after a dot or before an argument, wherever the model is used."""
    names: set[str] = set()
    items = list(definitions.items)
    while items:
        components = items.pop().components
        names.update(component.name for component in components)
        items.extend(components)
    for drawn in definitions.elements.values():
        if isinstance(drawn, DrawnService):
            # A service's value has entries named like its outputs, and it is called with names of its parameters.
            used = (*drawn.outputs, *drawn.input_data, *drawn.input_decisions)
            found = (definitions.elements.get(reference.id) for reference in used)
            names.update(one.variable.name for one in found if one is not None)
        elif isinstance(drawn, DrawnDecision | DrawnKnowledge) and drawn.logic is not None:
            names.update(name for expression in expressions_in(drawn.logic) for name in _named_by(expression))
    return frozenset(name for name in names if not _PLAIN_NAME.match(name))


def _named_by(expression: Expression) -> Iterator[str]:
    """The names that the value of an expression may have as entries or parameters."""
    match expression:
        case DecisionTable(outputs=outputs):
            yield from (output.name for output in outputs)
        case Context(entries=entries):
            yield from (entry.variable.name for entry in entries if entry.variable is not None)
        case Relation(columns=columns):
            yield from (column.name for column in columns)
        case FunctionDefinition(parameters=parameters):
            yield from (parameter.name for parameter in parameters)
