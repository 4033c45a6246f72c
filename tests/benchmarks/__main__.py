"""python -m tests.benchmarks [LOAD …]: how fast it is here, and how fast others are.

Without names everything is measured, the peers beside it; with some, these loads of Trunkline (--peers: also theirs).
"""

import argparse
import os
import signal
import sys
from collections.abc import Iterator

from tests.benchmarks.aims import ratios, share
from tests.benchmarks.bench import Bench
from tests.benchmarks.crew import Crew
from tests.benchmarks.dispatch import measure_dispatch
from tests.benchmarks.feel import measure_feel
from tests.benchmarks.figures import Figure, Rate, Row
from tests.benchmarks.ground import single_row_commits, with_database
from tests.benchmarks.loads import LOADS
from tests.benchmarks.modeler import measure_modeler
from tests.benchmarks.peers.beside import Beside
from tests.benchmarks.sequence import measure_core

ALONE = ("FEEL", "GROUND", "DISPATCH", "MODELER")


def main() -> int:
    """Measure and print row by row; 1 where a figure misses what it has to hold."""
    asked = arguments().parse_args()
    # Its servers end with it, however it is ended.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    rows: list[Row] = []
    commits: float | None = None
    with with_database() as ground, Crew(ground.url) as crew:
        bench = Bench(ground, crew, tuple(asked.callers), seconds=asked.seconds)
        with Beside(bench) as beside:
            before = " ".join(f"{one:.1f}" for one in os.getloadavg())
            tell(Figure("load of this machine before (1, 5, 15 minutes)", before))
            if not asked.loads or "GROUND" in asked.loads:
                commits = single_row_commits(ground, bench.seconds)
                tell(Figure("pgbench, one row a commit, 1 client", f"{commits:,.0f} /s"))
            for row in measured(bench, asked.loads, beside if asked.peers or not asked.loads else None):
                rows.append(row)
                tell(row)
            for row in [*share(rows, commits), *ratios([row for row in rows if isinstance(row, Rate)])]:
                rows.append(row)
                tell(row)
            # Last, so that what was measured has been told.
            beside.check()
    missed = [row for row in rows if isinstance(row, Figure) and not row.holds]
    sys.stdout.write(f"{len(missed)} missed\n" if missed else "nothing missed\n")
    return 1 if missed else 0


def arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    names = [*ALONE, *LOADS]
    parser.add_argument("loads", nargs="*", choices=[*names, []], metavar="LOAD", help=", ".join(names))
    parser.add_argument("--peers", action="store_true", help="the other engines too, where loads are named")
    parser.add_argument("--seconds", type=float, default=2.4, help="how long a load is measured at each concurrency")
    parser.add_argument("--callers", type=int, nargs="+", default=[1, 2, 4, 8], help="the concurrencies, e.g. 1 2")
    return parser


def measured(bench: Bench, names: list[str], beside: Beside | None) -> Iterator[Row]:
    """All rows, or those of some loads; a load and the peers' one after the other, as a machine's pace changes."""
    if not names or "FEEL" in names:
        yield from measure_feel(bench.seconds / 4)
    if not names or "GROUND" in names:
        yield core_row(bench)
    if not names or "DISPATCH" in names:
        yield from dispatch_rows(bench)
    if not names or "MODELER" in names:
        yield from measure_modeler(bench.ground)
    if beside is not None:
        yield from beside.open()
    for name, load in LOADS.items():
        if not names or name in names:
            yield from load(bench)
            if beside is not None:
                yield from beside.rows(name)


def core_row(bench: Bench) -> Row:
    core = measure_core(bench.seconds / 3)
    return Figure("core alone, SEQ5", f"{core * 1000:.3f} ms", "under 0.1 ms", core < 0.0001)


def dispatch_rows(bench: Bench) -> Iterator[Row]:
    dispatch = measure_dispatch(bench.ground)
    yield Figure("enqueue to handler, p50", f"{dispatch[50]:.1f} ms")
    yield Figure("enqueue to handler, p99", f"{dispatch[99]:.1f} ms", "under 50 ms", dispatch[99] < 50)


def tell(row: Row) -> None:
    sys.stdout.write(row.line() + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
