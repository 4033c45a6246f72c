"""What a file that somebody brings along defines, as far as it can be read: its errors are for the modeler."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.diagrams.names import bpmn
from engine.diagrams.reading import Limits
from engine.diagrams.reading import read_xml as read_bpmn
from engine.dmn.errors import DmnError
from engine.dmn.reading.source import read_xml as read_dmn
from engine.errors import Finding, Invalid
from engine.store.models import Definition

from .resources import DeployRefused, Reader, Resource


def defined_in(session: Session, name: str, content: bytes) -> tuple[str, str]:
    """Kind and id of what a file is for. Where it defines several, the one that is deployed already, else the first.

    Raises Invalid with its findings for what is no such file.
    """
    try:
        content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Invalid("model_not_utf8") from None
    suffix = name.rpartition(".")[2].lower()
    if suffix in ("bpmn", "xml"):
        return "process", _known(session, "process", _processes(name, content), name)
    if suffix == "dmn":
        return "decision", _known(session, "decision", _decisions(name, content), name)
    if suffix in ("form", "json"):
        # A form may come as .json, too, and the reader goes by the ending.
        return "form", Reader().read([Resource(name.rpartition(".")[0] + ".form", content)])[0].id
    raise DeployRefused([Finding("file_kind_unknown", {}, "error", name)])


def _processes(name: str, content: bytes) -> list[str]:
    found = read_bpmn(content, name, Limits()).findall(bpmn("process"))
    # A pool that is only looked at comes along with the process that is run.
    found.sort(key=lambda process: process.get("isExecutable") != "true")
    return [process.get("id", "") for process in found]


def _decisions(name: str, content: bytes) -> list[str]:
    try:
        return [decision.id for decision in read_dmn(content, name).children("decision")]
    except DmnError as error:
        reader = Reader()
        reader.refuse_model(error, name)
        raise DeployRefused(reader.findings) from error


def _known(session: Session, kind: str, ids: Sequence[str], name: str) -> str:
    ids = [one for one in ids if one]
    if not ids:
        raise DeployRefused([Finding("model_file_defines_nothing", {}, "error", name)])
    query = select(Definition.id).where(Definition.kind == kind, Definition.id.in_(ids))
    deployed = set(session.scalars(query))
    return next((one for one in ids if one in deployed), ids[0])
