"""What is measured, and how it is told: rates of loads, single figures, and what each has to hold."""

from collections.abc import Sequence
from dataclasses import dataclass

OURS = "Trunkline"


@dataclass(frozen=True, slots=True)
class Rate:
    """One load at one concurrency: how many a second, and how long one takes in ms.

    `statements`, `wal` (bytes of PostgreSQL's log), `cpu` and `server_cpu` (ms of processor time in the engine's
    processes and in PostgreSQL's) are of one instance, where they were counted.
    """

    load: str
    engine: str
    concurrency: int
    per_second: float
    p50: float
    p99: float
    statements: float | None = None
    wal: float | None = None
    cpu: float | None = None
    server_cpu: float | None = None

    def line(self) -> str:
        text = f"{self.load:<14}{self.engine:<12}{self.concurrency:>3}  {self.per_second:>9,.1f} /s"
        text += f"  p50 {self.p50:>8.2f} ms  p99 {self.p99:>8.2f} ms"
        if self.statements is not None and self.wal is not None:
            text += f"  {self.statements:>5.1f} statements  {self.wal:>8,.0f} bytes of WAL"
        if self.cpu is not None and self.server_cpu is not None:
            text += f"  cpu {self.cpu:>6.2f} + {self.server_cpu:>5.2f} ms"
        return text


@dataclass(frozen=True, slots=True)
class Figure:
    """One value with its unit. `wanted` says what it has to hold, `holds` whether it does."""

    name: str
    value: str
    wanted: str = ""
    holds: bool = True

    def line(self) -> str:
        return f"{self.name:<58}{self.value:>16}  {self.wanted:<18}{'' if self.holds else 'MISSED'}".rstrip()


Row = Rate | Figure


def percentile(values: Sequence[float], percent: float) -> float:
    """The value that `percent` of the values do not exceed (nearest rank). Raises ValueError where there are none."""
    if not values:
        raise ValueError("no values")
    ordered = sorted(values)
    rank = -(-len(ordered) * percent // 100)
    return ordered[max(0, int(rank) - 1)]


def best(rates: Sequence[Rate], load: str, engine: str) -> Rate | None:
    """An engine's highest rate of a load, whatever the concurrency."""
    return max((r for r in rates if (r.load, r.engine) == (load, engine)), key=lambda r: r.per_second, default=None)
