"""Amounts of time in the catalogue's units: min, h, d, mo run on the wall clock, wh and wd in working time."""

import calendar
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .surroundings import Surroundings

WALL = {"min": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1)}
UNITS = (*WALL, "mo", "wh", "wd")


def add(around: "Surroundings", start: datetime, amount: float, unit: str) -> datetime:
    """`amount` of `unit` after `start`. Raises KeyError for a unit outside UNITS."""
    if unit in ("wh", "wd"):
        return around.calendar.add(start, amount, unit)
    if unit == "mo":
        return add_months(start, int(amount))
    return start + WALL[unit] * amount


def elapsed(around: "Surroundings", start: datetime, end: datetime, unit: str) -> float:
    """How much of `unit` lies between two instants; months count as 30 days."""
    if unit in ("wh", "wd"):
        return around.calendar.between(start, end, unit)
    return (end - start) / WALL.get(unit, timedelta(days=30))


def add_held(
    around: "Surroundings", start: datetime, amount: float, unit: str, held: Sequence[tuple[datetime, datetime]]
) -> datetime:
    """Like `add`, but the clock stood still in the `held` intervals (ordered, apart from each other)."""
    moment = start
    for begin, end in held:
        if end <= moment:
            continue
        due = add(around, moment, amount, unit)
        if due <= begin:
            return due
        amount -= elapsed(around, moment, max(begin, moment), unit)
        moment = end
    return add(around, moment, amount, unit)


def add_months(start: datetime, months: int) -> datetime:
    """The same day so many months on, or the month's last day where it has no such day."""
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    day = min(start.day, calendar.monthrange(year, month + 1)[1])
    return start.replace(year=year, month=month + 1, day=day)
