"""What a worker answers for a job: done, failed, a BPMN error, or more time. Handlers and the API answer alike."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, NamedTuple

from sqlalchemy import text
from sqlalchemy.orm import Session

from engine.core import commands
from engine.core.listeners import require_asked
from engine.core.state import State
from engine.errors import Conflict, Invalid, NotFound
from engine.instances import Inside, advance, advance_by

# Whoever advances locks the instance before the job, so that nobody waits crosswise.
_LOCK = text("""
    SELECT j.key, j.state FROM instances i JOIN jobs j ON j.instance_key = i.key
    WHERE i.key = :instance AND j.key = :key FOR UPDATE
""")
_INCIDENT = text("""
    SELECT n.element_key, n.instance_key, j.retries FROM incidents n LEFT JOIN jobs j ON j.key = n.job_key
    WHERE n.key = :key AND n.state = 'active'
""")


class JobRow(NamedTuple):
    """What is asked of a job that a worker answers for."""

    key: int
    element_key: int
    state: str
    worker: str | None
    attempts: int
    kind: str
    headers: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Lease:
    """Whose run of a job it is: a later run has the next attempt's number."""

    worker: str
    attempt: int


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a user task's listener says: no, for a reason, or yes, with corrections by the names of a task."""

    denied: bool = False
    reason: str | None = None
    corrections: Mapping[str, Any] = field(default_factory=dict)


def complete_job(
    session: Session,
    key: int,
    variables: Mapping[str, Any],
    lease: Lease | None = None,
    verdict: Verdict | None = None,
) -> None:
    """The work is done; `variables` is its result, `verdict` what a task's listener says besides.

    With a `lease` it counts only while that run holds the job. Raises NotFound for a job that is gone or that nobody
    has leased, Conflict for one in another's hands or stopped by an incident, Invalid for a verdict nobody asked for.
    """
    said = verdict or Verdict()

    def command(job: JobRow) -> commands.Command:
        if verdict is not None:
            require_asked(job.key, job.kind, job.headers, said.denied, said.corrections)
        result = dict(variables)
        return commands.CompleteJob(key, job.element_key, result, said.denied, said.reason, dict(said.corrections))

    _answer(session, key, lease, command)


def fail_job(
    session: Session,
    key: int,
    retries: int,
    message: str = "",
    back_off: timedelta = timedelta(),
    variables: Mapping[str, Any] | None = None,
    lease: Lease | None = None,
) -> None:
    """It did not succeed. With `retries` left it is tried again after `back_off` of machine time; raises as above."""
    if retries < 0 or back_off < timedelta():
        raise Invalid("job_failure_invalid", retries=retries, back_off=back_off.total_seconds())
    result = dict(variables or {})
    _answer(
        session,
        key,
        lease,
        lambda job: commands.FailJob(key, job.element_key, retries, message, back_off, result),
    )


def throw_job_error(
    session: Session,
    key: int,
    code: str,
    message: str = "",
    variables: Mapping[str, Any] | None = None,
    lease: Lease | None = None,
) -> None:
    """The answer is no, by a code the diagram may catch; raises as above."""
    result = dict(variables or {})
    _answer(session, key, lease, lambda job: commands.ThrowError(key, job.element_key, code, message, result))


def update_job(session: Session, key: int, retries: int | None = None, lease: timedelta | None = None) -> None:
    """Set how often it is still tried, or let its lease end `lease` from now. Raises as above."""
    # Camunda's rule: none left is what a failure says, and only that makes the incident.
    if retries is not None and retries < 1:
        raise Invalid("job_retries_invalid", retries=retries)
    if lease is not None and lease <= timedelta():
        raise Invalid("job_lease_invalid", lease=lease.total_seconds())
    job = session.execute(_LOCK, {"key": key, "instance": key >> 24 << 24}).one_or_none()
    if job is None:
        raise NotFound("job_unknown", key=str(key))
    if lease is not None:
        _require_leased(job, None)
        statement = text("UPDATE jobs SET lease_until = now() + :lease WHERE key = :key")
        session.execute(statement, {"lease": lease, "key": job.key})
    if retries is not None:
        statement = text("UPDATE jobs SET retries = :retries WHERE key = :key")
        session.execute(statement, {"retries": retries, "key": job.key})


def resolve_incident(session: Session, key: int) -> None:
    """Try again where an incident stands; its job gets at least one retry. Raises NotFound if none is open."""
    incident = session.execute(_INCIDENT, {"key": key}).one_or_none()
    if incident is None:
        raise NotFound("incident_unknown", key=str(key))
    command = commands.ResolveIncident(key, incident.element_key, incident.retries or 1)
    if advance(session, incident.instance_key, command).stale:
        raise NotFound("incident_unknown", key=str(key))


def _answer(session: Session, key: int, lease: Lease | None, command: Callable[[JobRow], commands.Command]) -> None:
    """Give the job's instance the command for it, if a worker holds it, and that run of it if one is named."""

    def decide(job: JobRow, _: State) -> commands.Command:
        _require_leased(job, lease)
        return command(job)

    # A job's key begins with its instance's number (decision 10): the instance is locked before the job is read.
    unknown = NotFound("job_unknown", key=str(key))
    if advance_by(session, key >> 24 << 24, Inside("jobs", JobRow, key, unknown), decide).stale:
        raise unknown


def _require_leased(job: Any, lease: Lease | None) -> None:
    if job.state == "created":
        raise NotFound("job_not_leased", key=str(job.key))
    if job.state != "activated":
        raise Conflict("job_stopped", key=str(job.key), state=job.state)
    if lease is not None and (job.worker, job.attempts) != (lease.worker, lease.attempt):
        raise Conflict("job_taken_over", key=str(job.key), worker=job.worker)
