"""What the core may know of the world, handed in with each command: time, seed, calendar and what is deployed."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from engine.dmn import Decision
from engine.feel import Chance, Moment

from .effects import Binding

MOST_HOPS = 10_000


class Catalogue(Protocol):
    """What is deployed beside the definition that runs."""

    def decision(self, decision_id: str, binding: Binding) -> tuple[int, Decision] | None:
        """The decision and its definition's key."""

    def has_process(self, process_id: str, binding: Binding) -> bool: ...

    def form_key(self, form_id: str, binding: Binding) -> int | None: ...


class Calendar(Protocol):
    """Working time: `amount` of unit wh (working hours) or wd (working days) after `start`."""

    def add(self, start: datetime, amount: float, unit: str) -> datetime: ...

    def between(self, start: datetime, end: datetime, unit: str) -> float: ...


@dataclass(frozen=True, slots=True)
class Surroundings:
    """The time and the seed of one command, and where to look things up.

    `hops`: how many messages, signals and used-up step budgets (each counted tenfold) led here one after the other,
    with nothing from outside between them. At `most_hops` the way is taken for endless.
    """

    now: datetime
    # With the same seed FEEL's random numbers are the same, so an advance that is made again comes out as before.
    seed: int
    zone: ZoneInfo
    catalogue: Catalogue
    calendar: Calendar
    functions: Mapping[str, Callable[..., Any]] = field(default_factory=dict)
    hops: int = 0
    most_hops: int = MOST_HOPS

    def moment(self) -> Moment:
        """For all evaluations of one advance: what one draws the next does not draw again."""
        now = self.now.astimezone(self.zone)
        return Moment(now=now, seed=self.seed, functions=self.functions, chance=Chance(self.seed))
