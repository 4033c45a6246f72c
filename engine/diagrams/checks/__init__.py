"""What a person may draw and the engine could not run as it looks: one subject a module."""

from collections.abc import Collection

from engine.core.spec import ProcessSpec
from engine.diagrams.document import Document
from engine.diagrams.findings import Findings

from .compensation import check_compensation
from .connections import check_connections
from .events import check_events
from .expressions import check_expressions, check_variables
from .flows import check_flows
from .gateways import check_gateways
from .links import check_links
from .multiple import check_multiple
from .properties import check_properties
from .references import check_references
from .schema import check_schema
from .scopes import check_scopes
from .subject import Subject
from .times import check_times
from .topics import check_handlers

__all__ = ["check", "check_given", "check_references", "check_schema", "check_topics"]

_CHECKS = (
    check_flows,
    check_connections,
    check_events,
    check_multiple,
    check_links,
    check_compensation,
    check_scopes,
    check_gateways,
    check_times,
    check_properties,
    check_expressions,
)


def check(spec: ProcessSpec, document: Document, findings: Findings) -> None:
    """Add what is wrong or doubtful in a parsed process that is not frozen yet."""
    subject = Subject(spec, document, findings)
    for examine in _CHECKS:
        examine(subject)


def check_given(spec: ProcessSpec, document: Document, findings: Findings) -> None:
    """Add what is doubtful unless a form gives a variable of that name."""
    check_variables(Subject(spec, document, findings))


def check_topics(spec: ProcessSpec, document: Document, findings: Findings, topics: Collection[str]) -> None:
    """Add what is doubtful for want of a handler: the file itself may be right, so this refuses nothing."""
    check_handlers(Subject(spec, document, findings), topics)
