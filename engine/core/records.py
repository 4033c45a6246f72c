"""What waits outside the core while an instance stands: one frozen record a noun.

Keys are 63-bit integers (instance number × 2²⁴ + counter). `element_key` is the key of the token (element instance)
the record belongs to; `scopes` are the keys of the variable scopes visible from there, nearest first.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar


@dataclass(frozen=True, slots=True)
class Job:
    """Work for a handler. `kind` is Camunda's: BPMN_ELEMENT, or REMINDER for a task's limits."""

    noun: ClassVar[str] = "job"
    key: int
    element: str
    element_key: int
    type: str
    retries: int
    kind: str = "BPMN_ELEMENT"
    headers: Mapping[str, str] = field(default_factory=dict)
    scopes: tuple[int, ...] = ()
    priority: int = 0
    variables: Mapping[str, Any] | None = None  # given only where they are not those of the scopes (REMINDER)


@dataclass(frozen=True, slots=True)
class Task:
    """Work for a person. A candidate group is `unit.role.post[.specialty]`."""

    noun: ClassVar[str] = "task"
    key: int
    element: str
    element_key: int
    scopes: tuple[int, ...]
    created_at: datetime
    assignee: str | None = None
    candidate_groups: tuple[str, ...] = ()
    candidate_users: tuple[str, ...] = ()
    form_id: str | None = None
    form_key: int | None = None
    due_at: datetime | None = None
    follow_up_at: datetime | None = None
    priority: int = 50
    transition: str | None = None  # assigning, updating, completing: its listeners are being asked
    denied_reason: str | None = None  # why they denied what was asked last; "" where they gave no reason


@dataclass(frozen=True, slots=True)
class Timer:
    """Something falls due. `kind`: event (of the diagram), or warning, due, reminder (of a task's limit)."""

    noun: ClassVar[str] = "timer"
    key: int
    element: str
    element_key: int
    kind: str
    due_at: datetime
    cycle: str | None = None  # the ISO 8601 or cron text a repeating timer goes on with
    left: int | None = None  # how often it still fires after this time; None: without end


@dataclass(frozen=True, slots=True)
class Subscription:
    """An event may come. Without a correlation key a message matches by its name alone."""

    noun: ClassVar[str] = "subscription"
    key: int
    element: str
    element_key: int
    kind: str  # message | signal
    name: str
    correlation_key: str | None = None
    action: Mapping[str, Any] | None = None  # {form, roles: [group…], label} where people may send it (decision 15)


@dataclass(frozen=True, slots=True)
class Incident:
    """The instance cannot go on here until a person acts. `kind` is Camunda 8's errorType."""

    noun: ClassVar[str] = "incident"
    key: int
    element: str
    element_key: int
    kind: str
    code: str
    parameters: Mapping[str, Any] = field(default_factory=dict)
    job_key: int | None = None


Record = Job | Task | Timer | Subscription | Incident
