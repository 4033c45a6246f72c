"""What the checks look at: one parsed process, and where its elements stand in the file."""

from dataclasses import dataclass
from typing import Any

from engine.core.element import Element
from engine.core.expressions import Literal, Source
from engine.core.spec import ProcessSpec
from engine.diagrams.document import Document
from engine.diagrams.findings import Findings
from engine.diagrams.names import Node


@dataclass(frozen=True, slots=True)
class Subject:
    """One process under examination; not frozen yet, so nothing is found quickly but by id."""

    spec: ProcessSpec
    document: Document
    findings: Findings

    @property
    def elements(self) -> list[Element]:
        """Everything in it but the process itself."""
        return [element for element in self.spec.task_specs.values() if element is not self.spec.root]

    def node(self, element: Element) -> Node:
        return self.document.nodes[element.id]

    def by_event(self, scope: str | None) -> bool:
        """Whether a scope is an event sub-process."""
        return scope is not None and getattr(self.spec.task_specs.get(scope), "by_event", False)

    def error(self, code: str, element: Element, **parameters: Any) -> None:
        self.findings.error(code, self.node(element), **parameters)

    def warning(self, code: str, element: Element, **parameters: Any) -> None:
        self.findings.warning(code, self.node(element), **parameters)

    def info(self, code: str, element: Element, **parameters: Any) -> None:
        self.findings.info(code, self.node(element), **parameters)


def literal(source: Source | None) -> str | None:
    """The text of a value that is no FEEL."""
    return source.text if isinstance(source, Literal) else None
