"""Equality, order and membership (DMN 1.5, 10.3.2.6 and tables 42, 44, 52).

Each answers True, False or None, where None means that the two cannot be compared.
"""

from collections.abc import Callable
from datetime import date
from operator import ge, gt, le, lt
from typing import Any

from engine.feel.durations import NANOS
from engine.feel.run import Run
from engine.feel.temporal import DateTime, Time, day_number
from engine.feel.values import Range, adapt, kind_of

ORDERED = frozenset(
    (
        "number",
        "string",
        "date",
        "time",
        "date and time",
        "days and time duration",
        "years and months duration",
    )
)
_ORDERS: dict[str, Callable[[Any, Any], bool]] = {"<": lt, "<=": le, ">": gt, ">=": ge}
_REFERENCE_DAY = date(1970, 1, 1)


def equal(run: Run, left: Any, right: Any) -> bool | None:
    """`left = right`."""
    if left is None or right is None:
        return left is right
    kind = kind_of(left)
    # Different kinds are not unequal but incomparable (table 42).
    if kind != kind_of(right):
        return None
    if kind == "list":
        run.charge(len(left))
        return len(left) == len(right) and all(equal(run, mine, yours) for mine, yours in zip(left, right, strict=True))
    if kind == "context":
        run.charge(len(left))
        return left.keys() == right.keys() and all(equal(run, left[key], right[key]) for key in left)
    if kind == "range":
        return _equal_ranges(run, left, right)
    if kind in ("time", "date and time"):
        return _equal_on_clock(adapt(left), adapt(right))
    return bool(adapt(left) == adapt(right)) if kind != "function" else left is right


def compare(operator: str, left: Any, right: Any) -> bool | None:
    """`left operator right` for `<`, `<=`, `>` and `>=`."""
    kind = kind_of(left)
    if kind not in ORDERED or kind != kind_of(right):
        return None
    mine, yours = order_keys(kind, left, right)
    return None if mine is None else _ORDERS[operator](mine, yours)


def order_keys(kind: str, left: Any, right: Any) -> tuple[Any, Any]:
    """What of two values of one kind to compare; (None, None) for a local and a zoned one."""
    left, right = adapt(left), adapt(right)
    # One of them is beyond Python's years.
    if kind == "date" and type(left) is not type(right):
        return day_number(left), day_number(right)
    if kind == "time":
        return _time_keys(left, right)
    if kind == "date and time":
        if left.time.is_local != right.time.is_local:
            return None, None
        return left.instant, right.instant
    return left, right


def comparable(left: Any, right: Any) -> bool:
    """Whether the two have an order."""
    return compare("<", left, right) is not None


def in_range(run: Run, value: Any, span: Range) -> bool | None:
    """Whether the range holds the value."""
    if span.operator in ("=", "!="):
        same = equal(run, value, span.start)
        return same if same is None or span.operator == "=" else not same
    # An end that is null is unknown, which is not the same as open.
    if not span.operator and (span.start is None or span.end is None):
        return None
    if span.operator[:1] != "<":
        above = compare(">=" if span.start_included else ">", value, span.start)
        if not above or span.operator:
            return above
    return compare("<=" if span.end_included else "<", value, span.end)


def passes(run: Run, value: Any, test: Any) -> bool | None:
    """`value in test` for one test: a range, a list of values and ranges, or a value."""
    if isinstance(test, Range):
        if kind_of(value) == "range" and not test.operator:
            return equal(run, value, test)
        return in_range(run, value, test)
    if isinstance(test, list | tuple):
        run.charge(len(test))
        # A list is tested as a whole first, then as the list of values that pass.
        if kind_of(value) == "list" and equal(run, value, test):
            return True
        return any(
            (in_range(run, value, item) if isinstance(item, Range) else equal(run, value, item)) for item in test
        )
    return equal(run, value, test) or False


def _equal_ranges(run: Run, left: Range, right: Range) -> bool:
    return bool(
        left.operator == right.operator
        and (left.start_included, left.end_included) == (right.start_included, right.end_included)
        and equal(run, left.start, right.start)
        and equal(run, left.end, right.end)
    )


def _equal_on_clock(left: Time | DateTime, right: Time | DateTime) -> bool:
    # The kit of the standard (0068) wants fractions of a second left out of `=`, and only there.
    if isinstance(left, DateTime) and isinstance(right, DateTime):
        if left.time.is_local != right.time.is_local:
            return False
        return left.instant // NANOS == right.instant // NANOS
    if isinstance(left, Time) and isinstance(right, Time):
        mine, yours = _time_keys(left, right)
        return mine is not None and yours is not None and mine // NANOS == yours // NANOS
    return False


def _time_keys(left: Time, right: Time) -> tuple[int | None, int | None]:
    if left.is_local != right.is_local:
        return None, None
    return _nanoseconds_utc(left), _nanoseconds_utc(right)


def _nanoseconds_utc(time: Time) -> int:
    # A time in a zone has no date that would tell its offset; any fixed one does for comparing within a zone.
    return time.nanoseconds - (time.offset_at(_REFERENCE_DAY) or 0) * NANOS
