"""Dates, times and date-times of FEEL.

A date is `datetime.date`; the few outside the years 1 to 9999 that FEEL allows are `FarDate`. A time carries
nanoseconds and either nothing, an offset from UTC or a zone id; a date-time is a date and a time.
"""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from engine.feel.durations import DAY, HOUR, MINUTE, NANOS, fraction_text

MAX_YEAR = 999_999_999
MAX_OFFSET = 18 * 3600
_EPOCH = date(1970, 1, 1).toordinal()
_DAYS_IN_400_YEARS = 146_097
# At the very ends of Python's calendar an offset would lead out of it; a year like them stands in.
_FIRST_SAFE_YEAR, _LAST_SAFE_YEAR = 2, 9998


@dataclass(frozen=True, slots=True, order=True)
class FarDate:
    """A date before year 1 or after year 9999, proleptic Gregorian like every other."""

    year: int
    month: int
    day: int

    def __str__(self) -> str:
        sign = "-" if self.year < 0 else ""
        return f"{sign}{abs(self.year):04d}-{self.month:02d}-{self.day:02d}"


AnyDate = date | FarDate


def make_date(year: int, month: int, day: int) -> AnyDate:
    """The date, or ValueError if the calendar has none such."""
    if 1 <= year <= 9999:
        return date(year, month, day)
    if abs(year) > MAX_YEAR:
        raise ValueError("the year is out of range")
    # Lets Python check month and day.
    near = date(_near(year), month, day)
    return FarDate(year, near.month, near.day)


def day_number(day: AnyDate) -> int:
    """Days since 1970-01-01."""
    if isinstance(day, date):
        return day.toordinal() - _EPOCH
    near = _near(day.year)
    cycles = (day.year - near) // 400
    return date(near, day.month, day.day).toordinal() - _EPOCH + cycles * _DAYS_IN_400_YEARS


def date_of_day_number(number: int) -> AnyDate:
    """The other way; ValueError outside FEEL's years."""
    cycles, rest = divmod(number, _DAYS_IN_400_YEARS)
    near = date.fromordinal(_EPOCH + rest)
    return make_date(near.year + 400 * cycles, near.month, near.day)


def iso_weekday(day: AnyDate) -> int:
    """1 for Monday to 7 for Sunday."""
    return (day_number(day) + 3) % 7 + 1


def days_in_month(year: int, month: int) -> int:
    """How many days the month has."""
    following = date(2000, 1, 1) if month == 12 else date(_near(year), month + 1, 1)
    return (following.toordinal() - date(_near(year), month, 1).toordinal()) if month < 12 else 31


def add_months(day: AnyDate, months: int) -> AnyDate:
    """The same day that many months on, or the last one of a shorter month."""
    years, month = divmod(day.month - 1 + months, 12)
    year = day.year + years
    return make_date(year, month + 1, min(day.day, days_in_month(year, month + 1)))


def _near(year: int) -> int:
    """A year within Python's range that has the same calendar."""
    return 2000 + year % 400


@dataclass(frozen=True, slots=True)
class Time:
    """A time of day. `offset` is in seconds east of UTC; `zone` is an IANA id; at most one of them is set."""

    hour: int
    minute: int
    second: int
    nanosecond: int = 0
    offset: int | None = None
    zone: str | None = None

    def __str__(self) -> str:
        text = f"{self.hour:02d}:{self.minute:02d}:{self.second:02d}{fraction_text(self.nanosecond)}"
        return text + (f"@{self.zone}" if self.zone else offset_text(self.offset))

    @property
    def is_local(self) -> bool:
        """Whether it names no zone and no offset."""
        return self.offset is None and self.zone is None

    @property
    def nanoseconds(self) -> int:
        """Since midnight, on its own clock."""
        return self.hour * HOUR + self.minute * MINUTE + self.second * NANOS + self.nanosecond

    def offset_at(self, day: AnyDate) -> int | None:
        """Seconds east of UTC at this time of that day."""
        if self.zone is None:
            return self.offset
        # In a near year first: FEEL's years go on beyond both ends of Python's.
        local = datetime(_near(day.year), day.month, day.day, self.hour, self.minute, self.second)  # noqa: DTZ001
        if _FIRST_SAFE_YEAR <= day.year <= _LAST_SAFE_YEAR:
            local = local.replace(year=day.year)
        return zone_offset(self.zone, local)

    def shifted(self, nanoseconds: int) -> "Time":
        """The time so much later, round the clock."""
        return time_of_nanoseconds((self.nanoseconds + nanoseconds) % DAY, self)


@dataclass(frozen=True, slots=True)
class DateTime:
    """A date and time."""

    date: AnyDate
    time: Time

    def __str__(self) -> str:
        return f"{self.date}T{self.time}"

    @property
    def offset(self) -> int | None:
        """Seconds east of UTC, or None for a local date-time."""
        return self.time.offset_at(self.date)

    @property
    def local_nanoseconds(self) -> int:
        """Since 1970 on its own clock."""
        return day_number(self.date) * DAY + self.time.nanoseconds

    @property
    def instant(self) -> int:
        """Nanoseconds since 1970 UTC; a local one is read as UTC."""
        return self.local_nanoseconds - (self.offset or 0) * NANOS

    def shifted(self, nanoseconds: int) -> "DateTime":
        """The date-time so much later in elapsed time, on the same clock."""
        if self.time.zone is None:
            # Without a zone the clock never jumps.
            return date_time_of_local(self.local_nanoseconds + nanoseconds, self.time)
        return date_time_at(self.instant + nanoseconds, self.time)


def midnight_utc(day: AnyDate) -> DateTime:
    """A date where a date-time is asked for (10.3.2.3.6)."""
    return DateTime(day, Time(0, 0, 0, 0, 0))


def time_of_nanoseconds(nanoseconds: int, like: Time) -> Time:
    """The time that many nanoseconds after midnight, in the zone of `like`."""
    seconds, nanos = divmod(nanoseconds, NANOS)
    return replace(like, hour=seconds // 3600, minute=seconds // 60 % 60, second=seconds % 60, nanosecond=nanos)


def date_time_of_local(nanoseconds: int, like: Time) -> DateTime:
    """The date-time whose own clock shows that, in the zone of `like`."""
    days, rest = divmod(nanoseconds, DAY)
    return DateTime(date_of_day_number(days), time_of_nanoseconds(rest, like))


def date_time_at(instant: int, like: Time) -> DateTime:
    """The date-time of an instant (nanoseconds since 1970 UTC), in the zone of `like`."""
    if like.zone is None:
        return date_time_of_local(instant + (like.offset or 0) * NANOS, like)
    utc = date_time_of_local(instant, Time(0, 0, 0, 0, 0))
    moment = datetime(
        _near(utc.date.year), utc.date.month, utc.date.day, utc.time.hour, utc.time.minute, utc.time.second, tzinfo=UTC
    )
    if _FIRST_SAFE_YEAR <= utc.date.year <= _LAST_SAFE_YEAR:
        moment = moment.replace(year=utc.date.year)
    offset = moment.astimezone(_zone(like.zone)).utcoffset()
    return date_time_of_local(instant + (int(offset.total_seconds()) if offset else 0) * NANOS, like)


def from_datetime(value: datetime) -> DateTime:
    """Python's date-time as FEEL's; a zone keeps its id, else the offset stays."""
    # A zone says more than its offset of the moment: adding days needs it.
    zone = value.tzinfo.key if isinstance(value.tzinfo, ZoneInfo) else None
    offset = value.utcoffset()
    seconds = None if zone or offset is None else int(offset.total_seconds())
    return DateTime(value.date(), Time(value.hour, value.minute, value.second, value.microsecond * 1000, seconds, zone))


def offset_text(offset: int | None) -> str:
    """`Z`, `+08:00`, `-02:45:55`, or nothing."""
    if offset is None:
        return ""
    if offset == 0:
        return "Z"
    minutes, seconds = divmod(abs(offset), 60)
    text = f"{'-' if offset < 0 else '+'}{minutes // 60:02d}:{minutes % 60:02d}"
    return f"{text}:{seconds:02d}" if seconds else text


def zone_exists(key: str) -> bool:
    """Whether the IANA database knows the zone id."""
    try:
        _zone(key)
    # To ZoneInfo a folder of the database, such as `Europe`, is an OSError, and a path out of it a ValueError.
    except (KeyError, ValueError, OSError):
        return False
    return True


def zone_offset(key: str, local: datetime) -> int:
    """Seconds east of UTC when clocks in the zone show `local` (the earlier one where they show it twice)."""
    offset = _zone(key).utcoffset(local)
    return int(offset.total_seconds()) if offset else 0


# ZoneInfo itself holds on to the last eight only, and reads the file of any other again.
@lru_cache(maxsize=1024)
def _zone(key: str) -> ZoneInfo:
    return ZoneInfo(key)
