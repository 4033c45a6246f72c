"""Working time (master data M13): weekends, public holidays and make-up days as dated data, and its FEEL functions."""

from bisect import bisect_right
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from engine import settings, yaml
from engine.errors import Invalid

DATA = Path(__file__).with_name("data") / "calendar.yaml"
# The announcement of a year comes two months before it begins.
WARNED_BEFORE = timedelta(days=61)


@dataclass(frozen=True)
class WorkingCalendar:
    """When people work. `hours` are the day's spans, `holidays` and `makeup` the days that break the week's rule."""

    zone: ZoneInfo
    hours: tuple[tuple[time, time], ...]
    weekend: frozenset[int]
    holidays: frozenset[date] = field(default_factory=frozenset)
    makeup: frozenset[date] = field(default_factory=frozenset)
    known_until: date = date.min  # past this day only weekends are known

    def is_working_day(self, day: date) -> bool:
        return day in self.makeup or (day.weekday() not in self.weekend and day not in self.holidays)

    def add(self, start: datetime, amount: float, unit: str) -> datetime:
        """`amount` working hours (wh) or working days (wd) after `start`.

        A start outside working time counts from when work begins next. A working day later is the same time of day on
        the next working day; a part of a day counts in that day's hours. Raises OverflowError past the last year.
        """
        moment = self._into_work(start.astimezone(self.zone))
        whole = int(amount if unit == "wd" else timedelta(hours=amount) / self.day_length())
        if unit == "wd":
            moment = self._days_later(moment, whole)
            amount = (amount - whole) * self.day_length() / timedelta(hours=1)
        elif whole > 1:
            # All but the last day, which may end when work does and not when it begins again.
            moment = self._days_later(moment, whole - 1)
            amount -= (whole - 1) * self.day_length() / timedelta(hours=1)
        return self._add_hours(moment, timedelta(hours=amount)).astimezone(start.tzinfo)

    def between(self, start: datetime, end: datetime, unit: str) -> float:
        """The working time between two instants, in hours (wh) or days of the usual length (wd)."""
        total = timedelta()
        day, last = start.astimezone(self.zone).date(), end.astimezone(self.zone).date()
        while day <= last:
            for opens, closes in self._spans(day):
                total += max(min(closes, end) - max(opens, start), timedelta())
            day += timedelta(days=1)
        return total / (self.day_length() if unit == "wd" else timedelta(hours=1))

    def day_length(self) -> timedelta:
        spans = (datetime.combine(date.min, end) - datetime.combine(date.min, begin) for begin, end in self.hours)
        return sum(spans, timedelta())

    def _spans(self, day: date) -> list[tuple[datetime, datetime]]:
        if not self.is_working_day(day):
            return []
        at = datetime.combine
        return [(at(day, opens, self.zone), at(day, closes, self.zone)) for opens, closes in self.hours]

    def _days_later(self, moment: datetime, count: int) -> datetime:
        if count < 1:
            return moment
        return self._into_work(datetime.combine(self._working_day(moment.date(), count), moment.time(), self.zone))

    def _working_day(self, day: date, count: int) -> date:
        """The `count`-th working day after a day."""
        a_week = 7 - len(self.weekend)
        # Whole weeks at once, as long as make-up days cannot have brought more than is wanted: a number that somebody
        # has written into an expression must not keep us counting.
        while weeks := max(0, count - len(self.makeup)) // a_week:
            later = day + timedelta(weeks=weeks)
            off = sum(day < one <= later for one in self.holidays if one.weekday() not in self.weekend)
            more = sum(day < one <= later for one in self.makeup if one.weekday() in self.weekend)
            day, count = later, count - weeks * a_week + off - more
        for _ in range(count):
            day = self._next_day(day)
        return day

    def _next_day(self, day: date) -> date:
        day += timedelta(days=1)
        while not self.is_working_day(day):
            day += timedelta(days=1)
        return day

    def _into_work(self, moment: datetime) -> datetime:
        """The moment itself inside working time, else when work begins next."""
        for opens, closes in self._spans(moment.date()):
            if moment < closes:
                return max(moment, opens)
        return self._spans(self._next_day(moment.date()))[0][0]

    def _add_hours(self, moment: datetime, left: timedelta) -> datetime:
        while left > timedelta():
            moment = self._into_work(moment)
            spans = self._spans(moment.date())
            closes = spans[bisect_right([opens for opens, _ in spans], moment) - 1][1]
            step = min(left, closes - moment)
            moment, left = moment + step, left - step
        return moment


def read(text: str, more: str = "") -> WorkingCalendar:
    """A calendar from YAML: zone, hours, weekend, holidays and make-up days by year.

    `more` is YAML of the same form that may leave anything out; what it says goes before, a year as a whole.
    Raises ValueError (NotYaml is one), KeyError, TypeError, AttributeError.
    """
    data, added = yaml.load(text), yaml.load(more) or {}
    if unknown := added.keys() - data.keys():
        raise ValueError(f"unknown: {', '.join(sorted(map(str, unknown)))}")
    years: dict[int, Any] = {**data["years"], **added.get("years", {})}
    data |= added
    hours = tuple((time.fromisoformat(begin), time.fromisoformat(end)) for begin, end in data["hours"])
    weekend = frozenset(data["weekend"])
    # Where nobody ever works, nothing would ever be due.
    if not hours or not weekend < frozenset(range(7)) or not _ascend([end for span in hours for end in span]):
        raise ValueError("hours have to follow each other on at least one day of the week, Monday being 0")
    return WorkingCalendar(
        ZoneInfo(data["zone"]),
        hours,
        weekend,
        frozenset(day for year in years.values() for span in year["holidays"] for day in _days(*span)),
        frozenset(day for year in years.values() for day in year["makeup"]),
        date(_last_of_row(years), 12, 31),
    )


def _ascend(times: list[time]) -> bool:
    return all(one < next_ for one, next_ in pairwise(times))


def _last_of_row(years: Mapping[int, Any]) -> int:
    """The last year before one is missing."""
    year = min(years)
    while year + 1 in years:
        year += 1
    return year


def _days(first: date, last: date) -> list[date]:
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]


@cache
def standard() -> WorkingCalendar:
    """The calendar that comes with Trunkline, with what the file says that TRUNKLINE_CALENDAR names. Raises Invalid."""
    file = settings.load().calendar
    try:
        return read(DATA.read_text(encoding="utf-8"), file.read_text(encoding="utf-8") if file is not None else "")
    except (ValueError, KeyError, TypeError, AttributeError, ZoneInfoNotFoundError) as error:
        raise Invalid("calendar_malformed", file=str(file), reason=str(error)) from error


def holidays_known_until() -> date:
    """The last day whose holidays are known; past it, working time is counted by weekends alone."""
    return standard().known_until


def holidays_ending(now: datetime) -> date | None:
    """The last day whose holidays are known, if it comes within two months where people work; else None."""
    calendar = standard()
    end_soon = now.astimezone(calendar.zone).date() + WARNED_BEFORE > calendar.known_until
    return calendar.known_until if end_soon else None


def functions(calendar: Any) -> dict[str, Callable[..., Any]]:
    """The calendar's FEEL functions. Each answers null for arguments of other types, as FEEL's own functions do."""

    def is_working_day(day: Any) -> Any:
        moment = _instant(day)
        # The day that it is where people work, which may be another one where the instant was written down.
        return None if moment is None else calendar.is_working_day(moment.astimezone(calendar.zone).date())

    def working_hours_after(start: Any, amount: Any) -> Any:
        return _after(start, amount, "wh")

    def working_days_after(start: Any, amount: Any) -> Any:
        return _after(start, amount, "wd")

    def _after(start: Any, amount: Any, unit: str) -> Any:
        moment = _instant(start)
        # To Python a bool is an int.
        if moment is None or isinstance(amount, bool) or not isinstance(amount, Decimal | int):
            return None
        if amount < 0:
            raise ValueError("working time before a moment is not counted")
        try:
            return calendar.add(moment, float(amount), unit).isoformat()
        except OverflowError:
            raise ValueError("there is no such year") from None

    def _instant(value: Any) -> datetime | None:
        if isinstance(value, datetime):
            return value if value.tzinfo else value.replace(tzinfo=calendar.zone)
        if isinstance(value, date):
            return datetime.combine(value, time(), calendar.zone)
        if isinstance(value, str):
            plain, _, zone = value.partition("@")
            try:
                moment = datetime.fromisoformat(plain)
                return moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo(zone) if zone else calendar.zone)
            except (ValueError, ZoneInfoNotFoundError):
                return None
        # FEEL's own date-time knows how to become text, with its zone behind an @
        return _instant(str(value)) if hasattr(value, "instant") else None

    return {
        "is working day": is_working_day,
        "working hours after": working_hours_after,
        "working days after": working_days_after,
    }
