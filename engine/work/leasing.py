"""A delivery from the queue becomes a lease of the job: counted as an attempt before anything is run."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from engine.work.activation import ActivatedJob, with_variables
from engine.work.alive import NOT_ALIVE, OWN
from engine.work.topics import Topic

# A run that ended with its worker has cost a retry: a job that kills its worker ends as an incident. A lease of the
# worker that asks was never begun on: the answer to its commit was lost.
_LEASE = text(f"""
    UPDATE jobs SET state = 'activated', worker = :worker, lease_until = now() + free.lease,
        attempts = jobs.attempts + 1, retries = greatest(jobs.retries - free.lost::int, 0)
    FROM (
        SELECT j.key, t.lease, i.case_no, i.business_id, i.version,
            j.state = 'activated' AND starts_with(j.worker, '{OWN}')
                AND (j.worker <> :worker OR j.lease_until < now()) AS lost
        FROM jobs j JOIN instances i ON i.key = j.instance_key
        JOIN unnest(CAST(:topics AS text[]), CAST(:leases AS interval[])) AS t(topic, lease) ON t.topic = j.type
        WHERE j.key = :key AND NOT i.suspended AND j.available_at <= now()
          AND (j.state = 'created' OR j.state = 'activated'
               AND (j.lease_until < now() OR j.worker = :worker OR starts_with(j.worker, '{OWN}') AND {NOT_ALIVE}))
        FOR UPDATE OF j
    ) AS free
    WHERE jobs.key = free.key
    RETURNING jobs.*, free.case_no, free.business_id, free.version, free.lost
""")  # noqa: S608 - constants of ours
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
class Leased:
    """A job in our hands. `lost`: the run before this one ended with its worker, which has cost a retry."""

    job: ActivatedJob
    lost: bool


@dataclass(frozen=True, slots=True)
class Later:
    """Not now: deliver it again after `wait`. None: never, there is nothing left to do."""

    wait: timedelta | None


def lease_delivered(session: Session, key: int, worker: str, topics: Mapping[str, Topic]) -> Leased | Later:
    """Lease the job a delivery names, for as long as its handler says.

    A lease is respected until it runs out; only that of a worker of ours that is dead is taken over at once, and one of
    `worker` itself, which asks for no job that it is at.
    """
    row = session.execute(_LEASE, _parameters(key, worker, topics)).one_or_none()
    if row is None:
        return later(session, key)
    return Leased(with_variables(session, [row], None)[0], row.lost)


def later(session: Session, key: int) -> Later:
    """When a job that cannot be leased just now should be delivered again."""
    row = session.execute(_WHY_NOT, {"key": key}).one_or_none()
    return Later(None if row is None else max(row.wait, timedelta(seconds=1)))


def release(session: Session, worker: str) -> list[int]:
    """Give back what this worker holds; it stops in good order, which costs no retry. The keys, to be queued again."""
    return list(session.execute(_RELEASE, {"worker": worker}).scalars())


def orphans(session: Session) -> list[int]:
    """The jobs whose worker was one of ours and is dead, to be queued again."""
    return list(session.execute(_ORPHANS).scalars())


def _parameters(key: int, worker: str, topics: Mapping[str, Topic]) -> dict[str, Any]:
    return {
        "key": key,
        "worker": worker,
        "topics": list(topics),
        "leases": [topic.handler.timeout for topic in topics.values()],
    }
