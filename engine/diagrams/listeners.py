"""Parses execution and task listeners."""

from collections.abc import Iterator

from engine.core.listeners import Listener

from .extensions import Extensions
from .fields import Fields

_KINDS = (  # zeebe element around, its children, the events they may listen to
    ("executionListeners", "executionListener", ("start", "end")),
    ("taskListeners", "taskListener", ("creating", "completing")),
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
                yield Listener(event, kind, fields.value(node, "retries"))
