"""A diagram as SVG, from the coordinates in its file; elements can be set off in colour."""

from collections.abc import Collection
from xml.etree import ElementTree as ET

from engine.diagrams.reading import Limits, read_xml

from .layout import read_layout
from .paper import Paper
from .shapes import draw_edge, draw_shape

__all__ = ["picture"]


def picture(data: bytes, name: str, marked: Collection[str] = (), title: str = "") -> str | None:
    """The first drawing of a BPMN file as SVG text, the `marked` ids in red; None for a file without coordinates.

    Raises DiagramError for what is no BPMN file.
    """
    layout = read_layout(read_xml(data, name, Limits()))
    if not layout.shapes:
        return None
    paper = Paper(layout.bounds(), title)
    for shape in layout.shapes:
        draw_shape(paper.layer(shape.element in marked), shape)
    for edge in layout.edges:
        draw_edge(paper.layer(edge.element in marked), edge)
    return ET.tostring(paper.root, encoding="unicode")
