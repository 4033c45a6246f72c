"""What one evaluation carries along: the scope, the moment, its warnings and what it may still spend."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from random import Random
from typing import Any

from engine.feel.errors import FeelLimitError
from engine.feel.limits import MAX_DEPTH, MAX_STRING, MAX_WARNINGS
from engine.feel.typesystem import Type
from engine.feel.warning import FeelWarning

# Line and column, from one.
Place = tuple[int, int]

# Local variables: those of this level and the levels around it.
Locals = tuple[dict[str, Any], Any] | None

# A compiled node.
Evaluate = Callable[["Run", Locals], Any]

# How often something was noted, and how many warnings were kept.
Mark = tuple[int, int]

CHARACTERS_A_STEP = 16


class Chance:
    """Random numbers for several evaluations, which draw one after the other: same seed, same numbers."""

    __slots__ = ("_random", "_seed")

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._random: Random | None = None

    @property
    def random(self) -> Random:
        """Where they are drawn from."""
        if self._random is None:
            # Made when first asked for: seeding costs more than most expressions.
            self._random = Random(self._seed)
        return self._random


@dataclass(frozen=True, slots=True)
class Moment:
    """What an evaluation may know of the world: the time, the seed of anything random, the host's functions and types.

    A host function takes FEEL values by position and gives one back; its names may hold spaces (give them to the
    compiler too). What it raises is not caught, but for `NoValue`, `ValueError` and `TypeError` (wrong
    arguments), which become a warning. With the same seed every evaluation draws the same; with a `chance` those that
    share it draw one after the other.
    """

    now: datetime
    seed: int = 0
    functions: Mapping[str, Callable[..., Any]] = field(default_factory=dict)
    types: Mapping[str, Type] = field(default_factory=dict)
    chance: Chance | None = field(default=None, compare=False)


class Run:
    """One evaluation."""

    __slots__ = ("_chance", "budget", "depth", "moment", "noted", "scope", "warnings")

    def __init__(self, scope: Mapping[str, Any], moment: Moment, budget: int) -> None:
        self.scope = scope
        self.moment = moment
        self.budget = budget
        self.depth = 0
        self.warnings: list[FeelWarning] = []
        # How often there was something to warn of, also when no more is kept.
        self.noted = 0
        self._chance = moment.chance

    @property
    def random(self) -> Random:
        """The source of random numbers: of this evaluation alone, unless the moment has one for several."""
        if self._chance is None:
            self._chance = Chance(self.moment.seed)
        return self._chance.random

    def warn(self, place: Place, code: str, **parameters: object) -> None:
        """Note why a node answered null; the same reason at the same place is kept once."""
        self.noted += 1
        if len(self.warnings) < MAX_WARNINGS:
            # Parameters are kept with an instance and shown: a value of a megabyte helps nobody.
            words = {name: str(value)[:200] for name, value in parameters.items()}
            warning = FeelWarning(code, words, *place)
            if warning not in self.warnings:
                self.warnings.append(warning)

    def mark(self) -> Mark:
        """What was noted so far, for `forget`."""
        return self.noted, len(self.warnings)

    def forget(self, mark: Mark) -> None:
        """Take back what was noted since: what a node asks about is nothing to warn of."""
        self.noted, kept = mark
        del self.warnings[kept:]

    def charge(self, steps: int) -> None:
        """Pay for work that grows with the values; FeelLimitError when nothing is left."""
        self.budget -= steps
        if self.budget < 0:
            raise FeelLimitError("steps")

    def charge_text(self, length: int) -> None:
        """Pay for making a string."""
        if length > MAX_STRING:
            raise FeelLimitError("string length")
        self.charge(length // CHARACTERS_A_STEP)

    def enter(self, levels: int) -> None:
        """Go that many levels down into a function's body; `leave` must follow."""
        self.depth += levels
        if self.depth > MAX_DEPTH:
            raise FeelLimitError("depth")

    def leave(self, levels: int) -> None:
        """Come back up."""
        self.depth -= levels
