"""Waiting for jobs: an edge that looks again and again, each time in a transaction of its own."""

import threading
from collections.abc import Collection
from datetime import timedelta

from engine import clock, store
from engine.work.activation import ActivatedJob, activate_jobs

# A worker that waits is answered at most so long after its job came, and costs one indexed statement each time.
LOOK_AGAIN = 0.1
LONGEST_WAIT = timedelta(seconds=60)


def activate_or_wait(
    types: Collection[str],
    worker: str,
    limit: int,
    lease: timedelta,
    fetch: Collection[str] | None = None,
    wait: timedelta = timedelta(),
    ended: threading.Event | None = None,
    units: Collection[str] | None = None,
) -> list[ActivatedJob]:
    """Like `activate_jobs`, but wait up to `wait` (at most a minute) of machine time for the first job to come.

    `ended` stops the waiting, since the process is about to end.
    """
    stop = ended or threading.Event()
    until = clock.machine() + min(wait, LONGEST_WAIT)
    while True:
        with store.transaction() as session:
            jobs = activate_jobs(session, types, worker, limit, lease, fetch, units)
        if jobs or clock.machine() >= until or stop.wait(LOOK_AGAIN):
            return jobs
