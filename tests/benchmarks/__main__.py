"""python -m tests.benchmarks: how fast it is here, beside what this machine's disk can do at most."""

import argparse
import sys

from tests.benchmarks.dispatch import measure_dispatch
from tests.benchmarks.feel import measure_feel
from tests.benchmarks.ground import single_row_commits, with_database
from tests.benchmarks.sequence import measure_core, measure_durable


def main() -> int:
    """Measure and print one table; 1 where a figure misses what it has to hold."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("--seconds", type=float, default=8.0, help="how long each of the long measurements takes")
    seconds = parser.parse_args().seconds
    feel = measure_feel(seconds / 8)
    with with_database() as ground:
        core = measure_core(seconds / 2)
        commits = single_row_commits(ground, seconds)
        durable = measure_durable(ground, seconds)
        # Once more after it: the disk's pace changes by the minute.
        commits = (commits + single_row_commits(ground, seconds)) / 2
        dispatch = measure_dispatch(ground)
    share = durable / commits
    rows = [
        *feel,
        ("core alone, SEQ5", f"{core * 1000:.3f} ms", "under 0.1 ms", core < 0.0001),
        ("pgbench, one row a commit, 1 client", f"{commits:,.0f} /s", "", True),
        ("SEQ5 durable, 1 process", f"{durable:,.0f} /s", "", True),
        ("  of pgbench's commits", f"1/{1 / share:.1f}", "at least 1/6", share >= 1 / 6),
        ("enqueue to handler, p50", f"{dispatch[50]:.1f} ms", "", True),
        ("enqueue to handler, p99", f"{dispatch[99]:.1f} ms", "under 50 ms", dispatch[99] < 50),
    ]
    width = max(len(row[0]) for row in rows)
    for name, value, wanted, holds in rows:
        sys.stdout.write(f"{name:<{width}}  {value:>12}  {wanted:<14}{'' if holds else 'MISSED'}".rstrip() + "\n")
    return 0 if all(row[3] for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
