"""Functions on dates and durations that are no conversions (DMN 1.5, tables 71, 77 and 79)."""

from collections.abc import Callable

import pytest

Answer = Callable[[str], str]


@pytest.mark.table("""
    day of year(@"2026-01-01") => 1
    day of year(@"2024-12-31") => 366
    day of year(@"2026-03-04T10:00:00") => 63
    day of year("2026-01-01") => null (argument)
    day of year(null) => null (argument)
    day of week(@"2026-03-04") => "Wednesday"
    day of week(@"2026-03-01T10:00:00Z") => "Sunday"
    day of week(@"1969-12-31") => "Wednesday"
    day of week(@"-0001-01-01") => "Friday"
    month of year(@"2026-03-04") => "March"
    month of year(@"2026-12-04T00:00:00") => "December"
    week of year(@"2026-01-01") => 1
    week of year(@"2005-01-01") => 53
    week of year(@"2003-12-29") => 1
    week of year(@"2004-01-04") => 1
    week of year(@"2026-12-31") => 53
    week of year(date: @"2026-03-04") => 10
    last day of month(@"2026-02-01") => 2026-02-28
    last day of month(@"2024-02-01") => 2024-02-29
    last day of month(@"2026-12-15T10:00:00") => 2026-12-31
    last day of month(@"-0004-02-01") => -0004-02-29
""")
def test_parts_of_a_date(text: str, expected: str, answer: Answer) -> None:
    assert answer(text) == expected


@pytest.mark.table("""
    years and months duration(@"2025-01-31", @"2026-03-30") => P1Y1M
    years and months duration(@"2025-01-31", @"2026-03-31") => P1Y2M
    years and months duration(@"2026-03-31", @"2025-01-31") => -P1Y2M
    years and months duration(@"2026-03-30", @"2025-01-31") => -P1Y1M
    years and months duration(@"2026-01-01", @"2026-01-31") => P0M
    years and months duration(@"2026-01-01T10:00:00", @"2026-02-01T09:59:59") => P0M
    years and months duration(@"2026-01-01T10:00:00", @"2026-02-01T10:00:00") => P1M
    years and months duration(from: @"2026-01-01", to: @"2027-01-01") => P1Y
    years and months duration(@"2026-01-01", null) => null (argument)
    now() => 2026-03-04T05:06:07Z
    today() => 2026-03-04
    now() - @"2026-03-04T00:00:00Z" => PT5H6M7S
    today() < @"2027-01-01" => true
    now(1) => null (argument_count)
    is(1, 1) => true
    is(1, "1") => false
    is(@"10:00:00Z", @"10:00:00+00:00") => true
    is(@"10:00:00Z", @"11:00:00+01:00") => false
    is(@"10:00:00.1", @"10:00:00.2") => false
    is(@"P0D", @"P0Y") => false
    is(@"P1Y", @"P12M") => true
    is(null, null) => true
    is(value1: 1, value2: 2) => false
    is([1], [1]) => true
""")
def test_durations_and_the_moment(text: str, expected: str, answer: Answer) -> None:
    assert answer(text) == expected
