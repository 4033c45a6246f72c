"""Functions that make a value of one kind from others (DMN 1.5, table 73, and Camunda's JSON)."""

import json
import re
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal, DecimalException
from typing import Any

from engine.feel.builtins.dates import date_part
from engine.feel.builtins.signature import Family
from engine.feel.durations import NANOS, DaysTimeDuration, Duration, parse_duration
from engine.feel.errors import NoValue
from engine.feel.json_values import from_json, to_json
from engine.feel.limits import MAX_RESULT_DEPTH
from engine.feel.numeric import literal_number, truncated, whole
from engine.feel.range_text import parse_range
from engine.feel.run import Run
from engine.feel.temporal import MAX_OFFSET, DateTime, Time, date_time_at, make_date, zone_exists
from engine.feel.temporal_text import parse_date, parse_date_time, parse_time
from engine.feel.text import text_of

FUNCTIONS = Family()

# A string that does not end is taken to the end of the text: looking for its end again would take quadratic time.
_JSON_NESTING = re.compile(r'"(?:[^"\\]+|\\.)*"?|[\[\]{}]', re.DOTALL)


def _parsed(parse: Callable[[str], Any], text: str, what: str) -> Any:
    value = parse(text)
    if value is None:
        raise NoValue("invalid", text=text, what=what)
    return value


@FUNCTIONS.add(
    "date(from: string|date|date and time) -> date", "date(year: number, month: number, day: number) -> date"
)
def _date(run: Run, value: Any, month: Decimal | None = None, day: Decimal | None = None) -> Any:
    if month is not None and day is not None:
        return _valid("date", lambda: make_date(*map(_whole, (value, month, day))), value, month, day)
    if isinstance(value, str):
        return _parsed(parse_date, value, "date")
    return date_part(value)


@FUNCTIONS.add(
    "date and time(from: string|date|date and time) -> date and time",
    "date and time(date: date|date and time, time: time) -> date and time",
    "date and time(date: date and time, timezone: string) -> date and time",
)
def _date_and_time(run: Run, value: Any, time: Time | str | None = None) -> Any:
    if isinstance(time, str):
        return _in_zone(value, time)
    if time is not None:
        return DateTime(date_part(value), time)
    if isinstance(value, str):
        return _parsed(parse_date_time, value, "date and time")
    return value if isinstance(value, DateTime) else DateTime(value, Time(0, 0, 0))


def _in_zone(value: DateTime, zone: str) -> DateTime:
    """The same instant on the clocks of a zone; a local date-time just gets the zone."""
    if not zone_exists(zone):
        raise NoValue("invalid", text=zone, what="time zone")
    # A zone has its own offset.
    there = replace(value.time, offset=None, zone=zone)
    return DateTime(value.date, there) if value.time.is_local else date_time_at(value.instant, there)


@FUNCTIONS.add(
    "time(from: string|time|date|date and time) -> time",
    "time(hour: number, minute: number, second: number, offset?: days and time duration|null) -> time",
)
def _time(
    run: Run,
    value: Any,
    minute: Decimal | None = None,
    second: Decimal | None = None,
    offset: DaysTimeDuration | None = None,
) -> Any:
    if minute is not None and second is not None:
        return _valid("time", lambda: _clock(value, minute, second, offset), value, minute, second)
    if isinstance(value, str):
        return _parsed(parse_time, value, "time")
    if isinstance(value, Time):
        return value
    # A date stands for its midnight in UTC (10.3.2.3.6).
    return value.time if isinstance(value, DateTime) else Time(0, 0, 0, 0, 0)


def _clock(hour: Decimal, minute: Decimal, second: Decimal, offset: DaysTimeDuration | None) -> Time:
    hours, minutes, seconds = _whole(hour), _whole(minute), truncated(second)
    seconds_east = None if offset is None else int(offset.nanoseconds / NANOS)
    if not (0 <= hours < 24 and 0 <= minutes < 60 and 0 <= second < 60) or abs(seconds_east or 0) > MAX_OFFSET:
        raise ValueError
    return Time(hours, minutes, seconds, int((second - seconds).scaleb(9)), seconds_east)


@FUNCTIONS.add("duration(from: string|days and time duration|years and months duration)")
def _duration(run: Run, value: str | Duration) -> Any:
    return _parsed(parse_duration, value, "duration") if isinstance(value, str) else value


@FUNCTIONS.add(
    "number(from: string|number) -> number",
    "number(from: string, grouping separator: string|null, decimal separator: string|null) -> number",
)
def _number(run: Run, text: Any, grouping: str | None = None, point: str | None = None) -> Decimal:
    if isinstance(text, Decimal):
        return text
    if grouping not in (None, " ", ",", ".") or point not in (None, ",", ".") or (grouping == point and grouping):
        raise NoValue("invalid", text=grouping or point or "", what="separator")
    # Grouping signs may stand anywhere, as Java's number format has it.
    plain = text.replace(grouping, "") if grouping else text
    # Beside another decimal sign a point has no meaning: `?` in its place makes the text no number.
    plain = plain.replace(point, "|").replace(".", "?").replace("|", ".") if point and point != "." else plain
    value = literal_number(plain) if _looks_like_number(plain) else None
    if value is None:
        raise NoValue("invalid", text=text, what="number")
    return value


def _looks_like_number(text: str) -> bool:
    # Decimal itself would take `1_000`, `NaN` and the digits of every script.
    digits = text[1:] if text[:1] in "+-" else text
    mantissa, _, exponent = digits.lower().partition("e")
    whole_part, _, fraction = mantissa.partition(".")
    exponent_digits = exponent[1:] if exponent[:1] in ("+", "-") else exponent
    return (
        (whole_part + fraction).isascii()
        and (whole_part + fraction).isdigit()
        and (exponent_digits.isdigit() if "e" in digits.lower() else True)
        and len(text) < 1000
    )


@FUNCTIONS.add("string(from: any) -> string")
def _string(run: Run, value: Any) -> str | None:
    return None if value is None else text_of(run, value)


@FUNCTIONS.add("range(from: string) -> range")
def _range(run: Run, text: str) -> Any:
    return _parsed(parse_range, text, "range")


@FUNCTIONS.add("to json(value: any) -> string")
def _to_json(run: Run, value: Any) -> str:
    return text_of(run, to_json(value), json=True)


@FUNCTIONS.add("from json(value: string)")
def _from_json(run: Run, text: str) -> Any:
    run.charge_text(len(text) * 4)
    # Always the same answer, however much of Python's stack is left for reading it.
    if _levels(text) > MAX_RESULT_DEPTH:
        raise NoValue("invalid", text=text[:50], what="JSON")
    try:
        return from_json(
            json.loads(text, parse_float=_json_number, parse_int=_json_number, parse_constant=_json_number)
        )
    except (ValueError, RecursionError, DecimalException):
        raise NoValue("invalid", text=text, what="JSON") from None


def _levels(text: str) -> int:
    """Lists and objects in one another in a JSON text; brackets inside its strings are none."""
    level = deepest = 0
    for match in _JSON_NESTING.finditer(text):
        if match[0] in "[{":
            level += 1
            deepest = max(deepest, level)
        elif match[0] in "]}":
            level -= 1
    return deepest


def _json_number(text: str) -> Decimal:
    number = Decimal(text)
    # NaN and Infinity, which Python's reader lets in, are no JSON; nor can a number be too large to write out.
    if not number.is_finite() or literal_number(text) is None:
        raise ValueError
    return number


def _whole(number: Decimal) -> int:
    value = whole(number)
    if value is None:
        raise ValueError
    return value


def _valid(what: str, make: Callable[[], Any], *parts: Decimal) -> Any:
    try:
        return make()
    except (ValueError, OverflowError):
        raise NoValue("invalid", text=", ".join(map(str, parts)), what=what) from None
