"""Parses execution and task listeners."""

from collections.abc import Iterator

from engine.core.listeners import EXECUTION_EVENTS, TASK_EVENTS, Listener

from .extensions import Extensions
from .fields import Fields
from .names import Node, zeebe

_KINDS = (  # zeebe element around, its children, the events they may listen to
    ("executionListeners", "executionListener", EXECUTION_EVENTS),
    ("taskListeners", "taskListener", TASK_EVENTS),
)


def listeners(extensions: Extensions, fields: Fields) -> tuple[Listener, ...]:
    """The listeners of one element in file order."""
    return tuple(_listeners(extensions, fields))


def _listeners(extensions: Extensions, fields: Fields) -> Iterator[Listener]:
    for around, name, events in _KINDS:
        for node in extensions.inside(around, name):
            event = fields.text(node, "eventType", required=True)
            kind = fields.value(node, "type", required=True)
            if event is not None and event not in events:
                fields.findings.error(
                    "bpmn_listener_event", node, name=f"zeebe:{name}", event=event, allowed=", ".join(events)
                )
            elif event is not None and kind is not None:
                told = headers(node.find(zeebe("taskHeaders")), fields)
                yield Listener(event, kind, fields.value(node, "retries"), told)


def headers(around: Node | None, fields: Fields) -> dict[str, str]:
    """The zeebe:taskHeaders that a job takes along."""
    nodes = [] if around is None else around.iterchildren(zeebe("header"))
    named = ((fields.text(node, "key", required=True), node.get("value") or "") for node in nodes)
    return {key: value for key, value in named if key is not None}
