"""JOBS: waiting jobs served to a worker of another system in batches of 50, each completed in its own transaction."""

import time
from collections.abc import Iterator
from datetime import timedelta
from functools import partial

from engine import store
from engine.instances import start
from engine.work.activation import activate_jobs
from engine.work.jobs import complete_job
from tests.benchmarks.bench import Bench
from tests.benchmarks.copies import multiply
from tests.benchmarks.counting import counting
from tests.benchmarks.diagrams import JOBS
from tests.benchmarks.figures import OURS, Figure, Rate, percentile

_BATCH = 50
_LEASE = timedelta(minutes=1)


def serve_all(worker: str) -> list[float]:
    """Take batches until there is nothing left; gives how long each job took (ms), its share of the batch included."""
    taken: list[float] = []
    while True:
        before = time.monotonic()
        with store.transaction() as session:
            batch = activate_jobs(session, ["bench.foreign"], worker, _BATCH, _LEASE)
        if not batch:
            return taken
        share = (time.monotonic() - before) / len(batch)
        for job in batch:
            before = time.monotonic()
            store.retrying(partial(complete_job, key=job.key, variables={}))
            taken.append((time.monotonic() - before + share) * 1000)


def measure(bench: Bench) -> Iterator[Rate | Figure]:
    """One worker, as the aim has it, and two."""
    bench.deploy(JOBS)
    for processes in bench.workers:
        # Once to get warm.
        for number in (bench.sizes.jobs // 4, bench.sizes.jobs):
            with store.transaction() as session:
                key = start(session, process_id="JOBS").key
            multiply(key, number)
            with counting(bench.ground.url) as counted:
                names = [f"worker {n}" for n in range(processes)]
                window = bench.crew.each(serve_all, names, processes)
        taken = [one for answer in window.answers for one in answer]
        assert len(taken) == bench.sizes.jobs
        times = percentile(taken, 50), percentile(taken, 99)
        spent = window.busy / len(taken) * 1000, counted.seconds / len(taken) * 1000
        counts = counted.statements / len(taken), counted.wal / len(taken), *spent
        pace = len(taken) / window.seconds
        yield Rate("JOBS", OURS, processes, pace, *times, *counts)
        if processes == 1:
            yield Figure("JOBS, one worker, batches of 50", f"{pace:,.0f} /s", "at least 1,300 /s", pace >= 1_300)
