"""What every family of nodes needs: the table of families, places, weights, and folding of constants."""

import re
from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from engine.feel.errors import FeelLimitError
from engine.feel.run import Evaluate, Locals, Moment, Place, Run
from engine.feel.syntax import (
    Between,
    Call,
    Chain,
    Comparison,
    Literal,
    Logic,
    Name,
    Negation,
    Node,
    RangeOf,
    children,
    walk,
)

_FOLDED = (Chain, Negation, Logic, Comparison, Between, RangeOf)
# Conversions only: they are what analysts write in constant cells, and they depend on nothing.
_FOLDED_CALLS = frozenset(("date", "time", "date and time", "duration", "number", "string"))
_FOLDING_BUDGET = 1_000
_LONGEST_CONSTANT = 10_000
# What is the same at every moment needs none.
NO_MOMENT = Moment(datetime(1970, 1, 1, tzinfo=UTC))


@dataclass(frozen=True, slots=True)
class Level:
    """One level of local variables as the compiler sees it; `of_item` if the entries of a list's item are names too."""

    names: set[str]
    outer: "Level | None"
    of_item: bool = False

    def binds(self, name: str) -> bool:
        """Whether this level or one around it may hold the name."""
        return self.of_item or name in self.names or (self.outer is not None and self.outer.binds(name))


Levels = Level | None
Family = Callable[["Compiler", Any, Levels], Evaluate]
_FAMILIES: dict[type[Node], Family] = {}


def compiles(*kinds: type[Node]) -> Callable[[Family], Family]:
    """Register the function that compiles these kinds of node."""

    def register(family: Family) -> Family:
        for kind in kinds:
            _FAMILIES[kind] = family
        return family

    return register


class Compiler:
    """Compiles the nodes of one text."""

    def __init__(self, text: str) -> None:
        # Where lines begin: asked for with every node, so the text is not searched each time.
        self._lines = [0, *(match.end() for match in re.finditer("\n", text))]
        # By identity: to hash a node is to walk all that is below it.
        self._constants: set[int] = set()

    def compile(self, node: Node, levels: Levels = None) -> Evaluate:
        """The node as a function; a constant one is computed here, once."""
        evaluate = _FAMILIES[type(node)](self, node, levels)
        if isinstance(node, Literal):
            self._constants.add(id(node))
        elif self._foldable(node, levels):
            return self._folded(node, evaluate)
        return evaluate

    def is_constant(self, node: Node) -> bool:
        """Whether the node, compiled before, was found to be the same each time."""
        return id(node) in self._constants

    def place(self, node: Node) -> Place:
        """Where the node stands."""
        return self.place_at(node.at)

    def place_at(self, at: int) -> Place:
        """Where that offset stands."""
        line = bisect_right(self._lines, at)
        return line, at - self._lines[line - 1] + 1

    def _foldable(self, node: Node, levels: Levels) -> bool:
        if isinstance(node, Call):
            name = node.function.name if isinstance(node.function, Name) else ""
            if name not in _FOLDED_CALLS or (levels is not None and levels.binds(name)):
                return False
            return all(id(argument) in self._constants for argument in node.arguments)
        return isinstance(node, _FOLDED) and all(id(child) in self._constants for child in children(node))

    def _folded(self, node: Node, evaluate: Evaluate) -> Evaluate:
        # No scope and no moment: what needs either would not be constant.
        run = Run({}, NO_MOMENT, _FOLDING_BUDGET)
        try:
            value = evaluate(run, None)
        except FeelLimitError:
            return evaluate
        # A warning belongs to each evaluation, and a large string to none before it is asked for.
        if run.warnings or (isinstance(value, str) and len(value) > _LONGEST_CONSTANT):
            return evaluate
        self._constants.add(id(node))
        return constant(value)


def constant(value: Any) -> Evaluate:
    """The function that answers a value known beforehand."""

    def answer(run: Run, local: Locals) -> Any:
        return value

    answer.constant = value  # type: ignore[attr-defined]
    return answer


def constant_of(evaluate: Evaluate) -> Any:
    """The value of a constant's function; None for any other (a constant null needs no short cut)."""
    return getattr(evaluate, "constant", None)


def weight(node: Node) -> int:
    """Steps that one pass over the node costs."""
    return sum(1 for _ in walk(node))
