"""What the sandbox keeps beside its cases: messages that wait for somebody, and start events that wait to open one."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from engine.definitions.start_events import Opening


@dataclass
class Message:
    """A published message, buffered until `expires`."""

    key: int
    name: str
    correlation_key: str
    variables: Mapping[str, Any]
    expires: datetime
    message_id: str | None = None
    reached: set[str] = field(default_factory=set)


@dataclass
class StartEvent:
    """What opens an instance of the latest version of a process."""

    key: int
    process_id: str
    opening: Opening
