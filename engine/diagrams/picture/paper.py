"""The SVG that is drawn on: two layers with colours of their own, and the few strokes everything is made of."""

from collections.abc import Iterable
from xml.etree import ElementTree as ET

from .layout import Box

MARGIN, TITLE = 20.0, 34.0
SIZE, LINE = 12.0, 14.0  # of letters, and from one line to the next
FONT = "'Noto Sans CJK SC', 'Noto Sans SC', 'PingFang SC', 'Microsoft YaHei', sans-serif"
STYLE = """
    .ink { stroke: #2b3440; fill: #ffffff; }
    .red { stroke: #c92a2a; fill: #ffe3e3; stroke-width: 2.5; }
    text { stroke: none; font-family: FONT; font-size: 12px; }
    .ink text, .ink .solid { fill: #2b3440; } .red text, .red .solid { fill: #a61e1e; }
    .open { fill: none; } .frame { fill: none; stroke: #8a94a0; } .red .frame { stroke: #c92a2a; }
    .title { font-size: 16px; font-weight: 600; fill: #2b3440; }
""".replace("FONT", FONT)

CLOSING = frozenset("，。、；：？！）」』》”%")  # never at the beginning of a line

Points = Iterable[tuple[float, float]]


class Layer:
    """Draws into one of the groups."""

    def __init__(self, group: ET.Element) -> None:
        self._group = group

    def element(self, tag: str, **attributes: object) -> None:
        """One SVG element; an underscore in a name stands for a hyphen, numbers are rounded to a tenth."""
        ET.SubElement(self._group, tag, {_named(name): _said(value) for name, value in attributes.items()})

    def rectangle(self, box: Box, round: float = 0, **more: object) -> None:  # noqa: A002 - the SVG sense
        self.element("rect", x=box.x, y=box.y, width=box.width, height=box.height, rx=round, **more)

    def circle(self, middle: tuple[float, float], radius: float, **more: object) -> None:
        self.element("circle", cx=middle[0], cy=middle[1], r=radius, **more)

    def path(self, data: str, **more: object) -> None:
        self.element("path", d=data, **more)

    def line(self, points: Points, **more: object) -> None:
        self.element("polyline", points=_points(points), **{"class": "open", **more})

    def polygon(self, points: Points, **more: object) -> None:
        self.element("polygon", points=_points(points), **more)

    def text(self, text: str, middle: tuple[float, float], width: float, most: int = 8, top: bool = False) -> None:
        """Centred at `middle` (or below it, for `top`), in lines of `width` at most; what is too much ends in …"""
        lines = wrapped(text, width)
        if len(lines) > most:
            lines = [*lines[: most - 1], lines[most - 1][:-1] + "…"]
        x, y = middle
        first = y + SIZE if top else y - (len(lines) - 1) * LINE / 2 + SIZE / 3
        for number, line in enumerate(lines):
            made = ET.SubElement(self._group, "text", {"x": _said(x), "y": _said(first + number * LINE)})
            made.set("text-anchor", "middle")
            # As text, so that a name is never taken for markup.
            made.text = line

    def upright(self, text: str, middle: tuple[float, float]) -> None:
        """One line, read from below to above."""
        x, y = middle
        made = ET.SubElement(self._group, "text", {"text-anchor": "middle", "x": _said(x), "y": _said(y)})
        made.set("transform", f"rotate(-90 {_said(x)} {_said(y)})")
        made.text = text


class Paper:
    """An SVG as large as what is drawn on it."""

    def __init__(self, box: Box, title: str) -> None:
        head = TITLE if title else 0
        left, top = box.x - MARGIN, box.y - MARGIN - head
        width, height = box.width + 2 * MARGIN, box.height + 2 * MARGIN + head
        view = " ".join(map(_said, (left, top, width, height)))
        size = {"width": _said(width), "height": _said(height), "viewBox": view}
        self.root = ET.Element("svg", {"xmlns": "http://www.w3.org/2000/svg", "version": "1.1", **size})
        ET.SubElement(self.root, "style").text = STYLE
        ground = {"x": _said(left), "y": _said(top), "width": _said(width), "height": _said(height), "fill": "#ffffff"}
        ET.SubElement(self.root, "rect", ground)
        if title:
            ET.SubElement(self.root, "title").text = title
            place = {"x": _said(left + MARGIN), "y": _said(top + MARGIN + SIZE), "class": "title"}
            ET.SubElement(self.root, "text", place).text = title
        # One group for each run of one colour, so that what lies in front stays in front.
        self._marked: bool | None = None
        self._layer = Layer(self.root)

    def layer(self, marked: bool) -> Layer:
        if marked is not self._marked:
            self._marked = marked
            self._layer = Layer(ET.SubElement(self.root, "g", {"class": "red" if marked else "ink"}))
        return self._layer


def wrapped(text: str, width: float) -> list[str]:
    """Lines that fit; a Chinese character may end one anywhere, Latin words stay whole where they can."""
    lines, line, used = [], "", 0.0
    for piece in _pieces(text):
        needed = sum(map(_width, piece))
        if line and (piece == "\n" or (used + needed > width and piece not in CLOSING)):
            lines.append(line.rstrip())
            line, used = "", 0.0
        if piece != "\n" and (line or piece != " "):
            line, used = line + piece, used + needed
    return [*lines, line.rstrip()] if line.strip() else lines


def _pieces(text: str) -> Iterable[str]:
    word = ""
    for letter in text:
        if letter.isascii() and not letter.isspace():
            word += letter
            continue
        if word:
            yield word
        word = ""
        yield "\n" if letter == "\n" else letter
    if word:
        yield word


def _width(letter: str) -> float:
    # There is no font here to measure with: Latin letters count for a little more than half a Chinese one.
    return SIZE * (0.56 if letter.isascii() else 1.0)


def _points(points: Points) -> str:
    return " ".join(f"{_said(x)},{_said(y)}" for x, y in points)


def _named(name: str) -> str:
    return name.rstrip("_").replace("_", "-")


def _said(value: object) -> str:
    return f"{value:.1f}".removesuffix(".0") if isinstance(value, float) else str(value)
