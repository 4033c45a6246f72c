"""What a load is measured with: the database, the processes, how long and how many."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from statistics import median

from engine import store
from engine.definitions import Resource, deploy
from tests.benchmarks.counting import Counted, counting
from tests.benchmarks.crew import Crew, Operation, Window
from tests.benchmarks.figures import OURS, Rate, percentile
from tests.benchmarks.ground import Ground


@dataclass(frozen=True)
class Sizes:
    """How much there is of what; the defaults are those the aims speak of."""

    timers: tuple[int, ...] = (2_000, 10_000)
    jobs: int = 2_000
    services: int = 200
    messages: int = 10_000
    turns: int = 2_000
    wide: int = 1_000
    backlog: int = 2_000
    open_tasks: int = 100_000
    page_views: int = 100


@dataclass(frozen=True)
class Bench:
    """`callers`: at which concurrencies a load is measured; `seconds`: how long at each of them.

    `workers`: how many processes serve where a load needs servers beside those that give them work.
    """

    ground: Ground
    crew: Crew
    callers: tuple[int, ...] = (1, 2, 4)
    workers: tuple[int, ...] = (1, 2)
    seconds: float = 3.0
    sizes: Sizes = field(default_factory=Sizes)

    def deploy(self, *diagrams: bytes) -> None:
        with store.transaction() as session:
            deploy(session, [Resource(f"{n}.bpmn", content) for n, content in enumerate(diagrams)])

    def rates(self, load: str, operation: Operation, items: Sequence[object]) -> Iterator[Rate]:
        """Call the operation over and over: at each concurrency a window to get warm, then three that count."""
        for callers in self.callers:
            self.crew.again(operation, items, callers, self.seconds / 4)
            with counting(self.ground.url) as counted:
                windows = [self.crew.again(operation, items, callers, self.seconds / 3) for _ in range(3)]
            yield rate(load, callers, windows, counted)


def rate(load: str, callers: int, windows: Sequence[Window], counted: Counted) -> Rate:
    """The middle one of the windows' rates; times and counts are of all of them."""
    taken = [one for window in windows for one in window.taken]
    number = len(taken)
    middle = median(window.per_second for window in windows)
    cpu = sum(window.busy for window in windows) / number * 1000
    counts = counted.statements / number, counted.wal / number, cpu, counted.seconds / number * 1000
    return Rate(load, OURS, callers, middle, percentile(taken, 50), percentile(taken, 99), *counts)
