"""What a person may draw and the engine could not run as it looks."""

from engine.core.spec import ProcessSpec
from engine.diagrams.document import Document
from engine.diagrams.findings import Findings


def check(spec: ProcessSpec, document: Document, findings: Findings) -> None:
    """Add what is wrong or doubtful in a parsed process that is not frozen yet."""
