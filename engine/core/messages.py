"""Who a message reaches: at most one receiver of each process id, once per process id (decision 7)."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Waiting:
    """A subscription as far as choosing needs it. `element` is set for a message start of a definition."""

    key: int
    process_id: str
    instance_key: int | None = None
    correlation_key: str | None = None
    element: str | None = None


def matches(waiting: Waiting, correlation_key: str) -> bool:
    """Without a correlation key a receiver matches by the message's name alone."""
    return waiting.correlation_key is None or waiting.correlation_key == correlation_key


def receivers(waiting: Iterable[Waiting], correlation_key: str, reached: Collection[str]) -> list[Waiting]:
    """For every process id not `reached` yet the receiver that has waited longest; a running one before a start."""
    chosen: dict[str, Waiting] = {}
    running_first = sorted(waiting, key=lambda w: (w.instance_key is None, w.key))
    for candidate in running_first:
        if candidate.process_id not in reached and matches(candidate, correlation_key):
            chosen.setdefault(candidate.process_id, candidate)
    return list(chosen.values())


def next_buffered(messages: Iterable[tuple[int, str, Collection[str]]], waiting: Waiting) -> int | None:
    """The key of the oldest buffered message (key, correlation key, reached process ids) this receiver takes."""
    fitting = (
        key
        for key, correlation, reached in messages
        if waiting.process_id not in reached and matches(waiting, correlation)
    )
    return min(fitting, default=None)
