"""What a case waits for: tasks, jobs, times and messages, its own and those of the cases it called; where it is stuck.

`is_awaited` tells what a token stands before from what may come meanwhile (boundary events, event sub-processes).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import TextClause, text
from sqlalchemy.orm import Session

from engine import clock
from engine.core.events import BoundaryEvent, StartEvent
from engine.definitions import process_spec
from engine.definitions.wording import Language, element_name, process_name
from engine.errors import Finding

from .inbox import InboxTask, tasks_of_family

MOST = 200
# The keys of an instance's records lie between its own and the next instance's, and are found by that.
_FAMILY = """
    WITH RECURSIVE family AS (
        SELECT key, key + 16777215 AS last, definition_key, case_no FROM instances WHERE key = :key
        UNION ALL
        SELECT i.key, i.key + 16777215, i.definition_key, i.case_no
        FROM instances i JOIN family f ON i.parent_key = f.key
    )
"""


def _of_family(query: str) -> TextClause:
    return text(f"{_FAMILY} {query}")


# A reminder holds nothing up; a listener does: its element goes on only when it has answered.
_JOBS = _of_family("""
    SELECT j.key, j.instance_key, f.definition_key, j.element, j.kind, j.type, j.state, j.retries, j.attempts, j.worker,
        j.available_at, j.lease_until, j.error_message,
        EXISTS (SELECT FROM handlers h WHERE h.topic = j.type) AS has_handler
    FROM jobs j JOIN family f ON j.key BETWEEN f.key AND f.last
    WHERE j.kind <> 'REMINDER' AND j.state IN ('created', 'activated') ORDER BY j.key LIMIT :most
""")
_TIMERS = _of_family("""
    SELECT t.key, t.instance_key, f.definition_key, t.element, t.kind, t.due_at, t.cycle
    FROM timers t JOIN family f ON t.key BETWEEN f.key AND f.last ORDER BY t.due_at, t.key LIMIT :most
""")
# What people may send is an action (decision 15), and is shown as one.
_SUBSCRIPTIONS = _of_family("""
    SELECT s.key, s.instance_key, f.definition_key, s.element, s.kind, s.name, s.correlation_key
    FROM subscriptions s JOIN family f ON s.key BETWEEN f.key AND f.last
    WHERE s.action IS NULL ORDER BY s.key LIMIT :most
""")
_INCIDENTS = _of_family("""
    SELECT n.key, n.instance_key, f.definition_key, n.element, n.code, n.parameters, n.kind, n.created_at
    FROM incidents n JOIN family f ON n.key BETWEEN f.key AND f.last
    WHERE n.state = 'active' ORDER BY n.key LIMIT :most
""")


@dataclass(frozen=True, slots=True)
class Awaited:
    """What all of them have: which element of which case it is. `process` is named for a called case alone."""

    key: int
    instance_key: int
    name: str
    process: str | None
    is_awaited: bool


@dataclass(frozen=True, slots=True)
class AwaitedJob(Awaited):
    """`later`: it waits after a failure until this time (machine time); `worker` has it in hand."""

    is_listener: bool
    topic: str
    retries: int
    attempts: int
    worker: str | None
    later: datetime | None
    has_handler: bool
    error: str | None


@dataclass(frozen=True, slots=True)
class AwaitedTime(Awaited):
    """`kind`: event (of the diagram), or warning, due, reminder (of a task's limit)."""

    kind: str
    due_at: datetime
    repeats: bool


@dataclass(frozen=True, slots=True)
class AwaitedMessage(Awaited):
    """`kind`: message, signal or condition, of which `message` is the text."""

    kind: str
    message: str
    correlation_key: str | None


@dataclass(frozen=True, slots=True)
class Stuck(Awaited):
    """An open incident; `cause` makes the sentence."""

    cause: Finding
    since: datetime


@dataclass(frozen=True, slots=True)
class Waiting:
    """All of it, what falls due first in front."""

    tasks: list[InboxTask]
    jobs: list[AwaitedJob]
    times: list[AwaitedTime]
    messages: list[AwaitedMessage]
    stuck: list[Stuck]

    def is_empty(self) -> bool:
        """Whether nothing holds the case up."""
        events: list[Awaited] = [*self.times, *self.messages]
        return not (self.tasks or self.jobs or self.stuck or any(one.is_awaited for one in events))


def of_case(session: Session, instance_key: int, language: Language = "zh") -> Waiting:
    """What one case waits for. Whether somebody sees it, the caller has asked."""

    def rows(query: Any) -> Any:
        return session.execute(query, {"key": instance_key, "most": MOST})

    def place(row: Any) -> tuple[int, int, str, str | None, bool]:
        return _place(session, row, instance_key, language)

    return Waiting(
        tasks_of_family(session, instance_key, language),
        [_job(row, place(row)) for row in rows(_JOBS)],
        [AwaitedTime(*place(row), row.kind, row.due_at, row.cycle is not None) for row in rows(_TIMERS)],
        [AwaitedMessage(*place(row), row.kind, row.name, row.correlation_key) for row in rows(_SUBSCRIPTIONS)],
        [Stuck(*place(row), _cause(row.code, row.parameters), row.created_at) for row in rows(_INCIDENTS)],
    )


def _job(row: Any, place: tuple[int, int, str, str | None, bool]) -> AwaitedJob:
    later = row.available_at if row.state == "created" and row.available_at > clock.machine() else None
    is_listener = row.kind != "BPMN_ELEMENT"
    more = row.type, row.retries, row.attempts, row.worker, later, row.has_handler, row.error_message
    return AwaitedJob(*place, is_listener, *more)


def _cause(code: str, parameters: Mapping[str, Any]) -> Finding:
    return Finding(code, parameters)


def _place(session: Session, row: Any, instance_key: int, language: Language) -> tuple[int, int, str, str | None, bool]:
    element = process_spec(session, row.definition_key).elements.get(row.element)
    name = element_name(session, row.definition_key, row.element, language)
    process = None if row.instance_key == instance_key else process_name(session, row.definition_key, language)
    return row.key, row.instance_key, name, process, not isinstance(element, BoundaryEvent | StartEvent)
