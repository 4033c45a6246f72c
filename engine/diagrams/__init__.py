"""Parse BPMN 2.0 with zeebe extension elements into frozen specifications, and check it. Pure."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from engine.core.spec import ProcessSpec
from engine.errors import Finding

from .checks import check, check_given, check_references, check_schema, check_topics
from .document import Document, scan
from .elements import action_labels
from .findings import DiagramError, Findings
from .parser import DiagramParser
from .reading import Limits, read_xml

__all__ = ["DiagramError", "Limits", "Parsed", "lint", "load", "parse", "texts"]


@dataclass(frozen=True, slots=True)
class Parsed:
    """What a file holds: its executable processes and what is to be said of it.

    `doubts` are findings that hold unless a form has a field named as their parameter `name`. `texts` are what people
    read, to be translated: names by element id, labels of actions by `<id>.action.label`.
    """

    name: str
    processes: tuple[ProcessSpec, ...]
    findings: tuple[Finding, ...]
    doubts: tuple[Finding, ...]
    texts: Mapping[str, str]


def parse(data: bytes, name: str, limits: Limits | None = None) -> Parsed:
    """Parse and check the BPMN file `name`. Raises DiagramError with every finding if one of them is an error."""
    specs, document, findings = _examine(data, name, limits or Limits())
    if findings.refused:
        raise DiagramError(findings.by_line(), name)
    doubts = Findings(name)
    for spec in specs:
        check_given(spec, document, doubts)
    told = _told(specs, document)
    frozen = tuple(spec.freeze(spec.root) for spec in specs)
    return Parsed(name, frozen, findings.by_line(), doubts.by_line(), told)


def load(data: bytes, name: str) -> tuple[ProcessSpec, ...]:
    """The processes of a file that was deployed once: checks that have become stricter since stop nothing that runs.

    Raises DiagramError for what is no BPMN file at all.
    """
    specs, _, _ = _read(data, name, Limits())
    return tuple(spec.freeze(spec.root) for spec in specs)


def texts(data: bytes, name: str) -> Mapping[str, str]:
    """What people read in a file that may not be fit to be deployed yet; nothing where it is no BPMN file at all."""
    try:
        specs, document, _ = _examine(data, name, Limits())
    except DiagramError:
        return {}
    return _told(specs, document)


def lint(data: bytes, name: str, topics: Collection[str] | None = None) -> list[Finding]:
    """Every finding on the BPMN file `name`; `topics` are those handlers are registered for, if that is known."""
    try:
        specs, document, findings = _examine(data, name, Limits())
    except DiagramError as error:
        return list(error.findings)
    if topics is not None:
        for spec in specs:
            check_topics(spec, document, findings, topics)
    return list(findings.by_line())


def _told(specs: list[ProcessSpec], document: Document) -> Mapping[str, str]:
    return document.texts | {key: text for spec in specs for key, text in action_labels(spec)}


def _examine(data: bytes, name: str, limits: Limits) -> tuple[list[ProcessSpec], Document, Findings]:
    """The processes as far as they could be parsed, with all that is found. Raises DiagramError as `load` does."""
    specs, document, findings = _read(data, name, limits)
    root = document.root
    check_references(root, document, findings)
    for spec in specs:
        check(spec, document, findings)
    # Last: it keeps silent of elements at which something has been found already.
    check_schema(root, findings)
    return specs, document, findings


def _read(data: bytes, name: str, limits: Limits) -> tuple[list[ProcessSpec], Document, Findings]:
    root = read_xml(data, name, limits)
    findings = Findings(name)
    document = scan(root, findings, limits.depth)
    parser = DiagramParser(document, findings)
    parser.add_bpmn_xml(root, name)
    return parser.specs(), document, findings
