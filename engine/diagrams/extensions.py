"""The zeebe elements among a BPMN element's extension elements."""

from .names import Node, bpmn, zeebe

_EXTENSIONS = bpmn("extensionElements")


class Extensions:
    """The zeebe elements of one BPMN element; the name check has seen that each stands there once."""

    def __init__(self, node: Node) -> None:
        around = node.find(_EXTENSIONS)
        self._found = {} if around is None else {child.tag: child for child in around}

    def get(self, name: str) -> Node | None:
        return self._found.get(zeebe(name))

    def inside(self, name: str, child: str) -> list[Node]:
        """The children named `child` of the zeebe element `name`."""
        around = self.get(name)
        return [] if around is None else list(around.iterchildren(zeebe(child)))
