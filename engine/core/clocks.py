"""Amounts of time in the catalogue's units: min, h, d, mo run on the wall clock, wh and wd in working time."""

import calendar
from collections.abc import Sequence
from datetime import MAXYEAR, datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .surroundings import Surroundings

WALL = {"min": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1)}
WORKING = ("wh", "wd")
UNITS = (*WALL, "mo", *WORKING)


def add(around: "Surroundings", start: datetime, amount: float, unit: str) -> datetime:
    """`amount` of `unit` after `start`. Raises KeyError for a unit outside UNITS, OverflowError past the last year."""
    if unit in WORKING:
        return around.calendar.add(start, amount, unit)
    if unit == "mo":
        # Which day of the month it is, and how long that is, the people's clocks say.
        return add_months(start.astimezone(around.zone), amount).astimezone(start.tzinfo)
    return start + WALL[unit] * amount


def add_held(
    around: "Surroundings", start: datetime, amount: float, unit: str, held: Sequence[tuple[datetime, datetime]]
) -> datetime:
    """Like `add`, but the clock stood still in the `held` intervals (ordered, apart from each other)."""
    moment = start
    due = add(around, moment, amount, unit)
    for begin, end in held:
        # The intervals are the case's: they may lie before the task, whose clock did not run yet.
        if end <= moment:
            continue
        if due <= begin:
            break
        if unit in WORKING:
            amount -= around.calendar.between(moment, max(begin, moment), unit)
            due = add(around, end, amount, unit)
        else:
            # What is left of a month has no length of its own: the whole is moved by the time that the clock stood.
            due += end - max(begin, moment)
        moment = end
    return due


def add_months(start: datetime, months: float) -> datetime:
    """The same day so many months on, or the month's last day where it has no such day; a part of a month by length."""
    whole = int(months)
    moment = _same_day(start, whole)
    return moment if whole == months else moment + (_same_day(start, whole + 1) - moment) * (months - whole)


def _same_day(start: datetime, months: int) -> datetime:
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    if year > MAXYEAR:
        raise OverflowError("past the last year")
    day = min(start.day, calendar.monthrange(year, month + 1)[1])
    return start.replace(year=year, month=month + 1, day=day)
