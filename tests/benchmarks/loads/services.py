"""SVC: five service tasks with a handler that does nothing, through the queue and real worker processes."""

import time
from collections.abc import Iterator

import psycopg

from engine import store
from engine.instances import start
from tests.benchmarks.bench import Bench
from tests.benchmarks.children import workers
from tests.benchmarks.counting import counting, settle
from tests.benchmarks.diagrams import SVC
from tests.benchmarks.figures import OURS, Figure, Rate, percentile

_LOOK_SECONDS = 0.01
_GIVE_UP_SECONDS = 120.0
_LEFT = "SELECT count(*) FROM instances WHERE process_id = 'SVC' AND state = 'active'"
_LIVES = """
    SELECT extract(epoch FROM ended_at - started_at) * 1000 FROM instances
    WHERE process_id = 'SVC' ORDER BY key DESC LIMIT %s
"""


def start_service(process_id: str) -> None:
    store.retrying(lambda session: start(session, process_id=process_id))


def measure(bench: Bench) -> Iterator[Rate | Figure]:
    """All are started at once; p50 and p99 are of an instance's life from its start, so mostly of its waiting."""
    bench.deploy(SVC)
    number = bench.sizes.services
    for processes in bench.workers:
        with psycopg.connect(bench.ground.url, autocommit=True) as connection, workers(bench.ground.url, processes):
            _run(bench, connection, max(1, number // 4))
            settle(bench.ground.url)
            with counting(bench.ground.url) as counted:
                seconds = _run(bench, connection, number)
            lives = [float(row[0]) for row in connection.execute(_LIVES, [number])]
        times = percentile(lives, 50), percentile(lives, 99)
        yield Rate("SVC", OURS, processes, number / seconds, *times, counted.statements / number, counted.wal / number)
        yield Figure(
            f"SVC, jobs of {processes} worker{'s' if processes > 1 else ''}", f"{number * 5 / seconds:,.0f} /s"
        )


def _run(bench: Bench, connection: psycopg.Connection, number: int) -> float:
    """Seconds from the first start until all have ended."""
    began = time.monotonic()
    bench.crew.each(start_service, ["SVC"] * number, 1)
    while connection.execute(_LEFT).fetchone() != (0,):
        assert time.monotonic() - began < _GIVE_UP_SECONDS, "services are left"
        time.sleep(_LOOK_SECONDS)
    return time.monotonic() - began
