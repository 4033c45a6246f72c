"""Who acts: what history writes beside everything that happens."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from engine import logs

from .principal import Principal


@dataclass(frozen=True, slots=True)
class Actor:
    """A principal by its id, for whom it acts, its unit, the way it came (web, api, worker, timer, command).

    `hops` counts what followed from what they did (see `core.surroundings`).
    """

    id: str
    source: str
    unit: str | None = None
    on_behalf_of: str | None = None
    request_id: str | None = None
    hops: int = 0


ENGINE = Actor("system:engine", "command")
TIMER = Actor("system:timer", "timer")
WORKER = Actor("system:worker", "worker")

# Each thread has one of its own: requests and jobs run side by side in a process.
_current: ContextVar[Actor] = ContextVar("actor", default=ENGINE)


def current() -> Actor:
    """Who acts here; the engine itself where nobody has been named."""
    return _current.get()


@contextmanager
def acting(actor: Actor | Principal, request_id: str | None = None) -> Iterator[Actor]:
    """Let somebody act in the block. Without a request id the one that log lines carry is taken."""
    who = actor if isinstance(actor, Actor) else of(actor, request_id)
    token = _current.set(who)
    try:
        yield who
    finally:
        _current.reset(token)


def of(principal: Principal, request_id: str | None = None) -> Actor:
    """The actor that a principal is."""
    asked = request_id or logs.request_id() or None
    return Actor(principal.id, principal.source, principal.unit, principal.on_behalf_of, asked)
