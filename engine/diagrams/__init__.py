"""Parse BPMN 2.0 with zeebe extension elements into frozen specifications, and check it. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass

from engine.core.spec import ProcessSpec
from engine.errors import Finding

from .checks import check
from .document import scan
from .findings import DiagramError, Findings
from .parser import DiagramParser
from .reading import Limits, read_xml

__all__ = ["DiagramError", "Limits", "Parsed", "parse"]


@dataclass(frozen=True, slots=True)
class Parsed:
    """What a file holds: its executable processes, what is to be said of it, and the names people read, by id."""

    name: str
    processes: tuple[ProcessSpec, ...]
    findings: tuple[Finding, ...]
    texts: Mapping[str, str]


def parse(data: bytes, name: str, limits: Limits | None = None) -> Parsed:
    """Parse and check the BPMN file `name`. Raises DiagramError with every finding if one of them is an error."""
    limits = limits or Limits()
    root = read_xml(data, name, limits)
    findings = Findings(name)
    document = scan(root, findings, limits.depth)
    parser = DiagramParser(document, findings)
    parser.add_bpmn_xml(root, name)
    specs = parser.specs()
    for spec in specs:
        check(spec, document, findings)
    if findings.refused:
        raise DiagramError(findings.by_line(), name)
    return Parsed(name, tuple(spec.freeze(spec.root) for spec in specs), findings.by_line(), document.texts)
