"""The working calendar: weekends, holidays, make-up days, hours and parts of days."""

from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from engine import feel
from engine.directory.calendar import DATA, functions, holidays_known_until, read, standard
from engine.errors import Invalid

ZONE = ZoneInfo("Asia/Shanghai")


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZONE)


@pytest.mark.parametrize(
    ("start", "amount", "unit", "due"),
    [
        ("2026-11-23 10:00", 1, "wh", "2026-11-23 11:00"),
        ("2026-11-23 11:30", 1, "wh", "2026-11-23 13:30"),  # over the midday break
        ("2026-11-23 17:00", 2, "wh", "2026-11-24 10:00"),
        ("2026-11-27 17:00", 2, "wh", "2026-11-30 10:00"),  # over the weekend
        ("2026-11-23 20:00", 1, "wh", "2026-11-24 10:00"),  # after closing time
        ("2026-11-23 07:00", 1, "wh", "2026-11-23 10:00"),  # before opening time
        ("2026-11-23 10:00", 8, "wh", "2026-11-24 10:00"),
        ("2026-11-23 10:00", 1, "wd", "2026-11-24 10:00"),
        ("2026-11-27 10:00", 1, "wd", "2026-11-30 10:00"),
        ("2026-11-28 10:00", 1, "wd", "2026-12-01 09:00"),  # a Saturday counts from Monday's opening
        ("2026-11-23 09:00", 1.5, "wd", "2026-11-24 14:00"),  # half a day is four hours, one of them after the break
        ("2026-09-30 10:00", 1, "wd", "2026-10-08 10:00"),  # National Day
        ("2026-10-09 10:00", 1, "wd", "2026-10-10 10:00"),  # a Saturday on which people work
        ("2026-02-13 10:00", 2, "wd", "2026-02-24 10:00"),  # Spring Festival, with a make-up Saturday before it
        ("2026-11-23 10:00", 0, "wh", "2026-11-23 10:00"),
        ("2026-11-23 09:00", 8, "wh", "2026-11-23 18:00"),  # ends when work does
        ("2026-11-23 10:00", 20, "wh", "2026-11-25 15:00"),
        ("2026-09-24 10:00", 20, "wd", "2026-10-29 10:00"),  # over two holidays and their make-up days
        ("2026-11-20 10:00", 5000, "wd", "2046-01-19 10:00"),  # where only weekends are known
    ],
)
def test_adds_working_time(start: str, amount: float, unit: str, due: str) -> None:
    assert standard().add(at(start), amount, unit) == at(due)


@pytest.mark.parametrize(
    ("start", "end", "unit", "amount"),
    [
        ("2026-11-23 10:00", "2026-11-23 14:00", "wh", 3),
        ("2026-11-27 17:00", "2026-11-30 10:00", "wh", 2),
        ("2026-10-01 00:00", "2026-10-07 23:00", "wh", 0),
        ("2026-11-23 09:00", "2026-11-25 09:00", "wd", 2),
        ("2026-11-23 10:00", "2026-11-23 10:00", "wd", 0),
    ],
)
def test_measures_working_time(start: str, end: str, unit: str, amount: float) -> None:
    assert standard().between(at(start), at(end), unit) == amount


def test_measuring_what_was_added_gives_the_same() -> None:
    start = at("2026-11-23 10:37")
    for hours in (1, 5, 8, 13, 40):
        assert standard().between(start, standard().add(start, hours, "wh"), "wh") == hours


def test_knows_holidays_and_make_up_days() -> None:
    calendar = standard()
    assert not calendar.is_working_day(date(2026, 10, 1))
    assert calendar.is_working_day(date(2026, 10, 10))
    assert not calendar.is_working_day(date(2026, 11, 28))
    assert calendar.known_until == date(2026, 12, 31)


def test_answers_feel() -> None:
    known = functions(standard())
    assert known["is working day"](date(2026, 10, 1)) is False
    assert known["is working day"]("2026-10-10") is True
    assert known["working hours after"](at("2026-11-23 10:00"), Decimal(1)) == "2026-11-23T11:00:00+08:00"
    assert known["working days after"]("2026-11-23T10:00:00+08:00", 1) == "2026-11-24T10:00:00+08:00"


@pytest.mark.parametrize("wrong", [None, True, [], "soon", {}])
def test_answers_null_for_what_is_no_time(wrong: object) -> None:
    known = functions(standard())
    assert known["is working day"](wrong) is None
    assert known["working hours after"](wrong, Decimal(1)) is None
    assert known["working hours after"]("2026-11-23", wrong) is None


@pytest.mark.parametrize("wrong", ["-1", "1e9", "1e4000"])
def test_says_why_there_is_no_such_time(wrong: str) -> None:
    for name in ("working hours after", "working days after"):
        expression = feel.compile_expression(f'{name}(now(), number("{wrong}"))')
        told = expression.evaluate({}, feel.Moment(now=at("2026-11-23 10:00"), functions=functions(standard())))
        assert told.value is None
        assert [warning.code for warning in told.warnings] == ["host"]


def test_answers_for_a_date_and_time_of_feel_itself() -> None:
    expression = feel.compile_expression('working days after(@"2026-11-27T10:00:00@Asia/Shanghai", 1)')
    moment = feel.Moment(now=at("2026-11-23 10:00"), functions=functions(standard()))
    assert expression.evaluate({}, moment).value == "2026-11-30T10:00:00+08:00"


NEW_YEAR = """
years:
  2027:
    holidays: [[2027-01-01, 2027-01-03]]
    makeup: [2027-01-09]
"""


def test_a_file_adds_the_years_that_were_announced_since() -> None:
    ours = DATA.read_text(encoding="utf-8")
    calendar = read(ours, NEW_YEAR)
    assert calendar.known_until == date(2027, 12, 31)
    assert not calendar.is_working_day(date(2027, 1, 1))
    assert calendar.is_working_day(date(2027, 1, 9))
    assert not calendar.is_working_day(date(2026, 10, 1)), "the years we know stay"
    assert calendar.add(at("2026-12-31 10:00"), 1, "wd") == at("2027-01-04 10:00")
    assert standard().add(at("2026-12-31 10:00"), 1, "wd") == at("2027-01-01 10:00"), "by weekends alone"


def test_a_year_that_is_left_out_ends_what_is_known() -> None:
    later = NEW_YEAR.replace("2027", "2028")
    assert read(DATA.read_text(encoding="utf-8"), later).known_until == date(2026, 12, 31)


@pytest.fixture
def named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The file that TRUNKLINE_CALENDAR names; the calendar is read anew."""
    file = tmp_path / "calendar.yaml"
    monkeypatch.setenv("TRUNKLINE_CALENDAR", str(file))
    standard.cache_clear()
    yield file
    standard.cache_clear()


def test_the_file_is_named_by_a_setting(named: Path) -> None:
    named.write_text(NEW_YEAR + 'hours: [["08:30", "17:00"]]\n', encoding="utf-8")
    assert holidays_known_until() == date(2027, 12, 31)
    assert standard().add(at("2026-11-23 08:00"), 1, "wh") == at("2026-11-23 09:30")


@pytest.mark.parametrize(
    "content",
    [
        "years: 3",
        "years: {2027: {}}",
        "holidays: []",
        "- a",
        "years: {2027: {holidays: [[1, 2]], makeup: []}}",
        "a: [",
        "zone: Mars",
        "hours: []",
        'hours: [["17:00", "08:30"]]',
        'hours: [["08:30", "12:00"], ["11:00", "17:00"]]',
        "weekend: [0, 1, 2, 3, 4, 5, 6]",
        "weekend: [7]",
        "years: {2027: {holidays: [[2027-01-01, 2027-02-30]], makeup: []}}",
        pytest.param("[" * 9999, id="deep"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_by_name(named: Path, content: str) -> None:
    named.write_text(content, encoding="utf-8")
    with pytest.raises(Invalid, match=r"calendar_malformed.*calendar\.yaml"):
        standard()
