"""A delivery from the queue becomes a lease of the job: counted as an attempt before anything is run."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from engine import store
from engine.store import json
from engine.work.activation import ActivatedJob, overlaid
from engine.work.alive import NOT_ALIVE, OWN
from engine.work.topics import Topic

_VARIABLES = """
    SELECT json_agg(json_build_array(v.scope_key, v.name, v.value)) FROM variables v
    WHERE v.instance_key = {instance} AND v.scope_key = ANY({scopes})
"""
# A run that ended with its worker has cost a retry: a job that kills its worker ends as an incident. A lease of the
# worker that asks was never begun on: the answer to its commit was lost. Variables are read as they were when the
# statement began, which is too early where it had to wait for somebody who was changing them.
_LEASE = f"""
    UPDATE jobs SET state = 'activated', worker = %(worker)s, lease_until = now() + free.lease,
        attempts = jobs.attempts + 1, retries = greatest(jobs.retries - free.lost::int, 0)
    FROM (
        SELECT j.key, t.lease, i.case_no, i.business_id, i.version,
            j.state = 'activated' AND starts_with(j.worker, '{OWN}')
                AND (j.worker <> %(worker)s OR j.lease_until < now()) AS lost,
            j.xmin = (SELECT before.xmin FROM jobs before WHERE before.key = %(key)s) AS same
        FROM jobs j JOIN instances i ON i.key = j.instance_key
        JOIN unnest(%(topics)s::text[], %(leases)s::interval[]) AS t(topic, lease) ON t.topic = j.type
        WHERE j.key = %(key)s AND NOT i.suspended AND j.available_at <= now()
          AND (j.state = 'created' OR j.state = 'activated'
               AND (j.lease_until < now() OR j.worker = %(worker)s OR starts_with(j.worker, '{OWN}') AND {NOT_ALIVE}))
        FOR UPDATE OF j
    ) AS free
    WHERE jobs.key = free.key
    RETURNING
        json_build_object(
            'key', jobs.key, 'type', jobs.type, 'kind', jobs.kind, 'instance_key', jobs.instance_key,
            'process_id', jobs.process_id, 'process_version', free.version, 'definition_key', jobs.definition_key,
            'element', jobs.element, 'element_key', jobs.element_key, 'headers', jobs.headers, 'worker', jobs.worker,
            'retries', jobs.retries, 'attempts', jobs.attempts, 'case_no', free.case_no,
            'business_id', free.business_id),
        json_build_array(jobs.lease_until, free.lost, free.same, jobs.scopes),
        jobs.variables,
        CASE WHEN free.same AND jobs.variables IS NULL THEN
            ({_VARIABLES.format(instance="jobs.instance_key", scopes="jobs.scopes")}) END
"""  # noqa: S608 - constants of ours
_AFTERWARDS = _VARIABLES.format(instance="%(instance)s", scopes="%(scopes)s::bigint[]")
_WHY_NOT = text("""
    SELECT greatest(j.available_at, j.lease_until) - now() AS wait
    FROM jobs j JOIN instances i ON i.key = j.instance_key
    WHERE j.key = :key AND j.state IN ('created', 'activated') AND NOT i.suspended
""")
_RELEASE = text("""
    UPDATE jobs SET state = 'created', worker = NULL, lease_until = NULL
    WHERE state = 'activated' AND worker = :worker AND handled RETURNING key
""")
_ORPHANS = text(f"""
    SELECT j.key FROM jobs j
    WHERE j.handled AND j.state = 'activated' AND starts_with(j.worker, '{OWN}') AND {NOT_ALIVE}
""")  # noqa: S608 - constants of ours


@dataclass(frozen=True, slots=True)
class Later:
    """Not now: deliver it again after `wait`. None: never, there is nothing left to do."""

    wait: timedelta | None


@dataclass(frozen=True, slots=True)
class Leased:
    """A job in our hands. `lost`: the run before this one ended with its worker, which has cost a retry."""

    job: ActivatedJob
    lost: bool


def lease_delivered(key: int, worker: str, topics: Mapping[str, Topic]) -> Leased | Later:
    """Lease the job a delivery names, for as long as its handler says, in a transaction of its own.

    A lease is respected until it runs out; only that of a worker of ours that is dead is taken over at once, and one of
    `worker` itself, which asks for no job that it is at.
    """
    leases = [f"{topic.handler.timeout.total_seconds()} s" for topic in topics.values()]
    values = {"key": key, "worker": worker, "topics": list(topics), "leases": leases}
    found = store.trying_again(lambda: store.one_statement(_LEASE, values))
    if found is None:
        return store.retrying(lambda session: later(session, key))
    job, (until, lost, is_same, scopes), own, variables = (json.loads(column or b"null") for column in found)
    if own is None and not is_same:
        variables = _read_afterwards(job["instance_key"], scopes)
    seen = own if own is not None else _seen(scopes, variables or [])
    return Leased(ActivatedJob(**job, deadline=datetime.fromisoformat(until), variables=seen), lost)


def _read_afterwards(instance: int, scopes: list[int]) -> Any:
    values = {"instance": instance, "scopes": scopes}
    found = store.trying_again(lambda: store.one_statement(_AFTERWARDS, values))
    assert found is not None
    return json.loads(found[0] or b"null")


def _seen(scopes: Sequence[int], variables: Sequence[tuple[int, str, Any]]) -> dict[str, Any]:
    held: dict[int, dict[str, Any]] = {}
    for scope, name, value in variables:
        held.setdefault(scope, {})[name] = value
    return overlaid(scopes, held)


def later(session: Session, key: int) -> Later:
    """When a job that cannot be leased just now should be delivered again."""
    row = session.execute(_WHY_NOT, {"key": key}).one_or_none()
    # A job that is free but served by other workers only would else come round without a pause.
    return Later(None if row is None else max(row.wait, timedelta(seconds=1)))


def release(session: Session, worker: str) -> list[int]:
    """Give back what this worker holds; it stops in good order, which costs no retry. The keys, to be queued again."""
    return list(session.execute(_RELEASE, {"worker": worker}).scalars())


def orphans(session: Session) -> list[int]:
    """The jobs whose worker was one of ours and is dead, to be queued again."""
    return list(session.execute(_ORPHANS).scalars())
