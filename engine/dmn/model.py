"""A DMN model as the other rooms use it: parsed, linked with what it imports, ready to be evaluated."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import TypeVar

from engine.dmn.drg import Definitions, Import
from engine.dmn.errors import DmnError, Finding
from engine.dmn.linking import Linked, link
from engine.dmn.nodes import Decision, DecisionService, KnowledgeNode, Node
from engine.dmn.reading import read

_FATAL = frozenset({"cycle", "import_cycle", "import_missing", "type_cycle"})


class Model:
    """A file's decisions by id. One with imports is evaluated only after `with_imports`."""

    def __init__(self, definitions: Definitions, linked: Linked | None, names: frozenset[str], tolerant: bool) -> None:
        self.definitions = definitions
        self.id = definitions.id
        self.name = definitions.name
        self.namespace = definitions.namespace
        self.imports: tuple[Import, ...] = definitions.imports
        # None until the imports are given: expressions can be compiled only when imported names are known.
        self.linked = linked
        self.names = names
        self.tolerant = tolerant
        nodes = {} if linked is None else linked.nodes
        self.decisions = _only(nodes, Decision)
        self.services = _only(nodes, DecisionService)
        self.knowledge = _only(nodes, KnowledgeNode)

    def with_imports(self, models: Mapping[str, "Model"]) -> "Model":
        """The model linked with those it imports, found by namespace among `models`; raises DmnError."""
        return Model(self.definitions, _link_all(self, models), self.names, self.tolerant)


def parse(data: bytes, name: str = "", *, names: frozenset[str] = frozenset(), tolerant: bool = False) -> Model:
    """Parse and compile a DMN 1.1 to 1.5 file; raises DmnError with every finding.

    `names` are those with spaces that the host's functions and variables have beside the model's own.
    `tolerant` makes an expression that does not compile null instead: the models of a test kit are wrong on purpose.
    """
    definitions, findings = read(data, name)
    if definitions.imports:
        _refuse(findings, name, tolerant)
        return Model(definitions, None, names, tolerant)
    linked = link(definitions, {}, names)
    _refuse([*findings, *linked.findings], name, tolerant)
    return Model(definitions, linked, names, tolerant)


def _refuse(findings: Sequence[Finding], name: str, tolerant: bool) -> None:
    """Raise for findings; a circle is never tolerated, as it could not be evaluated."""
    if findings and (not tolerant or any(finding.code in _FATAL for finding in findings)):
        raise DmnError(tuple(sorted(findings, key=lambda finding: finding.line)), name)


def _link_all(model: Model, models: Mapping[str, Model]) -> Linked:
    """Link the models bottom up with a stack of their own, as imports may be nested deeply."""
    linked: dict[str, Linked] = {}
    path: dict[str, Model] = {model.namespace: model}
    while path:
        current = next(reversed(path.values()))
        missing = [one for one in current.imports if one.namespace not in linked]
        if not missing:
            del path[current.namespace]
            linked[current.namespace] = _link_one(current, linked)
            continue
        wanted = missing[0]
        if wanted.namespace in path:
            names = " → ".join([*(one.name for one in path.values()), path[wanted.namespace].name])
            raise DmnError((Finding("import_cycle", current.id, wanted.line, {"path": names}),), current.name)
        if wanted.namespace not in models:
            parameters = {"namespace": wanted.namespace}
            raise DmnError((Finding("import_missing", current.id, wanted.line, parameters),), current.name)
        path[wanted.namespace] = models[wanted.namespace]
    return linked[model.namespace]


def _link_one(model: Model, linked: Mapping[str, Linked]) -> Linked:
    # A model that imports nothing is shared by all that import it; its decisions are then evaluated once for all.
    if model.linked is not None and not model.imports:
        return model.linked
    made = link(model.definitions, linked, model.names)
    _refuse(made.findings, model.name, model.tolerant)
    return made


_Kind = TypeVar("_Kind", bound=Node)


def _only(nodes: Mapping[str, Node], kind: type[_Kind]) -> Mapping[str, _Kind]:
    return MappingProxyType({key: node for key, node in nodes.items() if isinstance(node, kind)})
