"""ISO 8601 points in time, durations and cycles, and cron, as diagrams write them."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from .clocks import add_months
from .cron import Cron, parse_cron
from .stuck import Stuck

_DURATION = re.compile(
    r"(?P<sign>-?)P(?:(?P<Y>\d+)Y)?(?:(?P<M>\d+)M)?(?:(?P<W>\d+)W)?(?:(?P<D>\d+)D)?"
    r"(?:T(?:(?P<h>\d+)H)?(?:(?P<m>\d+)M)?(?:(?P<s>\d+(?:\.\d+)?)S)?)?"
)
_REPEAT = re.compile(r"R(\d*)(?:/(?P<start>[^/]+))?/(?P<every>P[^/]+)")


@dataclass(frozen=True, slots=True)
class Duration:
    """Months on the calendar, and the rest as a time span."""

    months: int
    rest: timedelta

    def after(self, moment: datetime) -> datetime:
        return add_months(moment, self.months) + self.rest

    def as_timedelta(self) -> timedelta:
        """The span with months of 30 days, for what no calendar touches."""
        return timedelta(days=30 * self.months) + self.rest


@dataclass(frozen=True, slots=True)
class Cycle:
    """A repeating timer: `every` so long, or by `cron`; `times` in all, None for without end."""

    text: str
    times: int | None
    start: str | None = None
    every: Duration = Duration(0, timedelta())
    cron: Cron | None = None

    def first(self, now: datetime) -> datetime:
        return parse_instant(self.start, now) if self.start else self.next(now)

    def next(self, after: datetime) -> datetime:
        """The next time after `after`: a cycle missed while nothing ran goes on from then, it is not caught up."""
        if self.cron is None:
            return self.every.after(after)
        if (found := self.cron.next(after)) is None:
            raise unreadable("cycle", self.text)
        return found

    def left_after_first(self) -> int | None:
        return None if self.times is None else self.times - 1


def when(kind: str, text: str, now: datetime) -> datetime:
    """When a timer of this kind (date, duration, cycle) first fires. Raises Stuck for a text that is none."""
    try:
        if kind == "date":
            return parse_instant(text, now)
        if kind == "duration":
            return parse_duration(text).after(now)
        return parse_cycle(text).first(now)
    except (OverflowError, ValueError):
        # there is no such year
        raise unreadable(kind, text) from None


def parse_instant(text: str, now: datetime) -> datetime:
    """An ISO 8601 date-time; without a zone it is in that of `now`. FEEL's `@Zone/Name` and `[Zone/Name]` are read."""
    plain, _, zone = text.rstrip("]").replace("[", "@").partition("@")
    try:
        moment = datetime.fromisoformat(plain)
        if zone:
            return moment.replace(tzinfo=ZoneInfo(zone))
    except (ValueError, ZoneInfoNotFoundError):
        raise unreadable("date", text) from None
    return moment if moment.tzinfo else moment.replace(tzinfo=now.tzinfo)


def parse_duration(text: str) -> Duration:
    match = _DURATION.fullmatch(text)
    if match is None or text.lstrip("-") in ("P", "PT") or text.endswith("T"):
        raise unreadable("duration", text)
    part = {name: float(value or 0) for name, value in match.groupdict().items() if name != "sign"}
    sign = -1 if match["sign"] else 1
    try:
        rest = timedelta(weeks=part["W"], days=part["D"], hours=part["h"], minutes=part["m"], seconds=part["s"])
    except OverflowError:
        raise unreadable("duration", text) from None
    return Duration(sign * int(part["Y"] * 12 + part["M"]), sign * rest)


def parse_cycle(text: str) -> Cycle:
    """`R[n]/[start/]duration`, or cron with six fields (seconds first) or one of its macros."""
    if match := _REPEAT.fullmatch(text):
        every = parse_duration(match["every"])
        # With no time between them they would fire without end.
        if every.as_timedelta() <= timedelta() or match[1] == "0":
            raise unreadable("cycle", text)
        return Cycle(text, int(match[1]) if match[1] else None, match["start"], every)
    try:
        return Cycle(text, None, cron=parse_cron(text))
    except ValueError:
        raise unreadable("cycle", text) from None


def unreadable(kind: str, text: str) -> Stuck:
    return Stuck("EXTRACT_VALUE_ERROR", f"not_a_{kind}", {"text": text})
