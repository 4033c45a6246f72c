"""Times as diagrams write them."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from engine.core.stuck import Stuck
from engine.core.timers import parse_cycle, parse_duration, parse_instant, when

ZONE = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 1, 31, 12, 0, tzinfo=ZONE)


@pytest.mark.parametrize(
    ("text", "after"),
    [
        ("PT1H", NOW + timedelta(hours=1)),
        ("P1DT2H3M4S", NOW + timedelta(days=1, hours=2, minutes=3, seconds=4)),
        ("PT0.5S", NOW + timedelta(seconds=0.5)),
        ("P2W", NOW + timedelta(weeks=2)),
        ("P1M", datetime(2026, 2, 28, 12, tzinfo=ZONE)),
        ("P1Y1M", datetime(2027, 2, 28, 12, tzinfo=ZONE)),
        ("-PT1H", NOW - timedelta(hours=1)),
        ("P0D", NOW),
    ],
)
def test_reads_durations(text: str, after: datetime) -> None:
    assert parse_duration(text).after(NOW) == after


@pytest.mark.parametrize("text", ["", "P", "PT", "1H", "PT1X", "P1H", "soon", "PT1H ", "P1D T"])
def test_refuses_what_is_no_duration(text: str) -> None:
    with pytest.raises(Stuck) as stuck:
        parse_duration(text)
    assert stuck.value.code == "not_a_duration"


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-02-01T00:00:00Z", datetime(2026, 2, 1, 8, tzinfo=ZONE)),
        ("2026-02-01T00:00:00+01:00", datetime(2026, 2, 1, 7, tzinfo=ZONE)),
        ("2026-02-01T00:00:00", datetime(2026, 2, 1, tzinfo=ZONE)),
        ("2026-02-01", datetime(2026, 2, 1, tzinfo=ZONE)),
        ("2026-02-01T00:00:00@Europe/Paris", datetime(2026, 2, 1, 7, tzinfo=ZONE)),
        ("2026-02-01T00:00:00[Europe/Paris]", datetime(2026, 2, 1, 7, tzinfo=ZONE)),
    ],
)
def test_reads_instants(text: str, moment: datetime) -> None:
    assert parse_instant(text, NOW) == moment


@pytest.mark.parametrize("text", ["", "yesterday", "2026-13-01", "2026-02-01T00:00:00@Nowhere/Else"])
def test_refuses_what_is_no_instant(text: str) -> None:
    with pytest.raises(Stuck):
        parse_instant(text, NOW)


@pytest.mark.parametrize(
    ("text", "first", "second", "left"),
    [
        ("R3/PT1H", NOW + timedelta(hours=1), NOW + timedelta(hours=2), 2),
        ("R/PT1H", NOW + timedelta(hours=1), NOW + timedelta(hours=2), None),
        ("R2/2026-02-01T00:00:00+08:00/P1D", datetime(2026, 2, 1, tzinfo=ZONE), datetime(2026, 2, 2, tzinfo=ZONE), 1),
        ("0 30 9 * * *", datetime(2026, 2, 1, 9, 30, tzinfo=ZONE), datetime(2026, 2, 2, 9, 30, tzinfo=ZONE), None),
        ("0 0 12 ? * MON-FRI", datetime(2026, 2, 2, 12, tzinfo=ZONE), datetime(2026, 2, 3, 12, tzinfo=ZONE), None),
        ("0 0 0 ? * 5L", datetime(2026, 2, 27, tzinfo=ZONE), datetime(2026, 3, 27, tzinfo=ZONE), None),
        ("0 0 0 ? * THUL", datetime(2026, 2, 26, tzinfo=ZONE), datetime(2026, 3, 26, tzinfo=ZONE), None),
        ("0 0 0 1 * MON", datetime(2026, 6, 1, tzinfo=ZONE), datetime(2027, 2, 1, tzinfo=ZONE), None),
        ("@hourly", NOW + timedelta(hours=1), NOW + timedelta(hours=2), None),
    ],
)
def test_reads_cycles(text: str, first: datetime, second: datetime, left: int | None) -> None:
    cycle = parse_cycle(text)
    assert cycle.first(NOW) == first
    assert cycle.next(first) == second
    assert cycle.left_after_first() == left


@pytest.mark.parametrize(
    "text", ["", "R3", "R3/", "R/P0D", "R/-PT1H", "* * * * *", "61 * * * * *", "PT1H", "@never", "R0/PT1H"]
)
def test_refuses_what_is_no_cycle(text: str) -> None:
    with pytest.raises(Stuck):
        parse_cycle(text)


def test_a_day_that_never_comes_is_no_cycle() -> None:
    with pytest.raises(Stuck):
        parse_cycle("0 0 0 31 2 *").first(NOW)


def test_a_cycle_missed_for_long_goes_on_from_now() -> None:
    later = NOW + timedelta(days=30, minutes=5)
    assert parse_cycle("R/PT1H").next(later) == later + timedelta(hours=1)


def test_each_kind_has_its_first_time() -> None:
    assert when("date", "2026-02-01T00:00:00+08:00", NOW) == datetime(2026, 2, 1, tzinfo=ZONE)
    assert when("duration", "PT1M", NOW) == NOW + timedelta(minutes=1)
    assert when("cycle", "R/PT1M", NOW) == NOW + timedelta(minutes=1)
