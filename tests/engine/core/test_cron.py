"""Cron with Spring's six fields: known dates, days of every notation, and clocks that are put forward and back."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from engine.core.cron import parse_cron
from engine.core.stuck import Stuck
from engine.core.timers import parse_cycle

SHANGHAI, BERLIN = ZoneInfo("Asia/Shanghai"), ZoneInfo("Europe/Berlin")


def times(text: str, after: datetime, count: int) -> list[datetime]:
    found = []
    for _ in range(count):
        later = parse_cron(text).next(after)
        assert later is not None
        assert later.tzinfo is after.tzinfo
        found.append(after := later)
    return found


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("0 0 0 L * *", "2026-01-31 2026-02-28 2026-03-31 2026-04-30"),
        ("0 0 0 LW * *", "2026-01-30 2026-02-27 2026-03-31 2026-04-30 2026-05-29"),
        ("0 0 0 L-3 * *", "2026-01-28 2026-02-25 2026-03-28 2026-04-27"),
        ("0 0 0 L-30 * ?", "2026-01-01 2026-03-01 2026-05-01"),
        ("0 0 0 15W * *", "2026-01-15 2026-02-16 2026-03-16 2026-04-15 2026-05-15"),
        ("0 0 0 1W * *", "2026-01-01 2026-02-02 2026-03-02 2026-04-01 2026-05-01"),
        ("0 0 0 1W 8 *", "2026-08-03 2027-08-02"),
        # a weekday of the same month, and none where the month has no such day
        ("0 0 0 31W * *", "2026-01-30 2026-03-31 2026-05-29 2026-07-31"),
        ("0 0 0 L,15W * *", "2026-01-15 2026-01-31 2026-02-16 2026-02-28"),
        ("0 0 0 ? * 5L", "2026-01-30 2026-02-27 2026-03-27"),
        ("0 0 0 * * THUL", "2026-01-29 2026-02-26 2026-03-26"),
        ("0 0 0 * * 7L", "2026-01-25 2026-02-22 2026-03-29"),
        ("0 0 0 ? * 5#2", "2026-01-09 2026-02-13 2026-03-13"),
        ("0 0 0 ? * mon#1", "2026-01-05 2026-02-02 2026-03-02"),
        ("0 0 0 ? * MON#5", "2026-03-30 2026-06-29 2026-08-31"),
        ("0 0 0 ? * MON#1,FRIL", "2026-01-05 2026-01-30 2026-02-02 2026-02-27"),
        ("0 0 0 ? * SUN-TUE", "2026-01-04 2026-01-05 2026-01-06 2026-01-11"),
        ("0 0 0 ? * 0,7", "2026-01-04 2026-01-11"),
        ("0 0 0 13 * FRI", "2026-02-13 2026-03-13 2026-11-13"),
        ("0 0 0 L * FRI", "2026-07-31 2027-04-30 2027-12-31"),
        ("0 0 0 29 2 *", "2028-02-29 2032-02-29"),
        ("0 0 0 29 FEB MON", "2044-02-29 2072-02-29 2112-02-29"),
        ("0 0 0 10-20/5 jan,Dec ?", "2026-01-10 2026-01-15 2026-01-20 2026-12-10"),
        ("@yearly", "2027-01-01 2028-01-01"),
        ("@annually", "2027-01-01 2028-01-01"),
        ("@monthly", "2026-02-01 2026-03-01"),
        ("@weekly", "2026-01-04 2026-01-11"),
        (" @Daily ", "2026-01-02 2026-01-03"),
        ("@midnight", "2026-01-02 2026-01-03"),
    ],
)
def test_days(text: str, days: str) -> None:
    begin = (
        datetime(2025, 12, 31, 23, 59, 59, tzinfo=SHANGHAI)
        if "@" not in text
        else datetime(2026, 1, 1, tzinfo=SHANGHAI)
    )
    wanted = [datetime.fromisoformat(day).replace(tzinfo=SHANGHAI) for day in days.split()]
    assert times(text, begin, len(wanted)) == wanted


@pytest.mark.parametrize(
    ("text", "clock"),
    [
        ("0 0 8-10 * * *", "08:00:00 09:00:00 10:00:00"),
        ("0 0 6,19 * * *", "06:00:00 19:00:00"),
        ("0 0/30 8-9 * * *", "08:00:00 08:30:00 09:00:00 09:30:00"),
        ("*/25 0 0 * * *", "00:00:00 00:00:25 00:00:50"),
        ("5 50/4 23 * * *", "23:50:05 23:54:05 23:58:05"),
    ],
)
def test_times_of_a_day(text: str, clock: str) -> None:
    wanted = [datetime.fromisoformat(f"2026-01-02T{time}").replace(tzinfo=SHANGHAI) for time in clock.split()]
    again = wanted[0] + timedelta(days=1)
    assert times(text, datetime(2026, 1, 1, 23, 59, 59, 5, SHANGHAI), len(wanted) + 1) == [*wanted, again]


def told(found: list[datetime]) -> list[str]:
    return [time.isoformat(" ", "minutes") for time in found]


def test_a_time_the_clocks_skip_does_not_come_that_day() -> None:
    found = times("0 30 2 * * *", datetime(2026, 3, 28, 2, 0, tzinfo=BERLIN), 2)
    assert told(found) == ["2026-03-28 02:30+01:00", "2026-03-30 02:30+02:00"]


def test_a_time_the_clocks_show_twice_comes_twice() -> None:
    found = times("0 30 2 * * *", datetime(2026, 10, 25, 0, 0, tzinfo=BERLIN), 3)
    assert told(found) == ["2026-10-25 02:30+02:00", "2026-10-25 02:30+01:00", "2026-10-26 02:30+01:00"]


@pytest.mark.parametrize("begin", [datetime(2026, 3, 28, 12, tzinfo=BERLIN), datetime(2026, 10, 24, 12, tzinfo=BERLIN)])
def test_every_hour_is_every_hour_also_when_clocks_are_changed(begin: datetime) -> None:
    found = [time.astimezone(UTC) for time in times("0 0 * * * *", begin, 40)]
    assert {later - time for time, later in pairwise(found)} == {timedelta(hours=1)}


@pytest.mark.parametrize(
    ("zone", "after", "next_day"),
    [
        # the first hour of this day is skipped, and the other day's comes twice
        ("America/Havana", "2026-03-07 12:00", "2026-03-09 00:00-04:00"),
        ("America/Havana", "2026-11-01 00:00", "2026-11-01 00:00-05:00"),
        ("Australia/Lord_Howe", "2026-04-04 23:00", "2026-04-05 00:00+11:00"),
    ],
)
def test_midnight_where_clocks_are_changed_by_night(zone: str, after: str, next_day: str) -> None:
    begin = datetime.fromisoformat(after).replace(tzinfo=ZoneInfo(zone))
    assert told(times("0 0 0 * * *", begin, 1)) == [next_day]


@pytest.mark.parametrize("text", ["0 0 0 31 2 *", "0 0 0 L-30 4 *", "0 0 0 31W 6 *"])
def test_a_day_that_never_comes(text: str) -> None:
    assert parse_cron(text).next(datetime(2026, 1, 1, tzinfo=SHANGHAI)) is None


@pytest.mark.parametrize(
    "text",
    [
        "",
        "@never",
        "* * * * *",
        "* * * * * * *",
        "60 * * * * *",
        "* 60 * * * *",
        "* * 24 * * *",
        "* * * 0 * *",
        "* * * 32 * *",
        "* * * * 13 *",
        "* * * * * 8",
        "5-2 * * * * *",
        "* * * * * SAT-MON",
        "*/0 * * * * *",
        "1,,2 * * * * *",
        "-1 * * * * *",
        "? * * * * *",
        "٣ * * * * *",
        "0 0 0 3L * *",
        "0 0 0 L-0 * *",
        "0 0 0 L-31 * *",
        "0 0 0 W * *",
        "0 0 0 32W * *",
        "0 0 0 1-5W * *",
        "0 0 0 * * L",
        "0 0 0 * * 8L",
        "0 0 0 * * MON#0",
        "0 0 0 * * MON#6",
        "0 0 0 * * #2",
        "0 0 0 * * 2#",
    ],
)
def test_refuses_what_is_no_cron(text: str) -> None:
    with pytest.raises(Stuck) as stuck:
        parse_cycle(text)
    assert stuck.value.code == "not_a_cycle"
