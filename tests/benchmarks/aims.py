"""What has to hold between two rows of a run: ours to the better peer's, and what is durable to what a disk can do."""

from collections.abc import Iterator, Mapping, Sequence

from tests.benchmarks.figures import OURS, Figure, Rate, Row, best

DURABLE = ("Operaton", "Flowable")
AIMS: Mapping[str, float] = {
    "SEQ": 1.2,
    **dict.fromkeys(("EXC", "EXT", "PAR", "CYC", "MIX", "SEQ5", "USER create", "USER complete"), 1.5),
}


def ratios(rates: Sequence[Rate]) -> Iterator[Figure]:
    """A line for each load that has an aim and was measured on both sides."""
    for load, aim in AIMS.items():
        ours = best(rates, load, OURS)
        theirs = max(
            (rate for engine in DURABLE if (rate := best(rates, load, engine))),
            key=lambda r: r.per_second,
            default=None,
        )
        if ours is None or theirs is None:
            continue
        ratio = ours.per_second / theirs.per_second
        # What is shown is what is judged.
        shown = round(ratio, 2)
        name = f"{load}: ours ({ours.concurrency}) to {theirs.engine}'s ({theirs.concurrency})"
        yield Figure(name, f"{shown:.2f} times", f"at least {aim}", shown >= aim)


def share(rows: Sequence[Row], commits: float | None) -> Iterator[Figure]:
    """SEQ5 on one process beside pgbench's commits of one row, where both were measured."""
    found = [row for row in rows if isinstance(row, Rate) and (row.load, row.engine) == ("SEQ5", OURS)]
    for rate in found:
        if rate.concurrency == 1 and commits:
            part = rate.per_second / commits
            yield Figure(
                "SEQ5 on one process, of pgbench's commits", f"1/{1 / part:.1f}", "at least 1/6", part >= 1 / 6
            )
