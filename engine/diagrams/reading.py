"""A BPMN file as a tree of XML elements: of bounded size and depth, without DTD or entities, nothing fetched."""

from dataclasses import dataclass

from lxml import etree

from engine.errors import Finding

from .findings import DiagramError
from .names import Node, bpmn


@dataclass(frozen=True, slots=True)
class Limits:
    """How large a file may be. The XML library itself allows 256 levels, so `depth` stays below that."""

    size: int = 10_000_000  # bytes
    depth: int = 200


def read_xml(data: bytes, name: str, limits: Limits) -> Node:
    """The root element `definitions`. Raises DiagramError for anything that is no harmless BPMN file."""
    if len(data) > limits.size:
        raise refused(name, "bpmn_too_large", size=len(data), limit=limits.size)
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        # A comment has no name to hold against the allow-list, and would cut off the text it stands in.
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root: Node = etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        # a DTD can be the reason for many another complaint, so it is what is told
        line: int | None = error.position[0]
        if b"<!DOCTYPE" in data:
            raise refused(name, "bpmn_has_dtd", line) from error
        if "depth" in str(error):
            raise refused(name, "bpmn_too_deep", line, limit=limits.depth) from error
        raise refused(name, "bpmn_not_xml", line, reason=error.msg) from error
    # A DTD that is only named is not loaded and makes no error, so it is looked for.
    if root.getroottree().docinfo.internalDTD is not None:
        raise refused(name, "bpmn_has_dtd", 1)
    if root.tag != bpmn("definitions"):
        raise refused(name, "bpmn_not_bpmn", root.sourceline, root=root.tag)
    return root


def refused(
    name: str, code: str, line: int | None = None, element: str | None = None, **parameters: object
) -> DiagramError:
    return DiagramError([Finding(code, parameters, file=name, element=element or "", line=line)], name)
