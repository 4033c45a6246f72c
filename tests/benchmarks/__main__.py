"""python -m tests.benchmarks [LOAD …]: how fast it is here, beside what this machine's disk can do at most.

Without names everything is measured; with some, these loads of Trunkline alone.
"""

import argparse
import sys
from collections.abc import Iterator

from tests.benchmarks.bench import Bench
from tests.benchmarks.crew import Crew
from tests.benchmarks.dispatch import measure_dispatch
from tests.benchmarks.feel import measure_feel
from tests.benchmarks.figures import Figure, Row
from tests.benchmarks.ground import single_row_commits, with_database
from tests.benchmarks.loads import LOADS
from tests.benchmarks.sequence import measure_core


def main() -> int:
    """Measure and print row by row; 1 where a figure misses what it has to hold."""
    asked = arguments().parse_args()
    rows = []
    with with_database() as ground, Crew(ground.url, max(2, *asked.processes)) as crew:
        bench = Bench(ground, crew, tuple(asked.processes), seconds=asked.seconds)
        for row in measured(bench, asked.loads):
            sys.stdout.write(row.line() + "\n")
            sys.stdout.flush()
            rows.append(row)
    missed = [row for row in rows if isinstance(row, Figure) and not row.holds]
    return 1 if missed else 0


def arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    names = [*LOADS, "FEEL", "DISPATCH"]
    parser.add_argument("loads", nargs="*", choices=[*names, []], metavar="LOAD", help=", ".join(names))
    parser.add_argument("--seconds", type=float, default=3.0, help="how long a load is measured at each concurrency")
    parser.add_argument("--processes", type=int, nargs="+", default=[1, 2, 4], help="the concurrencies, e.g. 1 2 4")
    return parser


def measured(bench: Bench, names: list[str]) -> Iterator[Row]:
    """All rows, or those of some loads."""
    if not names or "FEEL" in names:
        yield from measure_feel(bench.seconds / 4)
    if not names:
        yield from ground_rows(bench)
    for name, load in LOADS.items():
        if not names or name in names:
            yield from load(bench)
    if not names or "DISPATCH" in names:
        yield from dispatch_rows(bench)


def ground_rows(bench: Bench) -> Iterator[Row]:
    core = measure_core(bench.seconds / 2)
    yield Figure("core alone, SEQ5", f"{core * 1000:.3f} ms", "under 0.1 ms", core < 0.0001)
    commits = single_row_commits(bench.ground, bench.seconds)
    yield Figure("pgbench, one row a commit, 1 client", f"{commits:,.0f} /s")


def dispatch_rows(bench: Bench) -> Iterator[Row]:
    dispatch = measure_dispatch(bench.ground)
    yield Figure("enqueue to handler, p50", f"{dispatch[50]:.1f} ms")
    yield Figure("enqueue to handler, p99", f"{dispatch[99]:.1f} ms", "under 50 ms", dispatch[99] < 50)


if __name__ == "__main__":
    sys.exit(main())
