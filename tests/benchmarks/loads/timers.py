"""TIMER: timers that all fall due at one instant, fired by real workers that have nothing else to do."""

import time
from collections.abc import Iterator

import psycopg

from engine import store
from engine.instances import start
from tests.benchmarks.bench import Bench
from tests.benchmarks.children import workers
from tests.benchmarks.copies import multiply
from tests.benchmarks.diagrams import TIMER
from tests.benchmarks.figures import Figure, percentile

_FAR = "2999-01-01T00:00:00Z"
_AHEAD = 3.0
_LOOK_SECONDS = 0.01
_GIVE_UP_SECONDS = 300.0


def measure(bench: Bench) -> Iterator[Figure]:
    """Lateness by what is committed: a timer counts as fired when its row is gone."""
    bench.deploy(TIMER)
    for number in bench.sizes.timers:
        for processes in bench.workers:
            late = _lateness(bench, number, processes)
            p99 = percentile(late, 99)
            name = f"TIMER {number:,} at once, {processes} worker{'s' if processes > 1 else ''}"
            yield Figure(f"{name}: all fired after", f"{max(late):.2f} s", f"{number / max(late):,.0f} /s")
            yield Figure(f"{name}: lateness p50", f"{percentile(late, 50):.2f} s")
            aimed = number == 2_000
            yield Figure(f"{name}: lateness p99", f"{p99:.2f} s", "under 1 s" if aimed else "", not aimed or p99 < 1)


def _lateness(bench: Bench, number: int, processes: int) -> list[float]:
    """Seconds after its time that each timer's transaction was seen to be committed; never too few."""
    with store.transaction() as session:
        key = start(session, process_id="TIMER", variables={"due": _FAR}).key
    multiply(key, number)
    with psycopg.connect(bench.ground.url, autocommit=True) as connection, workers(bench.ground.url, processes):
        # Put in far ahead and then brought near, so that the instant does not depend on how fast they are put in.
        due = time.time() + _AHEAD
        connection.execute("UPDATE timers SET due_at = to_timestamp(%s)", [due])
        late: list[float] = []
        while len(late) < number:
            time.sleep(_LOOK_SECONDS)
            left = connection.execute("SELECT count(*) FROM timers").fetchone()
            assert left is not None
            seen = time.time() - due
            assert seen < _GIVE_UP_SECONDS, f"{left[0]} timers are left"
            late += [seen] * (number - left[0] - len(late))
    assert all(seconds > 0 for seconds in late), "a timer fired before its time"
    return late
