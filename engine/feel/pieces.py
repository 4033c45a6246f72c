"""One value for each piece into which constants cut the values of their kind: all of a piece compare alike."""

from collections.abc import Callable, Iterable
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any

from engine.feel.durations import DaysTimeDuration, YearsMonthsDuration
from engine.feel.numeric import CONTEXT
from engine.feel.values import Function, Range, kind_of

_LEAST, _MOST = Decimal("-9E6144"), Decimal("9E6144")


def _numbers(known: list[Any]) -> list[Any]:
    between = [CONTEXT.divide(CONTEXT.add(low, high), Decimal(2)) for low, high in pairwise(known)]
    return [_LEAST, *known, *between, _MOST]


def _strings(known: list[Any]) -> list[Any]:
    # What follows a string directly is that string and the least character there is.
    return ["", *(text for one in known for text in (one, one + "\0"))]


def _dates(known: list[Any]) -> list[Any]:
    day = timedelta(days=1)
    near = [one + step for one in known for step in (-day, day) if date.min < one < date.max]
    return [*known, *near]


def _days_times(known: list[Any]) -> list[Any]:
    return [DaysTimeDuration(one.nanoseconds + step) for one in known for step in (-1, 0, 1)]


def _years_months(known: list[Any]) -> list[Any]:
    return [YearsMonthsDuration(one.months + step) for one in known for step in (-1, 0, 1)]


# Each with a constant to cut at: what is compared with nothing has pieces of its kind as well.
_CUT: dict[str, tuple[Callable[[list[Any]], list[Any]], Any]] = {
    "number": (_numbers, Decimal(0)),
    "string": (_strings, ""),
    "boolean": (lambda known: [False, True], False),
    "date": (_dates, date(2000, 1, 1)),
    "days and time duration": (_days_times, DaysTimeDuration(0)),
    "years and months duration": (_years_months, YearsMonthsDuration(0)),
}

# The kinds whose values are known piece by piece; of date-times some have no order, so they are left out.
CUT_KINDS = frozenset(_CUT)
# These can only be equal or not.
_WHOLE = frozenset(("null", "list", "context"))


def pieces(constants: Iterable[Any], kind: str) -> list[Any] | None:
    """Values for all pieces of the constants' kinds and of `kind`; None where that cannot be told."""
    by_kind: dict[str, list[Any]] = {kind: [_CUT[kind][1]]} if kind in _CUT else {}
    found: list[Any] = []
    for constant in constants:
        own = kind_of(constant)
        if own in _CUT and (own != "date" or type(constant) is date):
            by_kind.setdefault(own, []).append(constant)
        elif own in _WHOLE:
            found.append(constant)
        elif not isinstance(constant, Range | Function):
            return None
    for own, known in by_kind.items():
        found += _CUT[own][0](sorted(set(known)))
    return found
