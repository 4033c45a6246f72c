"""The two durations of FEEL: days and time, years and months; reading and writing their ISO 8601 text."""

import re
from dataclasses import dataclass

NANOS = 1_000_000_000
MINUTE = 60 * NANOS
HOUR = 60 * MINUTE
DAY = 24 * HOUR

# Beyond these no date of FEEL (years up to 999,999,999) can be reached, so nothing is lost.
MAX_NANOSECONDS = 2_000_000_000 * 366 * DAY
MAX_MONTHS = 2_000_000_000 * 12


@dataclass(frozen=True, slots=True, order=True)
class DaysTimeDuration:
    """A days and time duration, exact to the nanosecond."""

    nanoseconds: int

    def __str__(self) -> str:
        days, rest = divmod(abs(self.nanoseconds), DAY)
        hours, rest = divmod(rest, HOUR)
        minutes, rest = divmod(rest, MINUTE)
        seconds, nanos = divmod(rest, NANOS)
        text = f"{days}D" if days else ""
        if hours or minutes or seconds or nanos:
            text += "T" + (f"{hours}H" if hours else "") + (f"{minutes}M" if minutes else "")
            text += f"{seconds}{fraction_text(nanos)}S" if seconds or nanos else ""
        return ("-" if self.nanoseconds < 0 else "") + "P" + (text or "T0S")

    def part(self, unit: int, within: int | None) -> int:
        """How many whole `unit`s remain above whole `within`s; negative if the duration is."""
        count = (abs(self.nanoseconds) if within is None else abs(self.nanoseconds) % within) // unit
        return -count if self.nanoseconds < 0 else count


@dataclass(frozen=True, slots=True, order=True)
class YearsMonthsDuration:
    """A years and months duration."""

    months: int

    def __str__(self) -> str:
        years, months = divmod(abs(self.months), 12)
        text = (f"{years}Y" if years else "") + (f"{months}M" if months else "")
        return ("-" if self.months < 0 else "") + "P" + (text or "0M")


Duration = DaysTimeDuration | YearsMonthsDuration

_DAYS = re.compile(r"(-?)P(?:(\d+)D)?(?:(T)(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)(?:\.(\d*))?S)?)?", re.ASCII)
_MONTHS = re.compile(r"(-?)P(?:(\d+)Y)?(?:(\d+)M)?", re.ASCII)
_MAX_DIGITS = 30


def parse_duration(text: str) -> Duration | None:
    """The duration written as `text`, or None if it is none."""
    # int() of a long run of digits takes quadratic time.
    if len(text) > 4 * _MAX_DIGITS:
        return None
    return _years_months(text) or _days_time(text)


def bounded(duration: Duration) -> bool:
    """Whether the duration is small enough to be added to some date."""
    if isinstance(duration, DaysTimeDuration):
        return abs(duration.nanoseconds) <= MAX_NANOSECONDS
    return abs(duration.months) <= MAX_MONTHS


def fraction_text(nanoseconds: int) -> str:
    """The part after the seconds, with its dot, without trailing zeros."""
    return f".{nanoseconds:09d}".rstrip("0") if nanoseconds else ""


def _years_months(text: str) -> YearsMonthsDuration | None:
    match = _MONTHS.fullmatch(text)
    if match is None or (match[2] is None and match[3] is None):
        return None
    months = int(match[2] or 0) * 12 + int(match[3] or 0)
    duration = YearsMonthsDuration(-months if match[1] else months)
    return duration if bounded(duration) else None


def _days_time(text: str) -> DaysTimeDuration | None:
    match = _DAYS.fullmatch(text)
    if match is None:
        return None
    sign, days, time, hours, minutes, seconds, fraction = match.groups()
    if (days is None and not time) or (time and hours is None and minutes is None and seconds is None):
        return None
    total = int(days or 0) * DAY + int(hours or 0) * HOUR + int(minutes or 0) * MINUTE
    total += int(seconds or 0) * NANOS + int(f"{fraction or '':0<9}"[:9])
    duration = DaysTimeDuration(-total if sign else total)
    return duration if bounded(duration) else None
