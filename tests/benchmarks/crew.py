"""Two processes that work side by side on one database, as those of a real system do, each call timed.

More callers than two are threads of these, as requests are in a web server.
"""

import gc
import multiprocessing
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import chain, cycle
from multiprocessing.connection import Connection
from types import TracebackType
from typing import Any, NoReturn, Self

from engine import store
from tests.benchmarks.figures import percentile

Operation = Callable[[Any], Any]
PROCESSES = 2
# All have their message by then, and begin together.
_HEAD_START = 0.05


@dataclass(frozen=True)
class Window:
    """How long each call took (ms), how long all of it and the processors (s), and what the calls gave back."""

    taken: list[float]
    seconds: float
    answers: list[Any]
    busy: float = 0.0

    @property
    def per_second(self) -> float:
        return len(self.taken) / self.seconds

    def percentile(self, percent: float) -> float:
        return percentile(self.taken, percent)


class Crew:
    """Each process is started when it is first needed and serves until the block ends."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._members: list[tuple[multiprocessing.process.BaseProcess, Connection]] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for process, _ in self._members:
            process.terminate()
            process.join()

    def each(self, operation: Operation, items: Sequence[Any], callers: int, seconds: float = 600.0) -> Window:
        """Call `operation` (a function of a module) once for each item, shared out evenly, for so long at most."""
        return self._window(operation, [items[n::callers] for n in range(callers)], seconds, again=False)

    def again(self, operation: Operation, items: Sequence[Any], callers: int, seconds: float) -> Window:
        """Call `operation` with these items over and over for so long; each caller begins at another one."""
        shares = [[*items[n % len(items) :], *items[: n % len(items)]] for n in range(callers)]
        return self._window(operation, shares, seconds, again=True)

    def _window(self, operation: Operation, shares: Sequence[Sequence[Any]], seconds: float, *, again: bool) -> Window:
        pipes = [pipe for _, pipe in self._recruited(min(len(shares), PROCESSES))]
        begin = time.monotonic() + _HEAD_START
        for number, pipe in enumerate(pipes):
            pipe.send((operation, shares[number :: len(pipes)], again, begin, begin + seconds))
        told = [pipe.recv() for pipe in pipes]
        failed = [answer for answer in told if isinstance(answer, BaseException)]
        if failed:
            raise failed[0]
        taken, ends, answers, busy = zip(*told, strict=True)
        return Window([*chain(*taken)], max(ends) - begin, [*chain(*answers)], sum(busy))

    def _recruited(self, number: int) -> list[tuple[multiprocessing.process.BaseProcess, Connection]]:
        context = multiprocessing.get_context("spawn")
        while len(self._members) < number:
            ours, theirs = context.Pipe()
            process = context.Process(target=_serve, args=(self._url, theirs), daemon=True)
            process.start()
            self._members.append((process, ours))
        for process, pipe in self._members[:number]:
            pipe.send(_READY)
            assert pipe.recv() == _READY, process
        return self._members[:number]


_READY = "ready"


def _serve(url: str, pipe: Connection) -> NoReturn:
    store.configure(url)
    gc.freeze()  # as the servers do
    while True:
        asked = pipe.recv()
        try:
            pipe.send(_READY if asked == _READY else _shared_out(*asked))
        except Exception as error:  # noqa: BLE001 - it is raised where the window was asked for
            pipe.send(RuntimeError(f"{type(error).__name__}: {error}"))


def _shared_out(
    operation: Operation, shares: Sequence[Sequence[Any]], again: bool, begin: float, until: float
) -> tuple[list[float], float, list[Any], float]:
    """A thread for each share but the first."""
    busy = time.process_time()
    with ThreadPoolExecutor(max(1, len(shares) - 1)) as pool:
        others = [pool.submit(_timed, operation, share, again, begin, until) for share in shares[1:]]
        told = [_timed(operation, shares[0], again, begin, until), *(other.result() for other in others)]
    taken, ends, answers = zip(*told, strict=True)
    return [*chain(*taken)], max(ends), [*chain(*answers)], time.process_time() - busy


def _timed(
    operation: Operation, items: Sequence[Any], again: bool, begin: float, until: float
) -> tuple[list[float], float, list[Any]]:
    taken: list[float] = []
    answers: list[Any] = []
    time.sleep(max(0.0, begin - time.monotonic()))
    before = time.monotonic()
    for item in cycle(items) if again else items:
        answers.append(operation(item))
        after = time.monotonic()
        taken.append((after - before) * 1000)
        before = after
        if after >= until:
            break
    return taken, before, answers
