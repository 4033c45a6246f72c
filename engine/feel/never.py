"""Conditions that can never be true, told without running them on anybody's variables.

What a condition compares with constants is true or not by pieces: between two constants nothing changes. So it is
evaluated, by the same compiler as ever, for one value of each piece; whatever else it holds may be anything. That no
value passes is then certain, and a condition that is too large or of another make is simply not judged.
"""

from collections.abc import Iterable, Mapping
from collections.abc import Iterator as Iterating
from dataclasses import dataclass, field, fields, replace
from itertools import product
from math import prod
from typing import Any

from engine.feel.analysis import INPUT, reading_of, result_type
from engine.feel.compiler import Compiler
from engine.feel.compiler.base import NO_MOMENT, weight
from engine.feel.errors import FeelLimitError
from engine.feel.pieces import CUT_KINDS, pieces
from engine.feel.run import Run
from engine.feel.syntax import (
    Between,
    Call,
    Chain,
    Comparison,
    If,
    In,
    Iterator,
    Logic,
    Name,
    Negation,
    Node,
    Path,
    Tests,
    children,
    walk,
)
from engine.feel.text import text_of
from engine.feel.tokens import Sort, tokenize
from engine.feel.values import Range, kind_of
from engine.feel.warning import FeelWarning

_LARGEST = 300  # nodes of a condition
# Nodes that run in all trials of a condition, so that no file of many conditions is long in checking.
_MOST_WORK = 40_000
_BUDGET = 2_000
_DRAWN = frozenset(("random number", "uuid"))
_OF_THE_MOMENT = _DRAWN | {"now", "today"}


@dataclass(slots=True)
class _Unknown:
    """A part that may have any value of its type, and the constants it is compared with."""

    said: str
    kind: str
    is_null: bool = False
    constants: list[Any] = field(default_factory=list)

    def values(self) -> list[Any] | None:
        """One value of each piece, and null; None if its values cannot be told apart so."""
        if self.is_null:
            return [None]
        found = pieces(self.constants, self.kind)
        if found is None:
            return None
        if self.kind in CUT_KINDS:
            return [None, *(value for value in found if kind_of(value) == self.kind)]
        # Compared with nothing it is a condition by itself.
        return [None, True, False, _ALIEN, *found]


# A value that equals no constant and has no order.
_ALIEN = {" ": None}


def never_true(tree: Node, text: str) -> FeelWarning | None:
    """Why the condition is true for no variables at all, at the place that decides it; None if it may be true."""
    if weight(tree) > _LARGEST:
        return None
    judge = _Judge(text)
    skeleton = judge.skeleton(tree)
    return judge.reason(skeleton) if judge.fails(skeleton) else None


def condition_of(tests: Tests) -> Node:
    """Unary tests as a condition on `?`, for `never_true`."""
    input_value = Name(tests.at, INPUT)
    conditions = tuple(
        item if _reads_input(item) else In(item.at, replace(input_value, at=item.at), (item,)) for item in tests.items
    )
    whole = conditions[0] if len(conditions) == 1 else Logic(tests.at, "or", conditions)
    return Call(tests.at, Name(tests.at, "not"), (whole,)) if tests.negated else whole


class _Judge:
    """One condition: `skeleton` puts names for its unknown parts, which are then tried out."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._compiler = Compiler(text)
        self._unknown: dict[str, _Unknown] = {}
        self._names: dict[Node, str] = {}

    def skeleton(self, node: Node) -> Node:
        """The condition with a name in place of each part whose value is not known."""
        if _closed(node):
            return node
        if isinstance(node, Logic):
            return replace(node, operands=tuple(self.skeleton(operand) for operand in node.operands))
        if isinstance(node, If):
            branches = tuple((self.skeleton(condition), self.skeleton(value)) for condition, value in node.branches)
            return replace(node, branches=branches, otherwise=self.skeleton(node.otherwise))
        if isinstance(node, Call) and _is_not(node):
            return replace(node, arguments=tuple(self.skeleton(argument) for argument in node.arguments))
        if isinstance(node, Comparison) and (_closed(node.left) or _closed(node.right)):
            left, right = node.left, node.right
            sides = (left, self._name(right, [left])) if _closed(left) else (self._name(left, [right]), right)
            return replace(node, left=sides[0], right=sides[1])
        if isinstance(node, Between) and _closed(node.low) and _closed(node.high):
            return replace(node, operand=self._name(node.operand, [node.low, node.high]))
        if isinstance(node, In) and all(_closed(test) for test in node.tests):
            return replace(node, operand=self._name(node.operand, node.tests))
        return self._name(node, ())

    def _name(self, node: Node, compared: Iterable[Node]) -> Name:
        # Two parts written alike have the same value wherever they stand, unless they draw it.
        written = node if _draws(node) else _without_place(node)
        name = self._names.setdefault(written, str(len(self._names)))
        if name not in self._unknown:
            self._unknown[name] = _Unknown(_written(node, self._text), result_type(node).name, self._is_null(node))
        for other in compared:
            self._unknown[name].constants += self._constants(other)
        return Name(node.at, name)

    def _is_null(self, node: Node) -> bool:
        """Whether it is arithmetic with a null, which is null whatever the other operands are."""
        return isinstance(node, Chain | Negation) and any(
            _closed(operand) and self._value(operand) == (None,) for operand in children(node)
        )

    def _constants(self, node: Node) -> list[Any]:
        value = self._value(node)
        return [] if not value else list(_within(value[0]))

    def _value(self, node: Node, scope: Mapping[str, Any] | None = None) -> tuple[Any] | None:
        try:
            return (self._tried(node, scope or {})[0],)
        except FeelLimitError:
            return None

    def _tried(self, node: Node, scope: Mapping[str, Any]) -> tuple[Any, list[FeelWarning]]:
        run = Run(scope, NO_MOMENT, _BUDGET)
        return self._compiler.compile(node)(run, None), run.warnings

    def fails(self, node: Node) -> bool:
        """Whether the condition is true for no value of its unknown parts."""
        if isinstance(node, Logic) and node.operator == "and":
            return any(self._group_fails(group) for group in self._groups(node))
        if isinstance(node, Logic):
            return all(self.fails(operand) for operand in node.operands)
        return self._group_fails([node])

    def _groups(self, node: Logic) -> list[list[Node]]:
        """The operands of `and`, those together that share an unknown part."""
        groups: list[tuple[set[str], list[Node]]] = []
        for operand in node.operands:
            names, members = _names_in(operand), [operand]
            apart = []
            for group in groups:
                if group[0] & names:
                    names, members = names | group[0], group[1] + members
                else:
                    apart.append(group)
            groups = [*apart, (names, members)]
        return [members for _, members in groups]

    def _group_fails(self, conditions: list[Node]) -> bool:
        names = sorted(set().union(*map(_names_in, conditions)))
        values = [self._unknown[name].values() for name in names]
        known = [found for found in values if found is not None]
        work = sum(map(weight, conditions)) * prod(map(len, known))
        if len(known) < len(values) or work > _MOST_WORK:
            return False
        compiled = [self._compiler.compile(condition) for condition in conditions]
        try:
            return not any(
                all(
                    condition(Run(dict(zip(names, trial, strict=True)), NO_MOMENT, _BUDGET), None) is True
                    for condition in compiled
                )
                for trial in product(*known)
            )
        except FeelLimitError:
            return False

    def reason(self, node: Node) -> FeelWarning:
        """What is wrong with a condition that fails."""
        if isinstance(node, Logic):
            failing = next((operand for operand in node.operands if self.fails(operand)), None)
            if failing is not None:
                return self.reason(failing)
            return self._exclusion(node)
        names = sorted(_names_in(node))
        place = self._compiler.place(node)
        if isinstance(node, Comparison) and node.operator not in ("=", "!=") and self._has_null(node):
            return FeelWarning("null_has_no_order", {}, *place)
        said = self._incomparable(node, names)
        if said is not None:
            return said
        if not names:
            value = self._value(node)
            shown = "null" if value is None else text_of(Run({}, NO_MOMENT, _BUDGET), value[0])
            return FeelWarning("always", {"value": shown}, *place)
        null = next((self._unknown[name].said for name in names if self._unknown[name].is_null), None)
        if null is not None:
            return FeelWarning("always_null", {"name": null}, *place)
        return FeelWarning("no_value_passes", {"name": self._all_said(names)}, *place)

    def _has_null(self, node: Comparison) -> bool:
        return any(_closed(side) and self._value(side) == (None,) for side in (node.left, node.right))

    def _exclusion(self, node: Logic) -> FeelWarning:
        group = next(group for group in self._groups(node) if self._group_fails(group))
        names = sorted(set().union(*map(_names_in, group)))
        return FeelWarning("tests_exclude", {"name": self._all_said(names)}, *self._compiler.place(group[-1]))

    def _incomparable(self, node: Node, names: list[str]) -> FeelWarning | None:
        """What every value there is was warned of in the same way, such as a comparison of two kinds."""
        found: FeelWarning | None = None
        for trial in product(*(self._unknown[name].values() or [] for name in names)):
            # Null is warned of in words of its own, which would hide what is wrong with every other value.
            if names and None in trial:
                continue
            warnings = self._tried(node, dict(zip(names, trial, strict=True)))[1]
            if not warnings or found not in (None, warnings[0]):
                return None
            found = warnings[0]
        return found

    def _all_said(self, names: list[str]) -> str:
        return ", ".join(f"`{said}`" for said in dict.fromkeys(self._unknown[name].said for name in names))


def _closed(node: Node) -> bool:
    """Whether it has the same value each time; a test such as `< 5` has, if its operand has."""
    reading = reading_of(node)
    return (
        not reading.paths
        and not _reads_input(node)
        and not any(isinstance(part, Name) and part.name in _OF_THE_MOMENT for part in walk(node))
    )


def _reads_input(node: Node) -> bool:
    return any(isinstance(part, Name) and part.name == INPUT for part in walk(node))


def _draws(node: Node) -> bool:
    return any(isinstance(part, Name) and part.name in _DRAWN for part in walk(node))


def _is_not(node: Call) -> bool:
    return node.function == Name(node.function.at, "not") and len(node.arguments) == 1


def _names_in(node: Node) -> set[str]:
    """The unknown parts of a skeleton: no name of FEEL is a number."""
    return {part.name for part in walk(node) if isinstance(part, Name) and part.name.isdecimal()}


def _within(value: Any) -> Iterating[Any]:
    """The value and what it is made of as a test: the ends of a range, the items of a list."""
    if isinstance(value, Range):
        yield from (value.start, value.end)
        return
    # Nobody who writes `x in []` means that x is the empty list.
    if value != []:
        yield value
    if isinstance(value, list):
        for item in value:
            yield from _within(item)


def _without_place(node: Node) -> Node:
    """The same node at offset 0, so that parts written alike are equal."""
    changes = {part.name: _moved(getattr(node, part.name)) for part in fields(node)}
    return replace(node, **changes | {"at": 0})


def _moved(part: Any) -> Any:
    if isinstance(part, Node):
        return _without_place(part)
    if isinstance(part, Iterator):
        return replace(part, **{one.name: _moved(getattr(part, one.name)) for one in fields(part)})
    if isinstance(part, tuple) and type(part) is tuple:
        return tuple(_moved(one) for one in part)
    # The offset of an operator.
    return 0 if type(part) is int else part


def _written(node: Node, text: str) -> str:
    """The node as it stands in the text, with the brackets that it opens closed."""
    if isinstance(node, Path):
        return f"{_written(node.base, text)}.{node.name}"
    if isinstance(node, Name):
        return node.name
    parts = list(walk(node))
    start, last = min(part.at for part in parts), max(parts, key=lambda part: (part.at, len(getattr(part, "name", ""))))
    least = last.at + len(getattr(last, "name", ""))
    level = 0
    for token in tokenize(text):
        if token.start >= start and token.sort is Sort.SIGN:
            level += (token.text in "([{") - (token.text in ")]}")
        if token.start >= last.at and token.end >= least and level <= 0:
            return text[start : token.end]
    return text[start:]
