"""What can be asked of an instance: one frozen command each. Keys name records and tokens (see `records`)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

JSON = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Start:
    """Begin at the none start event, or at `element` (a message, timer or signal start)."""

    variables: JSON = field(default_factory=dict)
    element: str | None = None
    catches: tuple[str, ...] = ()  # of a called instance: see `effects.Call`
    caller: int | None = None  # key of the calling token
    depth: int = 0  # how many calls lead here


@dataclass(frozen=True, slots=True)
class CompleteJob:
    """The work is done. A task's listener may deny what it listens to, or correct the task's attributes."""

    key: int
    element_key: int
    variables: JSON = field(default_factory=dict)
    denied: bool = False
    denied_reason: str | None = None
    corrections: JSON = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class FailJob:
    """The job did not succeed; with retries left it is tried again after `back_off` (machine time)."""

    key: int
    element_key: int
    retries: int
    message: str = ""
    back_off: timedelta = timedelta()
    variables: JSON = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ThrowError:
    """A BPMN error out of a job (or, in the sandbox, a task)."""

    key: int
    element_key: int
    code: str
    message: str = ""
    variables: JSON = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ThrowEscalation:
    """An escalation out of a job or task, which goes on unless the catching event interrupts it."""

    key: int
    element_key: int
    code: str
    variables: JSON = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class CompleteTask:
    key: int
    element_key: int
    variables: JSON = field(default_factory=dict)
    action: str = "complete"


@dataclass(frozen=True, slots=True)
class AssignTask:
    """Give a task with listeners to somebody, or with None back to its candidates."""

    key: int
    element_key: int
    assignee: str | None
    action: str = "assign"


@dataclass(frozen=True, slots=True)
class UpdateTask:
    """Change attributes of a task: JSON by the names of `records.Task`."""

    key: int
    element_key: int
    changes: JSON = field(default_factory=dict)
    action: str = "update"


@dataclass(frozen=True, slots=True)
class FireTimer:
    key: int
    element_key: int
    element: str
    kind: str = "event"
    # What its record says: the state has no timers, and one that repeats is set anew from this.
    cycle: str | None = None
    left: int | None = None


@dataclass(frozen=True, slots=True)
class Deliver:
    """A message or signal reaches one of the instance's subscriptions."""

    key: int
    element_key: int
    element: str
    variables: JSON = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Returned:
    """The called instance answers. `outcome`: completed, error, escalation; failed where none could be started."""

    element_key: int
    outcome: str
    variables: JSON = field(default_factory=dict)
    code: str = ""
    message: str = ""


@dataclass(frozen=True, slots=True)
class SetVariables:
    """Set variables from `scope_key` on; `local` keeps them in that scope."""

    scope_key: int
    variables: JSON
    local: bool = False


@dataclass(frozen=True, slots=True)
class ResolveIncident:
    """Try again where the incident stands; a failed job gets at least one retry."""

    key: int
    element_key: int
    retries: int = 1


@dataclass(frozen=True, slots=True)
class Cancel:
    """End the whole instance."""


@dataclass(frozen=True, slots=True)
class Continue:
    """Go on with tokens that were ready when the step budget was used up."""


@dataclass(frozen=True, slots=True)
class Activate:
    """Begin at an element. `variables`: id of the element or of a scope around it → variables; "" is the instance.

    `scope_key` names the scope's element instance where there are several; scopes that are missing are opened.
    """

    element: str
    scope_key: int | None = None
    variables: Mapping[str, JSON] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Move:
    """End an element instance, or all of an element, and begin at another element for each."""

    source: int | str
    target: str
    scope_key: int | None = None
    variables: Mapping[str, JSON] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Modify:
    """Begin here, end there. `cancel` names element instances by key, or by their element's id all of them."""

    start: tuple[Activate, ...] = ()
    cancel: tuple[int | str, ...] = ()
    move: tuple[Move, ...] = ()


@dataclass(frozen=True, slots=True)
class ActivateInside:
    """Begin elements inside a running ad-hoc sub-process: pairs of id and variables. `cancel`: what runs in it ends."""

    element_key: int
    elements: tuple[tuple[str, JSON], ...]
    cancel: bool = False


Command = (
    Start
    | CompleteJob
    | FailJob
    | ThrowError
    | ThrowEscalation
    | CompleteTask
    | AssignTask
    | UpdateTask
    | FireTimer
    | Deliver
    | Returned
    | SetVariables
    | ResolveIncident
    | Cancel
    | Continue
    | Modify
    | ActivateInside
)
