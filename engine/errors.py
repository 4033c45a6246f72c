"""What can go wrong, as a code with parameters. Words are made at the edge, in the reader's language (see texts)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Kind = Literal[
    "invalid",
    "unauthorized",
    "forbidden",
    "not_found",
    "conflict",
    "too_large",
    "throttled",
    "unavailable",
    "timed_out",
]
Severity = Literal["error", "warning", "info"]


@dataclass(frozen=True)
class Finding:
    """One remark on a file: where it is and what it says. `code` and `parameters` make the sentence."""

    code: str
    parameters: Mapping[str, Any] = field(default_factory=dict)
    severity: Severity = "error"
    file: str = ""
    element: str = ""
    line: int | None = None


class TrunklineError(Exception):
    """A refusal a person or a program can act on.

    `code` is stable and part of the API; `kind` says what sort of refusal it is without speaking of HTTP.
    Subclasses fix the kind, so that `raise NotFound("process_unknown", process_id=…)` says it all.
    """

    kind: Kind = "invalid"

    def __init__(self, code: str, *, findings: tuple[Finding, ...] = (), **parameters: Any) -> None:
        super().__init__(code, parameters)
        self.code = code
        self.parameters = parameters
        self.findings = findings

    def __str__(self) -> str:
        shown = ", ".join(f"{name}={value!r}" for name, value in self.parameters.items())
        return f"{self.code}({shown})"


class Invalid(TrunklineError):
    """What was sent cannot be accepted as it is."""

    kind: Kind = "invalid"


class Unauthorized(TrunklineError):
    """Nobody known is asking."""

    kind: Kind = "unauthorized"


class Forbidden(TrunklineError):
    """The one who asks may not."""

    kind: Kind = "forbidden"


class NotFound(TrunklineError):
    """There is no such thing, or none the asker may see."""

    kind: Kind = "not_found"


class Conflict(TrunklineError):
    """The thing is not in a state that allows this."""

    kind: Kind = "conflict"


class TooLarge(TrunklineError):
    """More was sent than is taken at once."""

    kind: Kind = "too_large"


class Throttled(TrunklineError):
    """Asked too often; later it may be answered."""

    kind: Kind = "throttled"


class Unavailable(TrunklineError):
    """Something the answer depends on is not there just now."""

    kind: Kind = "unavailable"


class TimedOut(TrunklineError):
    """It was begun and goes on, longer than anybody waits for it here."""

    kind: Kind = "timed_out"
