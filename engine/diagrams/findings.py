"""Collects what is to be said of a file, and the exception that refuses it."""

from collections.abc import Iterable
from typing import Any

from engine.errors import Finding, Invalid, Severity

from .names import Node

_SHOWN = 200  # characters
_MOST = 1_000


class DiagramError(Invalid):
    """A diagram that cannot be deployed, with every finding that says why."""

    def __init__(self, findings: Iterable[Finding], file: str) -> None:
        super().__init__("diagram_refused", findings=tuple(findings), file=file)


class Findings:
    """The findings of one file in the order they come up; past a limit they are only counted."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.refused = False
        self._found: list[Finding] = []
        self._left_out = 0

    def error(self, code: str, node: Node | None, **parameters: Any) -> None:
        self.refused = True
        self._add("error", code, node, parameters)

    def warning(self, code: str, node: Node | None, **parameters: Any) -> None:
        self._add("warning", code, node, parameters)

    def info(self, code: str, node: Node | None, **parameters: Any) -> None:
        self._add("info", code, node, parameters)

    def blames(self, node: Node) -> bool:
        """Whether something is wrong with this very element already."""
        place = (element_of(node), node.sourceline)
        return any((found.element, found.line) == place and found.severity == "error" for found in self._found)

    def by_line(self) -> tuple[Finding, ...]:
        ordered = tuple(sorted(self._found, key=lambda finding: finding.line or 0))
        return (*ordered, self._rest()) if self._left_out else ordered

    def _add(self, severity: Severity, code: str, node: Node | None, parameters: dict[str, Any]) -> None:
        # a file of nothing but mistakes would otherwise make an answer larger than itself
        if len(self._found) >= _MOST:
            self._left_out += 1
            return
        parameters = {name: shortened(value) for name, value in parameters.items()}
        element = "" if node is None else element_of(node)
        line = None if node is None else node.sourceline
        self._found.append(Finding(code, parameters, severity, self.file, element, line))

    def _rest(self) -> Finding:
        severity: Severity = "error" if self.refused else "warning"
        return Finding("bpmn_more_findings", {"count": self._left_out}, severity, self.file)


def element_of(node: Node) -> str:
    """The id of the nearest element around `node`, itself included, that has one."""
    around: Node | None = node
    while around is not None:
        if identifier := around.get("id"):
            return str(identifier)
        around = around.getparent()
    return ""


def shortened(value: Any) -> Any:
    """A text of the file as a finding repeats it."""
    return value[:_SHOWN] + "…" if isinstance(value, str) and len(value) > _SHOWN else value
