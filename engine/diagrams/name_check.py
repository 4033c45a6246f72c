"""Holds the names of a file against the allow-list: each is known at its place, refused, or reported as foreign."""

from collections import Counter

from .findings import DiagramError, Findings, element_of
from .names import BPMN, SILENT, ZEEBE, Node, bpmn, local, namespace, shown
from .reading import refused
from .rules import INSTEAD, RULES, Rule

_EXTENSIONS = bpmn("extensionElements")
_NOTHING = Rule({}, frozenset())


class NameCheck:
    """One pass over the names of one file."""

    def __init__(self, findings: Findings, depth: int, refused: set[str]) -> None:
        self._findings = findings
        self._refused = refused
        self._depth = depth
        self._once: set[tuple[Node, str]] = set()
        self._foreign: Counter[str] = Counter()
        self._first: dict[str, Node] = {}

    def check(self, node: Node, level: int) -> None:
        """Hold the attributes of an allowed element against its rule. Raises DiagramError if it lies too deep."""
        if level > self._depth:
            raise self._too_deep(node)
        allowed = RULES[node.tag].attributes
        for name, value in node.items():
            if name not in allowed:
                self._refuse_attribute(node, name)
            elif (values := allowed[name]) is not None and value.strip() not in values:
                self._refuse_value(node, name, value, values)

    def may_stand(self, parent: Node, child: Node) -> bool:
        """Whether the child is to be read; if not, it has been refused or noted as foreign."""
        tag = child.tag
        # what may stand among the extension elements is the owner's to say
        if parent.tag == _EXTENSIONS and not tag.startswith(BPMN):
            allowed = RULES.get(parent.getparent().tag, _NOTHING).extensions
            parent = parent.getparent()
        else:
            allowed = RULES[parent.tag].children
        if tag in allowed:
            return self._only_one(parent, child)
        if tag.startswith((BPMN, ZEEBE)) or not namespace(tag):
            self._refuse_element(parent, child)
        else:
            self._note_foreign(child, namespace(tag))
        return False

    def report(self) -> None:
        """Say once for each foreign namespace that it has no effect."""
        for uri, count in self._foreign.items():
            self._findings.warning("bpmn_namespace_without_effect", self._first[uri], namespace=uri, count=count)

    def _only_one(self, parent: Node, child: Node) -> bool:
        """Zeebe elements that describe their owner stand there once; a second one would be overlooked."""
        if not child.tag.startswith(ZEEBE) or child.getparent().tag != _EXTENSIONS:
            return True
        if (parent, child.tag) in self._once:
            self._findings.error("bpmn_extension_twice", child, name=shown(child.tag))
            return False
        self._once.add((parent, child.tag))
        return True

    def _refuse_element(self, parent: Node, child: Node) -> None:
        name = local(child.tag)
        self._refused.add(child.get("id") or "")
        if child.tag in RULES:
            self._findings.error("bpmn_element_misplaced", child, name=shown(child.tag), parent=shown(parent.tag))
        elif name in INSTEAD:
            self._findings.error(INSTEAD[name], child, name=shown(child.tag), parent=shown(parent.tag))
        else:
            self._findings.error("bpmn_element_not_supported", child, name=shown(child.tag))

    def _refuse_attribute(self, node: Node, name: str) -> None:
        uri = namespace(name)
        if uri and not name.startswith((BPMN, ZEEBE)):
            self._note_foreign(node, uri)
        else:
            code = INSTEAD.get(local(name), "bpmn_attribute_not_supported")
            self._findings.error(code, node, name=shown(name), parent=shown(node.tag))

    def _refuse_value(self, node: Node, name: str, value: str, values: frozenset[str]) -> None:
        allowed = ", ".join(sorted(values))
        self._findings.error("bpmn_value_not_supported", node, name=name, value=value, allowed=allowed)

    def _note_foreign(self, node: Node, uri: str) -> None:
        if uri not in SILENT:
            self._foreign[uri] += 1
            self._first.setdefault(uri, node)

    def _too_deep(self, node: Node) -> DiagramError:
        return refused(self._findings.file, "bpmn_too_deep", node.sourceline, element_of(node), limit=self._depth)
