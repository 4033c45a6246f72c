"""What a scenario is played on: the sandbox, or in the tests PostgreSQL."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

Doc = Mapping[str, Any]

# Other kinds of history only one engine has, or they say how a thing was done and not what.
CORE_KINDS = frozenset(
    {
        "instance_started",
        "instance_completed",
        "instance_canceled",
        "element_activated",
        "element_completed",
        "element_terminated",
        "incident_raised",
        "incident_resolved",
        "job_failed",
        "error_thrown",
        "escalation_thrown",
        "message_thrown",
        "signal_thrown",
        "event_received",
        "timer_fired",
        "task_warning",
        "task_due",
        "task_reminder",
        "case_held",
        "case_resumed",
        "process_called",
        "decision_evaluated",
    }
)


@dataclass(frozen=True)
class Waiting:
    """Something a case waits for; `handle` is the stage's own."""

    case: str
    kind: str
    element: str
    name: str
    variables: Mapping[str, Any]
    groups: tuple[str, ...]
    due: datetime | None
    action: Mapping[str, Any] | None
    handle: Any


@dataclass(frozen=True)
class Story:
    """One case as it stands: what it did and what it holds. `seen` are the elements it has been at."""

    process: str
    state: str
    variables: Mapping[str, Any]
    history: tuple[tuple[str, str | None], ...]
    path: tuple[str, ...]
    flows: tuple[str, ...]
    incidents: tuple[str, ...]
    case_no: str | None = None

    @property
    def seen(self) -> frozenset[str]:
        return frozenset(element for kind, element in self.history if kind.startswith("element_") and element)


class Stage(Protocol):
    """An engine with every process of a scenario deployed."""

    def start(self, process: str, variables: Doc) -> None: ...

    def publish(self, name: str, key: str, variables: Doc, ttl: timedelta) -> None: ...

    def broadcast(self, name: str, variables: Doc) -> None: ...

    def waiting(self) -> list[Waiting]: ...

    def complete(self, item: Waiting, variables: Doc) -> None: ...

    def fail(self, item: Waiting, message: str) -> None: ...

    def throw(self, item: Waiting, code: str, variables: Doc) -> None: ...

    def deny(self, item: Waiting, reason: str | None) -> None: ...

    def correct(self, item: Waiting, corrections: Doc) -> None:
        """`corrections` by the names of `records.Task`."""
        ...

    def resolve(self, element: str) -> bool:
        """Resolve an open incident at an element; False if there is none."""
        ...

    def advance(self, to: datetime) -> None: ...

    def now(self) -> datetime: ...

    def stories(self) -> list[Story]:
        """Every case in the order it began; the first is the scenario's own."""
        ...
