"""What stands beside each of our loads: the peers that can be had here, asked in the same run."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from types import TracebackType
from typing import Self

from tests.benchmarks.bench import Bench
from tests.benchmarks.figures import Figure, Rate, Row
from tests.benchmarks.peers import node, spiff
from tests.benchmarks.peers.jvm import ENGINES, Jvm, jvm
from tests.benchmarks.peers.missing import Missing

IN_MEMORY = ("SEQ", "EXC", "EXT", "PAR", "CYC", "MIX", "SEQ5", "USER")
# Where each is best; one alone was always slower.
_THREADS = (4, 8)
_WARM_SECONDS = 8.0
# Until they are due: so long they may take to be put in.
_AHEAD_SECONDS = 8.0


class Beside:
    """The engines in their JVMs, which wait for their turn, and those that are started for each load."""

    def __init__(self, bench: Bench, threads: Sequence[int] = _THREADS, warm: float = _WARM_SECONDS) -> None:
        self._bench = bench
        self._threads = threads
        self._warm = warm
        self._stack = ExitStack()
        self._jvms: list[Jvm] = []
        self._lacks: set[str] = set()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()

    def open(self) -> Iterator[Figure]:
        """Start what can be had; a line for each says what it is, or why it is left out."""
        for name in ENGINES:
            try:
                engine = self._stack.enter_context(jvm(name, self._bench.ground, self._bench.seconds))
            except Missing as lack:
                yield Figure(f"{name.capitalize()} is left out", "–", str(lack))
                continue
            engine.ask("warm", self._warm)
            self._jvms.append(engine)
            yield Figure(engine.config, "")

    def rows(self, load: str) -> Iterator[Row]:
        """The peers' rows of one of our loads; none for what is ours alone."""
        if load in IN_MEMORY:
            yield from self._one("SpiffWorkflow", spiff.rates, load)
            yield from self._one("bpmn-engine", node.rates, load)
        for engine in self._jvms:
            yield from self._of_jvm(engine, load)

    def check(self) -> None:
        """Every instance the JVMs started has ended and is in their history. Raises RuntimeError."""
        for engine in self._jvms:
            engine.ask("check")

    def _one(self, name: str, rates: Callable[[str, float], Iterator[Rate]], load: str) -> Iterator[Row]:
        if name in self._lacks:
            return
        try:
            yield from rates(load, self._bench.seconds / 3)
        except Missing as lack:
            self._lacks.add(name)
            yield Figure(f"{name} is left out", "–", str(lack))

    def _of_jvm(self, engine: Jvm, load: str) -> Iterator[Row]:
        sizes = self._bench.sizes
        if load == "USER":
            yield from engine.user(self._threads, sizes.backlog)
        elif load in IN_MEMORY:
            yield from engine.rates(load, self._threads)
        elif load == "TIMER":
            [told] = engine.ask("timer", sizes.timers[0], _AHEAD_SECONDS)
            name = f"TIMER {told['n']:,} at once, {engine.name}"
            yield Figure(f"{name}: all fired after", f"{told['all_s']:.2f} s", f"{told['n'] / told['all_s']:,.0f} /s")
            yield Figure(f"{name}: lateness p50", f"{told['p50_s']:.2f} s")
            yield Figure(f"{name}: lateness p99", f"{told['p99_s']:.2f} s")
        elif load == "JOBS":
            [told] = engine.ask("jobs", sizes.jobs)
            yield Figure(f"JOBS, one worker, batches of 50, {engine.name}", f"{told['per_s']:,.0f} /s")
