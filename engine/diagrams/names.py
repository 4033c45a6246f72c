"""The namespaces of a BPMN file and how their names are written."""

from typing import Any

# An XML element. lxml-stubs make every attribute text or bytes and every parent optional, so it is not typed further.
Node = Any

BPMN = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"
LINK = "link:"  # before a throwing link's id: the id of the flow it is
ZEEBE = "{http://camunda.org/schema/zeebe/1.0}"

# Layout, colour and what the modelling tool says of itself: kept in the file, of no effect, not worth a word.
SILENT = frozenset(
    {
        "http://www.omg.org/spec/BPMN/20100524/DI",
        "http://www.omg.org/spec/DD/20100524/DC",
        "http://www.omg.org/spec/DD/20100524/DI",
        "http://www.omg.org/spec/BPMN/non-normative/color/1.0",
        "http://bpmn.io/schema/bpmn/biocolor/1.0",
        "http://camunda.org/schema/modeler/1.0",
        "http://www.w3.org/2001/XMLSchema-instance",
        "http://www.w3.org/XML/1998/namespace",
    }
)


def bpmn(name: str) -> str:
    return BPMN + name


def zeebe(name: str) -> str:
    return ZEEBE + name


def namespace(name: str) -> str:
    """The namespace of an element's or attribute's full name; empty if it has none."""
    return name[1:].partition("}")[0] if name.startswith("{") else ""


def local(name: str) -> str:
    return name.rpartition("}")[2]


def shown(name: str) -> str:
    """A full name as a person writes it: `zeebe:script`, or the plain name in BPMN's namespace."""
    return f"zeebe:{local(name)}" if name.startswith(ZEEBE) else local(name)


def text_of(node: Node) -> str:
    """The text of an element without the white space around it."""
    return (node.text or "").strip()


def is_true(node: Node, attribute: str, default: bool = False) -> bool:
    value = node.get(attribute)
    return default if value is None else value.strip() in ("true", "1")
