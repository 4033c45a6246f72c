"""Where things stand in a BPMN file's first drawing (BPMN DI, BPMN 2.0.2 clause 12)."""

from dataclasses import dataclass, field

from engine.diagrams.names import BPMN, Node, is_true, local

DI = "{http://www.omg.org/spec/BPMN/20100524/DI}"
BOUNDS = "{http://www.omg.org/spec/DD/20100524/DC}Bounds"
WAYPOINT = "{http://www.omg.org/spec/DD/20100524/DI}waypoint"
FARTHEST = 1e6  # what stands farther out is a mistake, and no picture to draw


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle in the drawing's units, which are pixels."""

    x: float
    y: float
    width: float
    height: float

    @property
    def middle(self) -> tuple[float, float]:
        return self.x + self.width / 2, self.y + self.height / 2


@dataclass(frozen=True, slots=True)
class Shape:
    """An element with a place. `events`: the local names of its event definitions."""

    element: str
    tag: str
    name: str
    box: Box
    label: Box | None
    events: tuple[str, ...] = ()
    flags: frozenset[str] = frozenset()  # expanded, horizontal, quiet (interrupts nothing), by_event, loops …


@dataclass(frozen=True, slots=True)
class Edge:
    """A flow or association along its points."""

    element: str
    tag: str
    name: str
    points: tuple[tuple[float, float], ...]
    label: Box | None
    flags: frozenset[str] = frozenset()  # default, conditional


@dataclass(slots=True)
class Layout:
    """All that is drawn: shapes in the file's order, what lies around others first."""

    shapes: list[Shape] = field(default_factory=list)
    edges: list[Edge] = field(default_factory=list)

    def bounds(self) -> Box:
        """The rectangle that holds everything."""
        boxes = [shape.box for shape in self.shapes]
        labels = [shape.label for shape in self.shapes] + [edge.label for edge in self.edges]
        boxes += [label for label in labels if label is not None]
        xs = [x for box in boxes for x in (box.x, box.x + box.width)]
        ys = [y for box in boxes for y in (box.y, box.y + box.height)]
        xs += [x for edge in self.edges for x, _ in edge.points]
        ys += [y for edge in self.edges for _, y in edge.points]
        return Box(min(xs), min(ys), max(xs) - min(xs), max(ys) - min(ys))


def read_layout(root: Node) -> Layout:
    """The first plane's shapes and edges, of elements the file holds and with coordinates that can be drawn."""
    nodes = {node.get("id"): node for node in root.iter(f"{BPMN}*") if node.get("id")}
    plane = next(root.iter(f"{DI}BPMNPlane"), None)
    found = Layout()
    for drawn in plane if plane is not None else ():
        node = nodes.get(drawn.get("bpmnElement"))
        if node is not None and drawn.tag == f"{DI}BPMNShape" and (box := _box(drawn.find(BOUNDS))):
            found.shapes.append(_shape(node, drawn, box))
        elif node is not None and drawn.tag == f"{DI}BPMNEdge" and len(points := _points(drawn)) > 1:
            found.edges.append(_edge(node, drawn, points, nodes))
    found.shapes.sort(key=lambda shape: -shape.box.width * shape.box.height)
    return found


def _shape(node: Node, drawn: Node, box: Box) -> Shape:
    events = tuple(local(child.tag) for child in node if str(child.tag).endswith("EventDefinition"))
    loop = next((local(child.tag) for child in node if str(child.tag).endswith("LoopCharacteristics")), "")
    flags = {
        # Where the file does not say it, the height does: a collapsed one is drawn no higher than a task.
        "expanded": is_true(drawn, "isExpanded", default=drawn.get("isExpanded") is None and box.height > 100),
        "horizontal": is_true(drawn, "isHorizontal", default=True),
        "quiet": not (is_true(node, "cancelActivity", default=True) and is_true(node, "isInterrupting", default=True)),
        "by_event": is_true(node, "triggeredByEvent"),
        "repeats": loop == "standardLoopCharacteristics",
        "many": loop == "multiInstanceLoopCharacteristics",
        "in_turn": any(is_true(child, "isSequential") for child in node if str(child.tag).endswith("Characteristics")),
        "undoes": is_true(node, "isForCompensation"),
    }
    set_flags = frozenset(name for name, is_set in flags.items() if is_set)
    return Shape(node.get("id"), local(node.tag), _text(node), box, _label(drawn), events, set_flags)


def _edge(node: Node, drawn: Node, points: tuple[tuple[float, float], ...], nodes: dict[str, Node]) -> Edge:
    source = nodes.get(node.get("sourceRef"))
    flags = set()
    if source is not None and source.get("default") == node.get("id"):
        flags.add("default")
    if node.find(f"{BPMN}conditionExpression") is not None and source is not None and "Gateway" not in source.tag:
        flags.add("conditional")
    return Edge(node.get("id"), local(node.tag), _text(node), points, _label(drawn), frozenset(flags))


def _text(node: Node) -> str:
    return node.get("name") or node.findtext(f"{BPMN}text") or ""


def _label(drawn: Node) -> Box | None:
    return _box(drawn.find(f"{DI}BPMNLabel/{BOUNDS}"))


def _box(bounds: Node | None) -> Box | None:
    if bounds is None:
        return None
    sides = [_number(bounds.get(name)) for name in ("x", "y", "width", "height")]
    return None if None in sides else Box(*sides)  # type: ignore[arg-type]


def _points(drawn: Node) -> tuple[tuple[float, float], ...]:
    points = [(_number(point.get("x")), _number(point.get("y"))) for point in drawn.iter(WAYPOINT)]
    return tuple((x, y) for x, y in points if x is not None and y is not None)


def _number(text: str | None) -> float | None:
    try:
        number = float(text or "")
    except ValueError:
        return None
    # NaN is not at most anything, so it is left out too.
    return number if abs(number) <= FARTHEST else None
