"""What an advance asks the world to do; `instances` does it in PostgreSQL, the sandbox in memory."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from engine.dmn import DecisionResult, DmnWarning
from engine.feel import FeelWarning

from .records import Record


@dataclass(frozen=True, slots=True)
class Open:
    """A record begins to wait."""

    record: Record


@dataclass(frozen=True, slots=True)
class Change:
    """Fields of a waiting record (or, with noun `instance`, of the instance itself) change."""

    noun: str
    key: int
    changes: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Close:
    """A record waits no longer. `outcome`: completed, canceled, resolved."""

    noun: str
    key: int
    outcome: str


@dataclass(frozen=True, slots=True)
class Note:
    """One row of history. `kind`: see `engine.history`; `data` is JSON and never holds a variable's value."""

    kind: str
    element: str | None = None
    element_key: int | None = None
    data: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Decided:
    """A decision was evaluated, or failed. Its trace has variables' values, so it is kept beside them, not in history.

    `key` and the keys after it, one for each decision of the trace, are the instance's; `deployed_key` is the
    decision's own.
    """

    key: int
    element: str
    element_key: int
    deployed_key: int
    result: DecisionResult


@dataclass(frozen=True, slots=True)
class Doubt:
    """An expression, or a decision by its id, went on with a null that has a reason: told while playing, not kept."""

    element: str
    element_key: int
    expression: str
    warnings: tuple[FeelWarning | DmnWarning, ...]


@dataclass(frozen=True, slots=True)
class Binding:
    """Which version is meant. `kind`: latest, deployment, versionTag."""

    kind: str = "latest"
    tag: str | None = None


@dataclass(frozen=True, slots=True)
class Call:
    """Start a called process as an instance of its own."""

    process_id: str
    binding: Binding
    variables: Mapping[str, Any]
    element_key: int  # of the calling token
    catches: tuple[str, ...]  # error codes somebody up the line catches; "" stands for any
    depth: int = 1  # how many calls lead to the called instance


@dataclass(frozen=True, slots=True)
class Uncall:
    """Cancel the instance that this token called."""

    element_key: int


@dataclass(frozen=True, slots=True)
class Answer:
    """Tell the calling instance. `outcome`: completed, error, escalation (which ends nothing)."""

    element_key: int  # of the calling token, in the calling instance
    outcome: str
    variables: Mapping[str, Any] = field(default_factory=dict)
    code: str = ""
    message: str = ""


@dataclass(frozen=True, slots=True)
class Publish:
    """Publish a message."""

    name: str
    correlation_key: str
    variables: Mapping[str, Any]
    ttl: timedelta


@dataclass(frozen=True, slots=True)
class Broadcast:
    """Send a signal to all who wait for it."""

    name: str
    variables: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Migrate:
    """The instance has gone to another version of its process: noun, key and new element of each waiting record."""

    records: tuple[tuple[str, int, str], ...]


@dataclass(frozen=True, slots=True)
class Proceed:
    """The step budget is used up: go on with the ready tokens in the next transaction."""


def hops(effect: "Effect") -> int:
    """How much further along an endless way an effect leads (see `Surroundings`)."""
    # A used-up budget is far more work than a message. Calls are limited by their depth (`calls.DEEPEST`).
    return 10 if isinstance(effect, Proceed) else 1 if isinstance(effect, Publish | Broadcast) else 0


Outward = Call | Uncall | Answer | Publish | Broadcast | Proceed
Effect = Open | Change | Close | Note | Decided | Doubt | Migrate | Outward
