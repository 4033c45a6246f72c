"""How each element and flow is drawn (BPMN 2.0.2, clauses 7 to 10), plain and in one stroke."""

from math import atan2, cos, pi, sin

from .layout import Box, Edge, Shape
from .marks import draw_marks, event_mark, gateway_mark, task_mark
from .paper import LINE, Layer

ROUND = 10.0
HEAD = 8.0  # length of an arrow's head
CONTAINERS = frozenset({"subProcess", "transaction", "adHocSubProcess"})


def draw_shape(layer: Layer, shape: Shape) -> None:
    """One element with its name."""
    if shape.tag.endswith("Event"):
        _event(layer, shape)
    elif shape.tag.endswith("Gateway"):
        _gateway(layer, shape)
    elif shape.tag in ("participant", "lane"):
        _pool(layer, shape)
    elif shape.tag in CONTAINERS:
        _container(layer, shape)
    elif shape.tag in ("dataObjectReference", "dataStoreReference", "dataInput", "dataOutput"):
        _data(layer, shape)
    elif shape.tag == "textAnnotation":
        _annotation(layer, shape)
    elif shape.tag == "group":
        layer.rectangle(shape.box, ROUND, class_="frame", stroke_dasharray="8 4 2 4")
    else:
        _task(layer, shape)


def draw_edge(layer: Layer, edge: Edge) -> None:
    """One flow with its name, an arrow at its end."""
    points = edge.points
    if edge.tag == "association":
        layer.line(points, stroke_dasharray="2 4")
    elif edge.tag == "messageFlow":
        layer.line(points, stroke_dasharray="8 5")
        layer.circle(points[0], 4.0)
        layer.polygon(_head(points))
    else:
        layer.line(points)
        layer.polygon(_head(points), class_="solid")
        _beginning(layer, edge)
    if edge.name:
        _flow_name(layer, edge)


def _flow_name(layer: Layer, edge: Edge) -> None:
    if edge.label is not None:
        layer.text(edge.name, edge.label.middle, max(edge.label.width, 90.0))
        return
    (x1, y1), (x2, y2) = edge.points[len(edge.points) // 2 - 1 : len(edge.points) // 2 + 1]
    layer.text(edge.name, ((x1 + x2) / 2, (y1 + y2) / 2 - LINE), 90.0)


def _beginning(layer: Layer, edge: Edge) -> None:
    """The stroke of a default flow, the diamond of a conditional one out of an activity."""
    (x, y), (to_x, to_y) = edge.points[:2]
    angle = atan2(to_y - y, to_x - x)
    if "default" in edge.flags:
        at = x + 10 * cos(angle), y + 10 * sin(angle)
        layer.line([(at[0] + 6 * cos(a), at[1] + 6 * sin(a)) for a in (angle + 2 * pi / 3, angle - pi / 3)])
    elif "conditional" in edge.flags:
        along, across = (cos(angle), sin(angle)), (-sin(angle), cos(angle))
        places = ((0, 0), (8, 4), (16, 0), (8, -4))
        layer.polygon([(x + a * along[0] + b * across[0], y + a * along[1] + b * across[1]) for a, b in places])


def _head(points: tuple[tuple[float, float], ...]) -> list[tuple[float, float]]:
    (from_x, from_y), (x, y) = points[-2:]
    angle = atan2(y - from_y, x - from_x)
    sides = [(x - HEAD * cos(angle + turn), y - HEAD * sin(angle + turn)) for turn in (-0.4, 0.4)]
    return [(x, y), *sides]


def _event(layer: Layer, shape: Shape) -> None:
    middle, radius = shape.box.middle, shape.box.width / 2
    dashes = {"stroke_dasharray": "4 3"} if "quiet" in shape.flags else {}
    heavy = {"stroke_width": 4} if shape.tag == "endEvent" else {}
    layer.circle(middle, radius, **dashes, **heavy)
    if shape.tag in ("intermediateCatchEvent", "intermediateThrowEvent", "boundaryEvent"):
        layer.circle(middle, radius - 3, **dashes)
    event_mark(layer, shape)
    _name_below(layer, shape)


def _gateway(layer: Layer, shape: Shape) -> None:
    box, (x, y) = shape.box, shape.box.middle
    layer.polygon([(x, box.y), (box.x + box.width, y), (x, box.y + box.height), (box.x, y)])
    gateway_mark(layer, shape)
    _name_below(layer, shape)


def _name_below(layer: Layer, shape: Shape) -> None:
    if not shape.name:
        return
    if shape.label is not None:
        layer.text(shape.name, shape.label.middle, max(shape.label.width, 90.0))
        return
    x, _ = shape.box.middle
    layer.text(shape.name, (x, shape.box.y + shape.box.height + 2), 90.0, top=True)


def _task(layer: Layer, shape: Shape) -> None:
    box = shape.box
    heavy = {"stroke_width": 4} if shape.tag == "callActivity" else {}
    layer.rectangle(box, ROUND, **heavy)
    most = max(int((box.height - 24) // LINE), 1)
    layer.text(shape.name, box.middle, box.width - 14, most=most)
    task_mark(layer, shape)
    draw_marks(layer, shape, collapsed=shape.tag == "callActivity")


def _container(layer: Layer, shape: Shape) -> None:
    box = shape.box
    dashes = {"stroke_dasharray": "3 4"} if "by_event" in shape.flags else {}
    layer.rectangle(box, ROUND, **dashes)
    if shape.tag == "transaction":
        layer.rectangle(Box(box.x + 3, box.y + 3, box.width - 6, box.height - 6), ROUND - 3, class_="open")
    collapsed = "expanded" not in shape.flags
    x, y = box.middle
    if collapsed:
        layer.text(shape.name, (x, y), box.width - 14, most=3)
    else:
        layer.text(shape.name, (x, box.y + 6), box.width - 14, most=2, top=True)
    draw_marks(layer, shape, collapsed)


def _pool(layer: Layer, shape: Shape) -> None:
    box = shape.box
    layer.rectangle(box)
    if "expanded" not in shape.flags and shape.tag == "participant" and box.height <= 100:
        layer.text(shape.name, box.middle, box.width - 14)
        return
    if shape.tag == "participant":
        layer.line([(box.x + 30, box.y), (box.x + 30, box.y + box.height)])
    layer.upright(shape.name, (box.x + 19, box.y + box.height / 2))


def _data(layer: Layer, shape: Shape) -> None:
    box = shape.box
    right, bottom, fold = box.x + box.width, box.y + box.height, min(box.width, box.height) / 3
    if shape.tag == "dataStoreReference":
        bow = box.height / 6
        arc = f"{box.width / 2} {bow} 0 0"
        layer.path(
            f"M{box.x} {box.y + bow} A{arc} 1 {right} {box.y + bow} V{bottom - bow} A{arc} 1 {box.x} {bottom - bow} Z"
            f" M{box.x} {box.y + bow} A{arc} 0 {right} {box.y + bow}"
        )
    else:
        layer.path(
            f"M{box.x} {box.y} H{right - fold} L{right} {box.y + fold} V{bottom} H{box.x} Z"
            f" M{right - fold} {box.y} V{box.y + fold} H{right}"
        )
    _name_below(layer, shape)


def _annotation(layer: Layer, shape: Shape) -> None:
    box = shape.box
    bottom = box.y + box.height
    layer.line([(box.x + 12, box.y), (box.x, box.y), (box.x, bottom), (box.x + 12, bottom)])
    layer.text(shape.name, box.middle, box.width - 10, most=max(int(box.height // LINE), 1))
