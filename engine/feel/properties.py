"""Properties of dates, times, durations and ranges (DMN 1.5, tables 65 and 66)."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from engine.feel.durations import DAY, HOUR, MINUTE, NANOS, DaysTimeDuration, YearsMonthsDuration
from engine.feel.errors import NoValue
from engine.feel.temporal import DateTime, Time, iso_weekday

Property = Callable[[Any], Any]


def property_of(kind: str, value: Any, name: str) -> Any:
    """`value.name`, or NoValue if its kind has no such property."""
    found = PROPERTIES[kind].get(name)
    if found is None:
        raise NoValue("no_property", kind=kind, name=name)
    return found(value)


def _time_of(value: Time | DateTime) -> Time:
    return value.time if isinstance(value, DateTime) else value


def _seconds(value: Time | DateTime) -> Decimal:
    time = _time_of(value)
    return Decimal(time.second) + Decimal(time.nanosecond).scaleb(-9).normalize()


def _offset(value: Time | DateTime) -> DaysTimeDuration | None:
    offset = value.offset
    return None if offset is None else DaysTimeDuration(offset * NANOS)


def _whole_seconds(duration: DaysTimeDuration) -> Decimal:
    nanoseconds = abs(duration.nanoseconds) % MINUTE
    # Adding nothing takes back the exponent that normalize gives to tens: 5E+1.
    seconds = Decimal(nanoseconds).scaleb(-9).normalize() + 0
    return -seconds if duration.nanoseconds < 0 else seconds


def _years(duration: YearsMonthsDuration) -> Decimal:
    # Toward zero: minus 14 months are minus one year and minus two months.
    years = abs(duration.months) // 12
    return Decimal(-years if duration.months < 0 else years)


def _months(duration: YearsMonthsDuration) -> Decimal:
    months = abs(duration.months) % 12
    return Decimal(-months if duration.months < 0 else months)


_DATE: dict[str, Property] = {
    "year": lambda value: Decimal(value.year),
    "month": lambda value: Decimal(value.month),
    "day": lambda value: Decimal(value.day),
    "weekday": lambda value: Decimal(iso_weekday(value)),
}
_CLOCK: dict[str, Property] = {
    "hour": lambda value: Decimal(_time_of(value).hour),
    "minute": lambda value: Decimal(_time_of(value).minute),
    "second": _seconds,
    "time offset": _offset,
    "timezone": lambda value: _time_of(value).zone,
}


def _of_date_part(read: Property) -> Property:
    return lambda value: read(value.date)


# By kind and name.
PROPERTIES: dict[str, dict[str, Property]] = {
    "date": _DATE,
    "time": _CLOCK,
    "date and time": {name: _of_date_part(read) for name, read in _DATE.items()} | _CLOCK,
    "days and time duration": {
        "days": lambda value: Decimal(value.part(DAY, None)),
        "hours": lambda value: Decimal(value.part(HOUR, DAY)),
        "minutes": lambda value: Decimal(value.part(MINUTE, HOUR)),
        "seconds": _whole_seconds,
    },
    "years and months duration": {"years": _years, "months": _months},
    "range": {
        "start": lambda value: value.start,
        "end": lambda value: value.end,
        "start included": lambda value: value.start_included,
        "end included": lambda value: value.end_included,
    },
}
