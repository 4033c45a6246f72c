"""LOOP and WIDE: whether a turn, or a branch that waits, costs the same however many there have been."""

import time
from collections.abc import Iterator
from typing import Any

import psycopg

from engine import store
from engine.directory.acting import acting
from engine.instances import start
from engine.work.tasks import complete_task
from tests.benchmarks.bench import Bench
from tests.benchmarks.diagrams import LOOP, LOOP_PAR, WIDE
from tests.benchmarks.figures import Figure, percentile
from tests.benchmarks.people import CLERK

# Of the times of early and late turns the tenth shortest of a hundred are compared: what else the machine does only
# makes one longer.
_FEW, _SHORT = 200, 10
_GROWN = 1.5
_OPEN = "SELECT key FROM tasks WHERE instance_key = %s AND state = 'created' ORDER BY element, key"
_SNAPSHOT = "SELECT octet_length(snapshot::text) FROM instances WHERE key = %s"


def loop(bench: Bench) -> Iterator[Figure]:
    """One user task round and round; then two in parallel, which end now in one order and now in the other."""
    bench.deploy(LOOP, LOOP_PAR)
    with psycopg.connect(bench.ground.url, autocommit=True) as connection:
        for process_id, name in (("LOOP", "one user task"), ("LOOP_PAR", "two in parallel, order changing")):
            key = _start(process_id, {})
            taken, sizes = [], []
            for turn in range(bench.sizes.turns):
                tasks = [row[0] for row in connection.execute(_OPEN, [key])]
                taken.append(sum(_complete(task) for task in (tasks if turn % 2 else reversed(tasks))))
                sizes.append(_number(connection, _SNAPSHOT, key))
            yield from _early_and_late(f"LOOP, {name}: a turn", taken)
            yield Figure(f"LOOP, {name}: its state", f"{max(sizes):,} bytes", f"{sizes[0]:,} after the first")


def wide(bench: Bench) -> Iterator[Figure]:
    """A user task for each member of a list, opened in one transaction and completed one after the other."""
    bench.deploy(WIDE)
    number = bench.sizes.wide
    before = time.monotonic()
    key = _start("WIDE", {"list": list(range(number))})
    yield Figure(f"WIDE, {number:,} user tasks: opened in", f"{(time.monotonic() - before) * 1000:.0f} ms")
    with psycopg.connect(bench.ground.url, autocommit=True) as connection:
        yield Figure("WIDE, its state", f"{_number(connection, _SNAPSHOT, key):,} bytes")
        taken = [_complete(row[0]) for row in connection.execute(_OPEN, [key]).fetchall()]
        assert not connection.execute(_OPEN, [key]).fetchall()
    few, many = _short(taken[-_FEW:]), _short(taken[len(taken) // 10 :][:_FEW])
    yield Figure("WIDE, completing one when few are waiting", f"{few:.2f} ms")
    holds = many <= _GROWN * few
    yield Figure("WIDE, completing one when nearly all are waiting", f"{many:.2f} ms", f"at most {_GROWN} times", holds)


def _early_and_late(name: str, taken: list[float]) -> Iterator[Figure]:
    # The first ones get the process warm.
    some = min(_FEW, len(taken) // 4)
    early, late = _short(taken[some : 2 * some]), _short(taken[-some:])
    yield Figure(f"{name}, early", f"{early:.2f} ms")
    yield Figure(f"{name}, late", f"{late:.2f} ms", f"at most {_GROWN} times", late <= _GROWN * early)


def _short(taken: list[float]) -> float:
    return percentile(taken, _SHORT)


def _start(process_id: str, variables: dict[str, Any]) -> int:
    return store.retrying(lambda session: start(session, process_id=process_id, variables=variables)).key


def _complete(task: int) -> float:
    """Milliseconds it took."""
    before = time.monotonic()
    with acting(CLERK):
        store.retrying(lambda session: complete_task(session, CLERK, task))
    return (time.monotonic() - before) * 1000


def _number(connection: psycopg.Connection, question: str, key: int) -> int:
    row = connection.execute(question.encode(), [key]).fetchone()
    assert row is not None
    return int(row[0])
