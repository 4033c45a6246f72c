"""Cron as Camunda 8 reads it: Spring's six fields, seconds first, both kinds of days having to fit.

It fires at every instant at which the wall clock of the zone reads a time that fits. So a time that the clocks skip
in spring does not come that day, and one that they show twice in autumn comes twice.
"""

import calendar
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from functools import lru_cache

_MACROS = {
    "@yearly": "0 0 0 1 1 *",
    "@annually": "0 0 0 1 1 *",
    "@monthly": "0 0 0 1 * *",
    "@weekly": "0 0 0 * * 0",
    "@daily": "0 0 0 * * *",
    "@midnight": "0 0 0 * * *",
    "@hourly": "0 0 * * * *",
}
_MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
_WEEK = ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")
_YEARS = 41  # the longest wait for a day that comes at all: 29 February on one day of the week, over 2100

Days = Callable[[int, int], set[int]]  # year and month → the days of that month that fit


@dataclass(frozen=True, slots=True)
class Cron:
    """What each field allows. A day has to fit one way of the month and one of the week."""

    seconds: tuple[int, ...]
    minutes: tuple[int, ...]
    hours: tuple[int, ...]
    of_month: tuple[Days, ...]
    months: tuple[int, ...]
    of_week: tuple[Days, ...]

    def next(self, after: datetime) -> datetime | None:
        """The first time after `after`, on the clocks of its zone; None if there is no such day."""
        # times of one zone are compared by what its clocks show, so here it is done in UTC
        first = after.astimezone(UTC).replace(microsecond=0) + timedelta(seconds=1)
        for day in self._days(first.astimezone(after.tzinfo).date()):
            for begin, end in _stretches(day, after.tzinfo):
                if end > first and (found := self._in_stretch(max(begin, first), end, after.tzinfo)):
                    return found
        return None

    def _days(self, first: date) -> Iterator[date]:
        for year in range(first.year, min(first.year + _YEARS, date.max.year)):
            for month in self.months:
                if (year, month) < (first.year, first.month):
                    continue
                of_month = set().union(*(days(year, month) for days in self.of_month))
                of_week = set().union(*(days(year, month) for days in self.of_week))
                yield from (found for day in sorted(of_month & of_week) if (found := date(year, month, day)) >= first)

    def _in_stretch(self, begin: datetime, end: datetime, zone: tzinfo | None) -> datetime | None:
        """The first time that fits from `begin` on and before `end`, between which no clock is put forward or back."""
        here = begin.astimezone(zone).time()
        wall = self._time(here)
        if wall is None:
            return None
        found = begin + (datetime.combine(date.min, wall) - datetime.combine(date.min, here))
        return found.astimezone(zone) if found < end else None

    def _time(self, first: time) -> time | None:
        """The first time of a day that fits, from this one on."""
        for hour in self.hours:
            for minute in self.minutes if hour >= first.hour else ():
                if (hour, minute) < (first.hour, first.minute):
                    continue
                for second in self.seconds:
                    if (found := time(hour, minute, second)) >= first:
                        return found
        return None


def _stretches(day: date, zone: tzinfo | None) -> list[tuple[datetime, datetime]]:
    """A day of a zone, cut where its clocks are put forward or back, in UTC."""
    begin, end = (datetime.combine(one, time(), zone).astimezone(UTC) for one in (day, day + timedelta(days=1)))
    before, after = begin, end - timedelta(seconds=1)
    offset = begin.astimezone(zone).utcoffset()
    if after.astimezone(zone).utcoffset() == offset:
        return [(begin, end)]
    # Python tells a zone's offset at an instant, not when it changes, so the change is searched by halves.
    while after - before > timedelta(seconds=1):
        middle = (before + (after - before) / 2).replace(microsecond=0)
        before, after = (middle, after) if middle.astimezone(zone).utcoffset() == offset else (before, middle)
    return [(begin, after), (after, end)]


@lru_cache(maxsize=256)
def parse_cron(text: str) -> Cron:
    """Six fields or a macro. Raises ValueError for any other text."""
    fields = _MACROS.get(text.strip().lower(), text).upper().split()
    if len(fields) != 6:
        raise ValueError(text)
    seconds, minutes, hours, of_month, months, of_week = fields
    # As texts, since a name may stand in a list or a range too.
    for number, name in enumerate(_MONTHS, 1):
        months = months.replace(name, str(number))
    for number, name in enumerate(_WEEK):
        of_week = of_week.replace(name, str(number))
    return Cron(
        _numbers(seconds, 0, 59),
        _numbers(minutes, 0, 59),
        _numbers(hours, 0, 23),
        tuple(_of_month(part) for part in of_month.split(",")),
        _numbers(months, 1, 12),
        tuple(_of_week(part) for part in of_week.split(",")),
    )


def _numbers(field: str, least: int, most: int) -> tuple[int, ...]:
    return tuple(sorted(set().union(*(_range(part, least, most) for part in field.split(",")))))


def _range(part: str, least: int, most: int) -> range:
    """`*`, `a`, `a-b`, each also with `/step`; a single number with a step goes up to the field's end."""
    span, slash, step = part.partition("/")
    first, dash, last = ("*", "", "") if span == "*" else span.partition("-")
    begin = least if span == "*" else _number(first)
    end = _number(last) if dash else most if slash or span == "*" else begin
    every = _number(step) if slash else 1
    # a range may begin with Sunday, which then is 0
    if most == 7 and dash and begin == 7:
        begin = 0
    if not least <= begin <= end <= most or every < 1:
        raise ValueError(part)
    return range(begin, end + 1, every)


def _number(text: str) -> int:
    if not (text.isascii() and text.isdigit()):
        raise ValueError(text)
    return int(text)


def _of_month(part: str) -> Days:
    """`L` the last day, `L-3` three before it, `LW` the last weekday, `15W` the weekday nearest to the 15th."""
    if part in ("L", "LW"):
        return _last if part == "L" else _last_weekday
    if part.startswith("L-"):
        back = _within(part[2:], 1, 30)
        return lambda year, month: {day for last in _last(year, month) if (day := last - back) > 0}
    if part.endswith("W"):
        wanted = _within(part[:-1], 1, 31)
        return lambda year, month: _nearest_weekday(year, month, wanted)
    days = set(_range("*" if part == "?" else part, 1, 31))
    return lambda year, month: {day for day in days if day <= _length(year, month)}


def _of_week(part: str) -> Days:
    """Days as 0 to 7, Sunday being 0 and 7; `5L` the last Friday of the month, `5#2` the second."""
    if part.endswith("L"):
        weekday = _within(part[:-1], 0, 7)
        return lambda year, month: {max(_on(year, month, weekday))}
    day, hash_, ordinal = part.partition("#")
    if hash_:
        weekday, number = _within(day, 0, 7), _within(ordinal, 1, 5)
        # A slice: a month without a fifth such day has none that fits.
        return lambda year, month: set(_on(year, month, weekday)[number - 1 : number])
    weekdays = _range("*" if part == "?" else part, 0, 7)
    return lambda year, month: {found for weekday in weekdays for found in _on(year, month, weekday)}


def _within(text: str, least: int, most: int) -> int:
    if not least <= (number := _number(text)) <= most:
        raise ValueError(text)
    return number


def _length(year: int, month: int) -> int:
    return calendar.monthrange(year, month)[1]


def _on(year: int, month: int, weekday: int) -> list[int]:
    """The days of a month on a day of the week."""
    first = 1 + ((weekday - 1) % 7 - date(year, month, 1).weekday()) % 7
    return list(range(first, _length(year, month) + 1, 7))


def _last(year: int, month: int) -> set[int]:
    return {_length(year, month)}


def _last_weekday(year: int, month: int) -> set[int]:
    last = _length(year, month)
    return {last - max(date(year, month, last).weekday() - 4, 0)}


def _nearest_weekday(year: int, month: int, wanted: int) -> set[int]:
    """The weekday nearest to a day the month has; it never lies in another month."""
    last = _length(year, month)
    if wanted > last:
        return set()
    match date(year, month, wanted).weekday():
        case calendar.SATURDAY:
            return {wanted - 1 if wanted > 1 else 3}
        case calendar.SUNDAY:
            return {wanted + 1 if wanted < last else wanted - 2}
    return {wanted}
