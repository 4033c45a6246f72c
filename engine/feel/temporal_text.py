"""Reading dates, times and date-times from their ISO 8601 text, strictly as XML Schema and FEEL's zone ids allow."""

import re
from datetime import timedelta

from engine.feel.durations import Duration, parse_duration
from engine.feel.temporal import (
    MAX_OFFSET,
    AnyDate,
    DateTime,
    Time,
    date_of_day_number,
    day_number,
    make_date,
    zone_exists,
)

# Four digits, or more of them without a zero in front, as XML Schema has it; FEEL's years have at most nine.
_DATE = re.compile(r"(-?(?:[1-9]\d{4,8}|\d{4}))-(\d\d)-(\d\d)", re.ASCII)
_TIME = re.compile(
    r"(\d\d):(\d\d):(\d\d)(?:\.(\d+))?(?:(Z|z)|([+-])(\d\d):(\d\d)(?::(\d\d))?|@([A-Za-z0-9_+/-]+))?", re.ASCII
)
_MIDNIGHT_AT_END = 24
_LONGEST = 120


def parse_date(text: str) -> AnyDate | None:
    """The date written as `text`, or None."""
    match = _DATE.fullmatch(text) if len(text) <= _LONGEST else None
    if match is None:
        return None
    try:
        return make_date(int(match[1]), int(match[2]), int(match[3]))
    except ValueError:
        return None


def parse_time(text: str) -> Time | None:
    """The time written as `text`, or None; 24:00:00 is midnight."""
    found = _clock(text)
    return found[0] if found else None


def parse_date_time(text: str) -> DateTime | None:
    """The date-time written as `text`, or None; a bare date is its midnight, 24:00:00 that of the next day."""
    day_text, separator, time_text = text.partition("T")
    day = parse_date(day_text)
    if day is None:
        return None
    if not separator:
        return DateTime(day, Time(0, 0, 0))
    found = _clock(time_text)
    if found is None:
        return None
    time, next_day = found
    if next_day:
        try:
            day = date_of_day_number(day_number(day) + 1)
        except ValueError:
            return None
    return DateTime(day, time)


def parse_temporal(text: str) -> AnyDate | Time | DateTime | Duration | None:
    """Whatever an @-literal may hold."""
    # Only a date-time has a T that is not a duration's.
    if "T" in text and not text.lstrip("-").startswith("P"):
        return parse_date_time(text)
    return parse_date(text) or parse_time(text) or parse_duration(text)


def _clock(text: str) -> tuple[Time, bool] | None:
    match = _TIME.fullmatch(text) if len(text) <= _LONGEST else None
    if match is None:
        return None
    hour, minute, second = int(match[1]), int(match[2]), int(match[3])
    nanosecond = int(f"{match[4] or '':0<9}"[:9])
    at_end = hour == _MIDNIGHT_AT_END and not (minute or second or nanosecond)
    if not (at_end or hour < _MIDNIGHT_AT_END) or minute > 59 or second > 59:
        return None
    offset = 0 if match[5] else None
    if match[6]:
        # timedelta would carry them over silently.
        if int(match[8]) > 59 or int(match[9] or 0) > 59:
            return None
        seconds = timedelta(hours=int(match[7]), minutes=int(match[8]), seconds=int(match[9] or 0)).seconds
        offset = -seconds if match[6] == "-" else seconds
        # The hours by themselves, too: `seconds` leaves out whole days, so 24 hours would be an offset of none.
        if int(match[7]) * 3600 > MAX_OFFSET or abs(offset) > MAX_OFFSET:
            return None
    if match[10] and not zone_exists(match[10]):
        return None
    return Time(0 if at_end else hour, minute, second, nanosecond, offset, match[10]), at_end
