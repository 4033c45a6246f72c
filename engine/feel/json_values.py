"""FEEL values to JSON values and back."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from engine.feel.durations import DaysTimeDuration, YearsMonthsDuration
from engine.feel.errors import FeelLimitError
from engine.feel.limits import MAX_RESULT, MAX_RESULT_DEPTH
from engine.feel.temporal import DateTime, FarDate, Time
from engine.feel.values import Function, Range, adapt

_ISO = (date, FarDate, Time, DateTime, DaysTimeDuration, YearsMonthsDuration)


def to_json(value: Any) -> Any:
    """The value for JSON: numbers stay Decimal, dates, times and durations become their ISO text, a range or a
    function (which JSON has no place for) null. FeelLimitError if it is too large or too deep."""
    # A list of one, so that all levels count down the same number.
    left = [MAX_RESULT]
    return _to_json(value, 0, left)


def _to_json(value: Any, level: int, left: list[int]) -> Any:
    left[0] -= 1
    if left[0] < 0 or level > MAX_RESULT_DEPTH:
        raise FeelLimitError("result size" if left[0] < 0 else "result depth")
    value = adapt(value)
    if isinstance(value, Decimal):
        # Python's zero may have a sign, FEEL's has none, and JSON would show it.
        return value or value.copy_abs()
    if isinstance(value, Mapping):
        return {str(key): _to_json(item, level + 1, left) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_to_json(item, level + 1, left) for item in value]
    if isinstance(value, _ISO):
        return str(value)
    return None if isinstance(value, Range | Function) else value


def from_json(value: Any) -> Any:
    """A JSON value for FEEL: numbers become Decimal, strings stay strings."""
    if isinstance(value, Mapping):
        return {str(key): from_json(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [from_json(item) for item in value]
    return adapt(value)


def check_result(value: Any) -> None:
    """FeelLimitError if the value is too large or too deep to hand out, shared parts counted each time."""
    if not isinstance(value, list | tuple | dict):
        return
    left = MAX_RESULT
    # With a stack of its own: the value may be deeper than Python's.
    pending = [(value, 0)]
    while pending:
        item, level = pending.pop()
        left -= 1
        if left < 0 or level > MAX_RESULT_DEPTH:
            raise FeelLimitError("result size" if left < 0 else "result depth")
        if isinstance(item, dict):
            pending.extend((part, level + 1) for part in item.values())
        elif isinstance(item, list | tuple):
            pending.extend((part, level + 1) for part in item)
