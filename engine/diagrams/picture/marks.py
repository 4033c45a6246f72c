"""The small signs inside: what an event is about, how a gateway decides, what kind of task, how often it runs."""

from math import cos, pi, sin

from .layout import Shape
from .paper import Layer

# In a square of 20 by 20 around the middle; filled where the event throws.
_EVENTS = {
    "messageEventDefinition": "M-8 -5 H8 V6 H-8 Z M-8 -5 L0 1 L8 -5",
    "timerEventDefinition": "M0 -9 A9 9 0 1 1 -0.1 -9 Z M0 -6 V0 L4 2",
    "signalEventDefinition": "M0 -8 L8 6 H-8 Z",
    "errorEventDefinition": "M-8 7 L-3 -7 L3 2 L8 -8 L3 7 L-3 -1 Z",
    "escalationEventDefinition": "M0 -8 L7 8 L0 1 L-7 8 Z",
    "compensateEventDefinition": "M0 -6 L-8 0 L0 6 Z M8 -6 L0 0 L8 6 Z",
    "conditionalEventDefinition": "M-6 -8 H6 V8 H-6 Z M-4 -4 H4 M-4 0 H4 M-4 4 H4",
    "linkEventDefinition": "M-8 -3 H2 V-7 L9 0 L2 7 V3 H-8 Z",
    "cancelEventDefinition": "M-7 -4 L-4 -7 L0 -3 L4 -7 L7 -4 L3 0 L7 4 L4 7 L0 3 L-4 7 L-7 4 L-3 0 Z",
}
_PENTAGON = "M0 -9 L9 -2 L5 8 H-5 L-9 -2 Z"
_CROSS = "M-9 -2 H-2 V-9 H2 V-2 H9 V2 H2 V9 H-2 V2 H-9 Z"
# In a square of 14 by 14, at the upper left of a task.
_TASKS = {
    "userTask": "M7 1 A3 3 0 1 1 6.9 1 Z M1 14 C1 8 13 8 13 14 Z",
    "serviceTask": "M7 2 A5 5 0 1 1 6.9 2 Z M7 5 A2 2 0 1 1 6.9 5 Z M7 0 V2 M7 12 V14 M0 7 H2 M12 7 H14",
    "scriptTask": "M3 1 H13 C9 5 13 9 9 13 H0 C4 9 0 5 3 1 Z M4 5 H9 M4 9 H9",
    "businessRuleTask": "M0 2 H14 V12 H0 Z M0 5 H14 M4 5 V12",
    "sendTask": "M0 2 H14 V12 H0 Z M0 2 L7 8 L14 2",
    "receiveTask": "M0 2 H14 V12 H0 Z M0 2 L7 8 L14 2",
    "manualTask": "M0 6 L6 2 H8 L6 5 H13 V12 H3 L0 10 Z",
}


def event_mark(layer: Layer, shape: Shape) -> None:
    throws = shape.tag in ("endEvent", "intermediateThrowEvent")
    filled = "solid" if throws else "open"
    if len(shape.events) > 1:
        _at(layer, shape, _PENTAGON, class_=filled)
    elif shape.events == ("terminateEventDefinition",):
        layer.circle(shape.box.middle, shape.box.width / 2 - 6, class_="solid")
    elif shape.events:
        _at(layer, shape, _EVENTS.get(shape.events[0], _PENTAGON), class_=filled)


def gateway_mark(layer: Layer, shape: Shape) -> None:
    middle = shape.box.middle
    match shape.tag:
        case "parallelGateway":
            _at(layer, shape, _CROSS, class_="solid")
        case "exclusiveGateway":
            _at(layer, shape, _CROSS, class_="solid", turn=45)
        case "inclusiveGateway":
            layer.circle(middle, 10.0, class_="open", stroke_width=3)
        case "eventBasedGateway":
            layer.circle(middle, 14.0, class_="open")
            _at(layer, shape, _PENTAGON, class_="open")
        case "complexGateway":
            x, y = middle
            for turn in range(4):
                across, along = 10 * cos(turn * pi / 4), 10 * sin(turn * pi / 4)
                layer.line([(x - across, y - along), (x + across, y + along)], stroke_width=3)


def task_mark(layer: Layer, shape: Shape) -> None:
    sign = _TASKS.get(shape.tag)
    if sign is not None:
        filled = "solid" if shape.tag == "sendTask" else "open"
        layer.path(sign, class_=filled, transform=f"translate({shape.box.x + 6:.1f} {shape.box.y + 5:.1f})")


def draw_marks(layer: Layer, shape: Shape, collapsed: bool) -> None:
    """What stands in the middle of the lower edge: repeats, many, undoes, without order, a sub-process inside."""
    signs = []
    if "repeats" in shape.flags:
        signs.append("M8 12 H4 A5 5 0 1 1 9 12 M4 9 V12 H1")
    if "many" in shape.flags:
        signs.append("M2 3 H12 M2 7 H12 M2 11 H12" if "in_turn" in shape.flags else "M3 2 V12 M7 2 V12 M11 2 V12")
    if "undoes" in shape.flags:
        signs.append("M7 2 L1 7 L7 12 Z M13 2 L7 7 L13 12 Z")
    if shape.tag == "adHocSubProcess":
        signs.append("M1 9 C4 3 6 5 7 7 C8 9 10 11 13 5")
    if collapsed:
        signs.append("M0 0 H14 V14 H0 Z M7 3 V11 M3 7 H11")
    left = shape.box.middle[0] - 9 * len(signs) + 2
    for number, sign in enumerate(signs):
        place = f"translate({left + 18 * number:.1f} {shape.box.y + shape.box.height - 17:.1f})"
        layer.path(sign, class_="open", transform=place)


def _at(layer: Layer, shape: Shape, sign: str, turn: int = 0, **more: object) -> None:
    x, y = shape.box.middle
    size = min(shape.box.width, 50.0) / 36 if shape.tag.endswith("Event") else 1.0
    layer.path(sign, transform=f"translate({x:.1f} {y:.1f}) rotate({turn}) scale({size:.2f})", **more)
