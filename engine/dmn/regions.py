"""Unary tests made of constants, read as sets of values: what the table's fast path and the checks know of a cell.

A cell that reads a variable, calls a function or uses `?` is not constant and has no region.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from engine.dmn.constants import NO_MOMENT
from engine.feel import DaysTimeDuration, YearsMonthsDuration, compile_expression, kind_of

_STRING = r'"(?:[^"\\]|\\.)*"'
_NUMBER = r"-?\s*(?:\d+(?:\.\d+)?|\.\d+)"
_CALL = rf"(?:date|duration)\s*\(\s*{_STRING}\s*\)"
_CONSTANT = re.compile(rf"\s*({_STRING}|@{_STRING}|{_NUMBER}|true\b|false\b|{_CALL})\s*")
_COMPARISON = re.compile(r"\s*(<=|>=|<|>|!=|=)\s*")
_OPENING = re.compile(r"\s*([\[\](])")
_DOTS = re.compile(r"\s*\.\.\s*")
_CLOSING = re.compile(r"\s*([\[\])])\s*")
_NOT = re.compile(r"\s*not\s*\((.*)\)\s*\Z", re.DOTALL)

_DAY = timedelta(days=1)

# The one string that stands for all that a table does not name.
OTHERS = "…"

# Date-times and times are left out: local and zoned ones have no order among each other.
# Kinds whose Python values are ordered as FEEL orders them.
_TYPES: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "number": (Decimal,),
    "boolean": (bool,),
    "date": (date,),
    "days and time duration": (DaysTimeDuration,),
    "years and months duration": (YearsMonthsDuration,),
}


@dataclass(frozen=True, slots=True)
class Interval:
    """From low to high; None is unbounded."""

    low: Any = None
    low_closed: bool = False
    high: Any = None
    high_closed: bool = False

    def holds(self, value: Any) -> bool:
        above = self.low is None or (value >= self.low if self.low_closed else value > self.low)
        return above and (self.high is None or (value <= self.high if self.high_closed else value < self.high))

    def test(self) -> Callable[[Any], bool]:
        """`holds` as a function of its own that only asks what this interval needs."""
        low, high = self.low, self.high
        match low is not None, self.low_closed, high is not None, self.high_closed:
            case True, True, True, True:
                return lambda value: bool(low <= value <= high)
            case True, True, True, False:
                return lambda value: bool(low <= value < high)
            case True, False, True, True:
                return lambda value: bool(low < value <= high)
            case True, False, True, False:
                return lambda value: bool(low < value < high)
        return self.holds

    def meets(self, other: "Interval") -> "Interval | None":
        """The common part, or None if there is none."""
        low, low_closed = _higher_low(self, other)
        high, high_closed = _lower_high(self, other)
        empty = (
            low is not None and high is not None and (low > high or (low == high and not (low_closed and high_closed)))
        )
        return None if empty else Interval(low, low_closed, high, high_closed)

    def joined(self, following: "Interval") -> "Interval | None":
        """Both as one if the other begins where this one ends, else None."""
        end, begin = self.high, following.low
        if end is None or begin is None:
            return None
        meet = end == begin and (self.high_closed or following.low_closed)
        if meet or (isinstance(end, date) and end + _DAY == begin):
            return Interval(self.low, self.low_closed, following.high, following.high_closed)
        return None

    def of_whole_days(self) -> "Interval | None":
        """With closed ends: between two days that follow each other there is none. None if no day is left."""
        low, high = self.low, self.high
        if low is not None and not self.low_closed:
            low += _DAY
        if high is not None and not self.high_closed:
            high -= _DAY
        empty = low is not None and high is not None and low > high
        return None if empty else Interval(low, low is not None, high, high is not None)


@dataclass(frozen=True, slots=True)
class Region:
    """Values of one kind: a union of intervals; a single value is an interval of its own."""

    kind: str
    intervals: tuple[Interval, ...]

    def __post_init__(self) -> None:
        if self.kind == "date":
            days = (interval.of_whole_days() for interval in self.intervals)
            object.__setattr__(self, "intervals", tuple(interval for interval in days if interval is not None))

    def holds(self, value: Any) -> bool:
        return any(interval.holds(value) for interval in self.intervals)

    def test(self) -> Callable[[Any], bool]:
        """`holds` as a function of its own: a table asks it of each row for each evaluation."""
        points = self.points()
        if points is not None:
            return points.__contains__
        return self.intervals[0].test() if len(self.intervals) == 1 else self.holds

    def meets(self, other: "Region") -> "Region":
        if self.kind != other.kind:
            return Region(self.kind, ())
        common = (one.meets(two) for one in self.intervals for two in other.intervals)
        return Region(self.kind, tuple(part for part in common if part is not None))

    def overlaps(self, values: Interval) -> bool:
        return any(part.meets(values) is not None for part in self.intervals)

    def points(self) -> frozenset[Any] | None:
        """The values if the region is finite, else None."""
        if all(part.low is not None and part.low == part.high for part in self.intervals):
            return frozenset(part.low for part in self.intervals)
        return None

    def complement(self) -> "Region":
        gaps = [Interval()]
        for hole in self.intervals:
            before = Interval(None, False, hole.low, not hole.low_closed) if hole.low is not None else None
            after = Interval(hole.high, not hole.high_closed) if hole.high is not None else None
            pieces = [piece for piece in (before, after) if piece is not None]
            gaps = [part for gap in gaps for piece in pieces if (part := gap.meets(piece)) is not None]
        return Region(self.kind, tuple(gaps))


def point(value: Any) -> Interval:
    return Interval(value, True, value, True)


def python_types(kind: str) -> tuple[type, ...]:
    """The Python classes whose values may be asked of a region of that kind."""
    return _TYPES[kind]


def read_region(text: str) -> Region | None:
    """The set a constant unary test stands for; None if the test is anything else (`-` too)."""
    if (negated := _NOT.match(text)) is not None:
        inner = read_region(negated.group(1))
        return None if inner is None else inner.complement()
    kinds: set[str] = set()
    intervals: list[Interval] = []
    position = 0
    while True:
        found = _one_test(text, position)
        if found is None:
            return None
        kind, parts, position = found
        kinds.add(kind)
        intervals.extend(parts)
        if position == len(text):
            return Region(kinds.pop(), tuple(intervals)) if len(kinds) == 1 else None
        if text[position] != ",":
            return None
        position += 1


def read_constant(text: str) -> tuple[str, Any] | None:
    """Kind and value of a text that is one literal, else None."""
    literal = _constant(text, 0)
    return literal[:2] if literal is not None and literal[2] == len(text) else None


_Found = tuple[str, Iterable[Interval], int]


def _one_test(text: str, position: int) -> _Found | None:
    if (comparison := _COMPARISON.match(text, position)) is not None:
        constant = _constant(text, comparison.end())
        if constant is None:
            return None
        kind, value, end = constant
        return kind, _compared(kind, comparison.group(1), value), end
    if (constant := _constant(text, position)) is not None:
        kind, value, end = constant
        return kind, (point(value),), end
    return _range(text, position)


def _compared(kind: str, operator: str, value: Any) -> Iterable[Interval]:
    match operator:
        case "<" | "<=":
            return (Interval(None, False, value, operator == "<="),)
        case ">" | ">=":
            return (Interval(value, operator == ">="),)
        case "!=":
            return Region(kind, (point(value),)).complement().intervals
    return (point(value),)


def _range(text: str, position: int) -> _Found | None:
    opening = _OPENING.match(text, position)
    low = None if opening is None else _constant(text, opening.end())
    dots = None if low is None else _DOTS.match(text, low[2])
    high = None if dots is None else _constant(text, dots.end())
    closing = None if high is None else _CLOSING.match(text, high[2])
    if opening is None or low is None or high is None or closing is None or low[0] != high[0]:
        return None
    span = Interval(low[1], opening.group(1) == "[", high[1], closing.group(1) == "]")
    # FEEL has no value in a range written backwards or in `[5..5)`; an interval could not say so.
    return low[0], () if span.meets(span) is None else (span,), closing.end()


def _constant(text: str, position: int) -> tuple[str, Any, int] | None:
    """Kind, value and end of a literal; None if there is none or its kind has no order in Python."""
    literal = _CONSTANT.match(text, position)
    if literal is None:
        return None
    value = compile_expression(literal.group(1)).evaluate({}, NO_MOMENT).value
    kind = kind_of(value)
    # The class is asked for, too: a date beyond Python's years has no order with the others.
    return (kind, value, literal.end()) if kind in _TYPES and isinstance(value, _TYPES[kind]) else None


def _higher_low(one: Interval, two: Interval) -> tuple[Any, bool]:
    if one.low is None or (two.low is not None and two.low > one.low):
        return two.low, two.low_closed
    if two.low is None or one.low > two.low:
        return one.low, one.low_closed
    return one.low, one.low_closed and two.low_closed


def _lower_high(one: Interval, two: Interval) -> tuple[Any, bool]:
    if one.high is None or (two.high is not None and two.high < one.high):
        return two.high, two.high_closed
    if two.high is None or one.high < two.high:
        return one.high, one.high_closed
    return one.high, one.high_closed and two.high_closed
