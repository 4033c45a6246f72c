"""Giving jobs to workers: each goes to one of them, under a lease that runs on machine time."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, text
from sqlalchemy.orm import Session

from engine.errors import Invalid

# A job whose instance stands suspended is passed over. One whose lease has run out is given away again.
_TAKE = text("""
    UPDATE jobs SET state = 'activated', worker = :worker, lease_until = now() + :lease, attempts = jobs.attempts + 1
    FROM (
        SELECT j.key, i.case_no, i.business_id, i.version FROM jobs j JOIN instances i ON i.key = j.instance_key
        WHERE j.type = ANY(:types) AND NOT i.suspended
          AND (CAST(:units AS text[]) IS NULL OR EXISTS (
              SELECT FROM involved_units u WHERE u.instance_key = j.instance_key AND u.unit = ANY(:units)))
          AND (j.state = 'created' AND j.available_at <= now()
               OR j.state = 'activated' AND j.lease_until < now())
        ORDER BY j.priority DESC, j.key LIMIT :limit FOR UPDATE OF j SKIP LOCKED
    ) AS free
    WHERE jobs.key = free.key
    RETURNING jobs.*, free.case_no, free.business_id, free.version
""")
_VARIABLES = text("""
    SELECT instance_key, scope_key, name, value FROM variables
    WHERE instance_key = ANY(:instances) AND scope_key = ANY(:scopes)
""")


@dataclass(frozen=True, slots=True)
class ActivatedJob:
    """A job as the worker sees it that leased it. `deadline` is the end of the lease, in machine time."""

    key: int
    type: str
    kind: str
    instance_key: int
    process_id: str
    process_version: int
    definition_key: int
    element: str
    element_key: int
    headers: Mapping[str, str]
    worker: str
    retries: int
    attempts: int
    deadline: datetime
    variables: dict[str, Any]
    case_no: str | None
    business_id: str | None


def activate_jobs(
    session: Session,
    types: Collection[str],
    worker: str,
    limit: int,
    lease: timedelta,
    fetch: Collection[str] | None = None,
    units: Collection[str] | None = None,
) -> list[ActivatedJob]:
    """Lease up to `limit` jobs of these types, the most urgent and then the oldest first.

    `fetch` names the variables wanted; None or empty: all that are visible from the element. With `units` only jobs of
    cases that one of them is involved in. Workers that ask at the same time never get the same job and do not wait for
    each other.
    """
    if limit < 1 or lease <= timedelta() or not types:
        raise Invalid("job_activation_invalid", limit=limit, lease=lease.total_seconds())
    seen = None if units is None else sorted(units)
    parameters = {"worker": worker, "lease": lease, "types": list(types), "limit": limit, "units": seen}
    rows = session.execute(_TAKE, parameters).all()
    # RETURNING gives rows in whatever order they were changed.
    rows = sorted(rows, key=lambda row: (-row.priority, row.key))
    return with_variables(session, rows, fetch or None)


def with_variables(session: Session, rows: Sequence[Row[Any]], fetch: Collection[str] | None) -> list[ActivatedJob]:
    """The jobs of these rows with the variables each of them sees."""
    # A job that brings variables of its own sees those and nothing else: no scope is read for it.
    visible = visible_variables(session, [row for row in rows if row.variables is None])
    return [activated(row, chosen(visible.get(row.key, row.variables or {}), fetch)) for row in rows]


def visible_variables(session: Session, rows: Iterable[Row[Any]]) -> dict[int, dict[str, Any]]:
    """Job key → the variables of its scopes, the nearest scope's first; one statement for all jobs."""
    jobs = list(rows)
    if not jobs:
        return {}
    instances = sorted({row.instance_key for row in jobs})
    scopes = sorted({scope for row in jobs for scope in row.scopes})
    held: dict[int, dict[str, Any]] = {}
    for found in session.execute(_VARIABLES, {"instances": instances, "scopes": scopes}):
        held.setdefault(found.scope_key, {})[found.name] = found.value
    return {row.key: overlaid(row.scopes, held) for row in jobs}


def overlaid(scopes: Sequence[int], held: Mapping[int, Mapping[str, Any]]) -> dict[str, Any]:
    """One mapping of all that is seen through `scopes`, nearest first."""
    seen: dict[str, Any] = {}
    for scope in reversed(scopes):
        seen.update(held.get(scope, {}))
    return seen


def chosen(variables: dict[str, Any], fetch: Collection[str] | None) -> dict[str, Any]:
    if fetch is None:
        return variables
    return {name: value for name, value in variables.items() if name in fetch}


def activated(row: Row[Any], variables: dict[str, Any]) -> ActivatedJob:
    return ActivatedJob(
        key=row.key,
        type=row.type,
        kind=row.kind,
        instance_key=row.instance_key,
        process_id=row.process_id,
        process_version=row.version,
        definition_key=row.definition_key,
        element=row.element,
        element_key=row.element_key,
        headers=row.headers,
        worker=row.worker,
        retries=row.retries,
        attempts=row.attempts,
        deadline=row.lease_until,
        variables=variables,
        case_no=row.case_no,
        business_id=row.business_id,
    )
