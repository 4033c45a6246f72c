"""The values themselves: durations, dates of any year, times, types, sets of characters."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from engine.feel.builtins.seen import Seen
from engine.feel.durations import DAY, HOUR, DaysTimeDuration, YearsMonthsDuration, bounded, parse_duration
from engine.feel.errors import FeelLimitError, NoValue
from engine.feel.numeric import literal_number, number_text, truncated, whole
from engine.feel.parser import parse_type_text
from engine.feel.patterns.charsets import LAST, Charset, block, category, characters, union
from engine.feel.run import Moment, Run
from engine.feel.temporal import (
    DateTime,
    FarDate,
    Time,
    add_months,
    date_of_day_number,
    date_time_at,
    day_number,
    days_in_month,
    from_datetime,
    iso_weekday,
    make_date,
    zone_exists,
)
from engine.feel.temporal_text import parse_date, parse_date_time, parse_time
from engine.feel.tokens import Sort, tokenize
from engine.feel.typesystem import UnknownTypeError, assignable, resolve
from engine.feel.values import adapt, kind_of


@pytest.mark.parametrize(
    ("nanoseconds", "text"),
    [
        (0, "PT0S"),
        (1, "PT0.000000001S"),
        (DAY, "P1D"),
        (-DAY, "-P1D"),
        (DAY + HOUR, "P1DT1H"),
        (-1_500_000_000, "-PT1.5S"),
        (25 * HOUR, "P1DT1H"),
        (60 * 10**9, "PT1M"),
    ],
)
def test_days_and_time_are_written_short(nanoseconds: int, text: str) -> None:
    assert str(DaysTimeDuration(nanoseconds)) == text
    assert parse_duration(text) == DaysTimeDuration(nanoseconds)


@pytest.mark.parametrize(("months", "text"), [(0, "P0M"), (1, "P1M"), (12, "P1Y"), (-14, "-P1Y2M"), (26, "P2Y2M")])
def test_years_and_months_are_written_short(months: int, text: str) -> None:
    assert str(YearsMonthsDuration(months)) == text
    assert parse_duration(text) == YearsMonthsDuration(months)


@pytest.mark.parametrize(
    "text", ["", "P", "PT", "P1", "P1DT", "PT1", "1D", "P1W", "P1Y1D", "P1.5D", "PT1.5M", "P-1D", "p1d"]
)
def test_what_is_no_duration(text: str) -> None:
    assert parse_duration(text) is None


def test_durations_have_an_end() -> None:
    assert parse_duration("P99999999Y") is not None
    assert parse_duration("P9999999999Y") is None
    assert parse_duration("P" + "9" * 200 + "D") is None
    assert not bounded(DaysTimeDuration(10**40))
    assert not bounded(YearsMonthsDuration(-(10**12)))


@pytest.mark.parametrize(
    ("year", "month", "day", "kind"),
    [(1, 1, 1, date), (9999, 12, 31, date), (0, 1, 1, FarDate), (-1, 12, 31, FarDate), (10000, 1, 1, FarDate)],
)
def test_years_beyond_pythons_have_their_own_class(year: int, month: int, day: int, kind: type) -> None:
    made = make_date(year, month, day)
    assert type(made) is kind
    assert date_of_day_number(day_number(made)) == made
    assert kind_of(made) == "date"


@pytest.mark.parametrize(
    "parts", [(2026, 2, 29), (2026, 13, 1), (0, 0, 1), (-4, 2, 30), (10**9, 1, 1), (-(10**9), 1, 1)]
)
def test_days_the_calendar_does_not_have(parts: tuple[int, int, int]) -> None:
    with pytest.raises(ValueError, match=r"day|month|year"):
        make_date(*parts)


def test_days_are_counted_from_1970() -> None:
    assert day_number(date(1970, 1, 1)) == 0
    assert day_number(date(1969, 12, 31)) == -1
    assert day_number(make_date(0, 12, 31)) == day_number(date(1, 1, 1)) - 1
    assert day_number(make_date(10000, 1, 1)) == day_number(date(9999, 12, 31)) + 1
    assert iso_weekday(date(1970, 1, 1)) == 4
    assert iso_weekday(make_date(-399, 1, 1)) == iso_weekday(date(1, 1, 1))


@pytest.mark.parametrize(
    ("day", "months", "later"),
    [
        ("2026-01-31", 1, "2026-02-28"),
        ("2024-01-31", 1, "2024-02-29"),
        ("2026-12-31", 2, "2027-02-28"),
        ("2026-03-31", -1, "2026-02-28"),
        ("9999-12-31", 1, "10000-01-31"),
        ("0001-01-31", -2, "0000-11-30"),
        ("2026-05-15", 0, "2026-05-15"),
        ("2026-05-15", -17, "2024-12-15"),
    ],
)
def test_months_keep_the_day_where_they_can(day: str, months: int, later: str) -> None:
    start = parse_date(day)
    assert start is not None
    assert str(add_months(start, months)) == later


def test_months_have_their_lengths() -> None:
    assert [days_in_month(2026, month) for month in range(1, 13)] == [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
    assert [days_in_month(year, 2) for year in (1900, 2000, 2024, 0, -4, -100, 10400)] == [28, 29, 29, 29, 29, 28, 29]


@pytest.mark.parametrize(
    "text",
    [
        "10:20:30",
        "10:20:30.1",
        "10:20:30.123456789",
        "10:20:30Z",
        "10:20:30+05:30",
        "10:20:30-18:00",
        "10:20:30+02:45:55",
        "10:20:30@Europe/Paris",
        "10:20:30@Etc/GMT-5",
    ],
)
def test_times_are_written_as_they_are_read(text: str) -> None:
    assert str(parse_time(text)) == text
    assert str(parse_date_time(f"2026-03-04T{text}")) == f"2026-03-04T{text}"
    assert str(parse_date_time(f"-12345-03-04T{text}")) == f"-12345-03-04T{text}"


@pytest.mark.parametrize(
    "text",
    ["", "10", "10:20", "1:20:30", "24:00:01", "25:00:00", "10:60:00", "10:20:60", "10:20:30+5:00", "10:20:30+19:00",
     "10:20:30+18:30", "10:20:30+02:60", "10:20:30@", "10:20:30@No/Where", "10:20:30@/etc", "10:20:30@..", "T10:20:30",
     "10:20:30z@Europe/Paris", "10:20:30 Z", "١٠:20:30", "10:20:30.", "10:20:30" + "0" * 200],
)  # fmt: skip
def test_what_is_no_time(text: str) -> None:
    assert parse_time(text) is None
    assert parse_date_time(f"2026-03-04T{text}") is None


def test_python_date_times_come_in_with_their_zone() -> None:
    naive = datetime(2026, 3, 4, 5, 6, 7, 8)  # noqa: DTZ001
    assert str(from_datetime(naive)) == "2026-03-04T05:06:07.000008"
    assert str(from_datetime(naive.replace(tzinfo=UTC))) == "2026-03-04T05:06:07.000008Z"
    assert str(from_datetime(naive.replace(tzinfo=ZoneInfo("Asia/Shanghai")))).endswith("@Asia/Shanghai")


def test_zones_come_from_the_database_only() -> None:
    assert zone_exists("Asia/Shanghai")
    assert not any(zone_exists(key) for key in ("", "Nowhere", "../x", "/etc/passwd", "Asia", "asia\x00"))


def test_the_gap_and_the_overlap_of_summer_time() -> None:
    paris = Time(2, 30, 0, zone="Europe/Paris")
    assert DateTime(date(2026, 3, 29), paris).offset == 3600
    assert DateTime(date(2026, 10, 25), paris).offset == 7200
    before, after = (DateTime(date(2026, 10, day), Time(12, 0, 0, zone="Europe/Paris")) for day in (24, 25))
    assert after.instant - before.instant == 25 * HOUR
    assert date_time_at(before.instant, before.time) == before


def test_far_years_have_zones_too() -> None:
    far = parse_date_time("12026-07-01T12:00:00@Europe/Paris")
    assert far is not None
    assert far.offset == 7200
    assert str(far.shifted(DAY)) == "12026-07-02T12:00:00@Europe/Paris"


@pytest.mark.parametrize(
    ("number", "text"),
    [
        ("1", "1"),
        ("1.50", "1.50"),
        ("1E+3", "1000"),
        ("-0", "0"),
        ("0E-5000", "0"),
        ("-1E-3", "-0.001"),
        ("12E2", "1200"),
    ],
)
def test_numbers_are_written_without_exponents(number: str, text: str) -> None:
    assert number_text(Decimal(number)) == text


def test_numbers_beyond_feels_are_never_written_out() -> None:
    assert literal_number("1e6145") is None
    with pytest.raises(NoValue):
        number_text(Decimal("1e999999999"))
    with pytest.raises(NoValue):
        truncated(Decimal("1e999999999"))
    assert whole(Decimal("1e999999999")) is None
    assert [whole(Decimal(text)) for text in ("5", "5.0", "-5", "5.5")] == [5, 5, -5, None]


@pytest.mark.parametrize(
    ("given", "kept"),
    [(1, Decimal(1)), (0.1, Decimal("0.1")), (True, True), ("a", "a"), (None, None), (float("nan"), None),
     (timedelta(seconds=1.5), DaysTimeDuration(1_500_000_000)), ([1], [1])],
)  # fmt: skip
def test_values_of_the_host_are_adapted(given: object, kept: object) -> None:
    assert adapt(given) == kept
    assert type(adapt(given)) is type(kept)


@pytest.mark.parametrize(
    ("given", "text"),
    [
        (timedelta(days=200_000, microseconds=1), "P200000DT0.000001S"),
        (-timedelta(days=200_000, microseconds=1), "-P200000DT0.000001S"),
        (timedelta.max, "P999999999DT23H59M59.999999S"),
        (timedelta.min, "-P999999999D"),
        (timedelta(microseconds=-1), "-PT0.000001S"),
    ],
)
def test_a_hosts_duration_keeps_its_microseconds_however_long(given: timedelta, text: str) -> None:
    assert str(adapt(given)) == text


@pytest.mark.parametrize(
    ("given", "wanted", "fits"),
    [
        ("number", "number", True),
        ("number", "Any", True),
        ("Null", "number", True),
        ("Any", "number", False),
        ("number", "string", False),
        ("dayTimeDuration", "days and time duration", True),
        ("list<number>", "list<Any>", True),
        ("list<Any>", "list<number>", False),
        ("list<number>", "number", False),
        ("range<date>", "range<date>", True),
        ("range<date>", "list<date>", False),
        ("context<a: number, b: string>", "context<a: number>", True),
        ("context<a: number>", "context<a: number, b: string>", False),
        ("function<Any> -> number", "function<number> -> Any", True),
        ("function<number> -> Any", "function<Any> -> Any", False),
        ("function<number> -> number", "function<number, number> -> number", False),
    ],
)
def test_types_that_may_stand_for_one_another(given: str, wanted: str, fits: bool) -> None:
    assert assignable(parse_type_text(given), parse_type_text(wanted), {}) is fits


def test_types_in_a_circle_are_found() -> None:
    circle = {"a": parse_type_text("b"), "b": parse_type_text("a")}
    with pytest.raises(UnknownTypeError):
        resolve(parse_type_text("a"), circle)


def test_sets_of_characters() -> None:
    digits, letters = characters(*range(48, 58)), Charset(((97, 122),))
    assert digits.intervals == ((48, 57),)
    assert union(digits, letters, Charset(((58, 96),))).intervals == ((48, 122),)
    assert digits.complement().complement() == digits
    assert Charset(()).complement().intervals == ((0, LAST),)
    assert letters.without(characters(101)).intervals == ((97, 100), (102, 122))
    assert ord("É") in characters(ord("é")).ignoring_case()
    assert [point in letters for point in (96, 97, 110, 122, 123)] == [False, True, True, True, False]
    assert category("Xx") is None
    assert block("NoSuchBlock") is None


def test_categories_cover_every_character_once() -> None:
    kinds = [category(name) for name in ("L", "M", "N", "P", "S", "Z", "C")]
    total = sum(last - first + 1 for kind in kinds if kind for first, last in kind.intervals)
    assert total == LAST + 1
    assert union(*(kind for kind in kinds if kind)).intervals == ((0, LAST),)


@pytest.mark.parametrize(
    ("text", "sorts"),
    [
        ("a", [Sort.WORD]),
        ("a1", [Sort.WORD]),
        ("1a", [Sort.NUMBER, Sort.WORD]),
        ("1..2", [Sort.NUMBER, Sort.SIGN, Sort.NUMBER]),
        ("1...5", [Sort.NUMBER, Sort.SIGN, Sort.NUMBER]),
        ("a.b", [Sort.WORD, Sort.SIGN, Sort.WORD]),
        ("?", [Sort.WORD]),
        ("?>1", [Sort.WORD, Sort.SIGN, Sort.NUMBER]),
        ('"a"', [Sort.STRING]),
        ('@"a"', [Sort.AT]),
        ("联通 🐎", [Sort.WORD, Sort.WORD]),
        ("a<=b", [Sort.WORD, Sort.SIGN, Sort.WORD]),
        ("// x", []),
        ("1e5e", [Sort.NUMBER, Sort.WORD]),
    ],
)
def test_tokens(text: str, sorts: list[Sort]) -> None:
    assert [token.sort for token in tokenize(text)] == [*sorts, Sort.END]


def test_tokens_know_their_places() -> None:
    assert [(token.start, token.end) for token in tokenize(' a + "b" ')] == [(1, 2), (3, 4), (5, 8), (9, 9)]


def test_values_seen_before() -> None:
    seen = Seen(Run({}, Moment(datetime(2026, 1, 1, tzinfo=UTC)), 1_000))
    given = [1, Decimal("1.0"), "1", True, None, None, [1], [Decimal(1)], {"a": 1}, {"a": 1}]
    assert [seen.is_new(item) for item in given] == [True, False, True, True, True, False, True, False, True, False]


def test_a_run_pays_until_nothing_is_left() -> None:
    run = Run({}, Moment(datetime(2026, 1, 1, tzinfo=UTC)), 10)
    run.charge(10)
    with pytest.raises(FeelLimitError, match="steps"):
        run.charge(1)
    with pytest.raises(FeelLimitError, match="string length"):
        run.charge_text(2_000_000)
    with pytest.raises(FeelLimitError, match="depth"):
        run.enter(1_000)
