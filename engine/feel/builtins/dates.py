"""Functions on dates and times that are no conversions (DMN 1.5, tables 71, 77 and 79, and Camunda's)."""

from decimal import Decimal
from typing import Any

from engine.feel.builtins.signature import Family
from engine.feel.comparing import equal
from engine.feel.durations import YearsMonthsDuration
from engine.feel.run import Run
from engine.feel.temporal import (
    AnyDate,
    DateTime,
    Time,
    date_of_day_number,
    day_number,
    days_in_month,
    from_datetime,
    iso_weekday,
    make_date,
)
from engine.feel.values import kind_of

FUNCTIONS = Family()

_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)


@FUNCTIONS.add("now() -> date and time")
def _now(run: Run) -> DateTime:
    return from_datetime(run.moment.now)


@FUNCTIONS.add("today() -> date")
def _today(run: Run) -> AnyDate:
    return run.moment.now.date()


@FUNCTIONS.add("day of year(date: date|date and time) -> number")
def _day_of_year(run: Run, day: AnyDate | DateTime) -> Decimal:
    day = date_part(day)
    return Decimal(day_number(day) - day_number(make_date(day.year, 1, 1)) + 1)


@FUNCTIONS.add("day of week(date: date|date and time) -> string")
def _day_of_week(run: Run, day: AnyDate | DateTime) -> str:
    return _DAYS[iso_weekday(date_part(day)) - 1]


@FUNCTIONS.add("month of year(date: date|date and time) -> string")
def _month_of_year(run: Run, day: AnyDate | DateTime) -> str:
    return _MONTHS[date_part(day).month - 1]


@FUNCTIONS.add("week of year(date: date|date and time) -> number")
def _week_of_year(run: Run, day: AnyDate | DateTime) -> Decimal:
    # The week that holds the same week's Thursday, as ISO 8601 counts.
    number = day_number(date_part(day))
    thursday = date_of_day_number(number - (number + 3) % 7 + 3)
    first = make_date(thursday.year, 1, 1)
    return Decimal((day_number(thursday) - day_number(first)) // 7 + 1)


@FUNCTIONS.add("last day of month(date: date|date and time) -> date")
def _last_day_of_month(run: Run, day: AnyDate | DateTime) -> AnyDate:
    day = date_part(day)
    return make_date(day.year, day.month, days_in_month(day.year, day.month))


@FUNCTIONS.add(
    "years and months duration(from: date|date and time, to: date|date and time) -> years and months duration"
)
def _years_and_months_duration(run: Run, start: AnyDate | DateTime, end: AnyDate | DateTime) -> YearsMonthsDuration:
    if _key(end) >= _key(start):
        return YearsMonthsDuration(_whole_months(start, end))
    return YearsMonthsDuration(-_whole_months(end, start))


@FUNCTIONS.add("is(value1?: any, value2?: any) -> boolean")
def _is(run: Run, left: Any = None, right: Any = None) -> bool:
    if kind_of(left) != kind_of(right):
        return False
    if isinstance(left, Time | DateTime):
        # Unlike `=`, with fractions of a second and with the zone as it is written.
        return bool(left == right)
    return bool(equal(run, left, right))


def date_part(value: AnyDate | DateTime) -> AnyDate:
    """The date of a date or date-time."""
    return value.date if isinstance(value, DateTime) else value


def _key(value: AnyDate | DateTime) -> tuple[int, int]:
    time = value.time.nanoseconds if isinstance(value, DateTime) else 0
    return day_number(date_part(value)), time


def _whole_months(start: AnyDate | DateTime, end: AnyDate | DateTime) -> int:
    first, last = date_part(start), date_part(end)
    months = (last.year - first.year) * 12 + last.month - first.month
    short = (last.day, _key(end)[1]) < (first.day, _key(start)[1])
    return months - 1 if short else months
