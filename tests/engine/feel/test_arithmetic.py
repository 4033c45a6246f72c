"""Arithmetic on every kind that has it (DMN 1.5, 10.3.2.6, tables 45 to 50)."""

from collections.abc import Callable

import pytest

Answer = Callable[[str], str]


@pytest.mark.table("""
    1 + 2 => 3
    1 - 2 => -1
    2 * 3 => 6
    7 / 2 => 3.5
    1 / 3 => 0.3333333333333333333333333333333333
    2 / 3 => 0.6666666666666666666666666666666667
    2 ** 10 => 1024
    2 ** -1 => 0.5
    2 ** 0.5 => 1.414213562373095048801688724209698
    1.10 * 2 => 2.20
    0.1 * 3 => 0.3
    1e6144 * 10 => null (number_too_large)
    10 ** 7000 => null (number_too_large)
    1 / 0 => null (division_by_zero)
    0 / 0 => null (division_by_zero)
    0 ** -1 => null (division_by_zero)
    (-8) ** 0.5 => null (not_a_number)
    1.0 + 1 => 2.0
    100000000000000000000000000000000 + 0.1 => 100000000000000000000000000000000.1
    seven + half => 7.5
    seven / 2 => 3.5
""")
def test_numbers(text: str, expected: str, answer: Answer) -> None:
    assert answer(text) == expected


@pytest.mark.table("""
    1 + 2 * 3 => 7
    (1 + 2) * 3 => 9
    10 - 4 - 3 => 3
    100 / 10 / 2 => 5
    2 * 3 ** 2 => 18
    2 ** 3 ** 2 => 64
    -2 ** 2 => 4
    -(2 ** 2) => -4
    2 - -2 => 4
    - 3 + 5 => 2
    10 - 2 * 3 + 4 / 2 => 6
    1 + 2 = 3 => true
    2 * 3 > 5 and 1 + 1 = 2 => true
    -a + b => -6
    a-b+1 => 8
    a * -1 => -10
    1 + => syntax error
    * 2 => syntax error
    1 ** => syntax error
    1 + + 2 => syntax error
""")
def test_precedence(text: str, expected: str, answer: Answer) -> None:
    assert answer(text) == expected


@pytest.mark.table("""
    "a" + "b" => "ab"
    "a" + "" => "a"
    "a" + 1 => null (operands)
    1 + "a" => null (operands)
    "a" - "b" => null (operands)
    "a" * 2 => null (operands)
    true + true => null (operands)
    [1] + [2] => null (operands)
    {} + {} => null (operands)
    null + 1 => null (operands)
    1 + nothing => null (operands)
    nothing * 2 => null (operands)
    "a" + null => null (operands)
    @"10:00:00" + @"11:00:00" => null (operands)
    @"2026-01-01" + @"2026-01-02" => null (operands)
    @"P1D" + @"P1Y" => null (operands)
    @"P1D" + 1 => null (operands)
    @"P1D" ** 2 => null (operands)
    -"a" => null (operand)
    -true => null (operand)
    -nothing => null (operand)
    -@"2026-01-01" => null (operand)
    -[1] => null (operand)
""")
def test_kinds_that_have_no_arithmetic(text: str, expected: str, answer: Answer) -> None:
    assert answer(text) == expected


@pytest.mark.table("""
    @"P1D" + @"PT12H" => P1DT12H
    @"P1D" - @"PT36H" => -PT12H
    @"P1Y" + @"P3M" => P1Y3M
    @"P1Y" - @"P13M" => -P1M
    @"P2D" * 3 => P6D
    3 * @"P2D" => P6D
    @"P1D" * 0.5 => PT12H
    @"P1D" / 2 => PT12H
    @"P1Y" * 2 => P2Y
    @"P1Y" / 5 => P2M
    @"P1D" / @"PT6H" => 4
    @"P1Y" / @"P3M" => 4
    @"P1D" / @"P1Y" => null (operands)
    @"P1D" / 0 => null (division_by_zero)
    @"P1D" / @"PT0S" => null (division_by_zero)
    @"P1D" * @"P1D" => null (operands)
    2 / @"P1D" => null (operands)
    -@"P1DT2H" => -P1DT2H
    -@"P1Y" => -P1Y
    @"P1D" * 1e30 => null (out_of_range)
    @"P1Y" * 1e12 => null (out_of_range)
""")
def test_durations(text: str, expected: str, answer: Answer) -> None:
    assert answer(text) == expected


@pytest.mark.table("""
    @"2026-01-31" + @"P1D" => 2026-02-01
    @"2026-01-31" + @"P1M" => 2026-02-28
    @"2024-01-31" + @"P1M" => 2024-02-29
    @"2024-02-29" + @"P1Y" => 2025-02-28
    @"2026-03-31" - @"P1M" => 2026-02-28
    @"2026-01-01" - @"P1D" => 2025-12-31
    @"2026-01-01" - @"PT1S" => 2025-12-31
    @"2026-01-01" + @"PT23H" => 2026-01-01
    @"P1D" + @"2026-01-31" => 2026-02-01
    @"P1M" + @"2026-01-31" => 2026-02-28
    @"P1D" - @"2026-01-31" => null (operands)
    @"2026-12-15" + @"P1M" => 2027-01-15
    @"2026-01-15" - @"P13M" => 2024-12-15
    @"0001-01-01" - @"P1D" => 0000-12-31
    @"9999-12-31" + @"P1D" => 10000-01-01
    @"10000-01-01" - @"P1D" => 9999-12-31
    @"-0001-12-31" + @"P1D" => 0000-01-01
    @"999999999-12-31" + @"P1D" => null (out_of_range)
    @"999999999-12-31" + @"P1M" => null (out_of_range)
    @"2026-03-01" - @"2026-02-01" => P28D
    @"2026-02-01" - @"2026-03-01" => -P28D
    @"2024-03-01" - @"2024-02-01" => P29D
    @"2000-03-01" - @"-0400-03-01" => P876582D
""")
def test_dates(text: str, expected: str, answer: Answer) -> None:
    assert answer(text) == expected


@pytest.mark.table("""
    @"10:00:00" + @"PT90M" => 11:30:00
    @"23:30:00" + @"PT1H" => 00:30:00
    @"00:30:00" - @"PT1H" => 23:30:00
    @"10:00:00+08:00" + @"PT1H" => 11:00:00+08:00
    @"10:00:00@Asia/Shanghai" + @"PT1H" => 11:00:00@Asia/Shanghai
    @"10:00:00" + @"P2D" => 10:00:00
    @"10:00:00" + @"P1M" => null (operands)
    @"11:30:00" - @"10:00:00" => PT1H30M
    @"10:00:00" - @"11:30:00" => -PT1H30M
    @"10:00:00+08:00" - @"10:00:00Z" => -PT8H
    @"10:00:00" - @"10:00:00Z" => null (operands)
    @"00:00:00.5" + @"PT0.25S" => 00:00:00.75
""")
def test_times(text: str, expected: str, answer: Answer) -> None:
    assert answer(text) == expected


@pytest.mark.table("""
    @"2026-01-31T23:30:00" + @"PT1H" => 2026-02-01T00:30:00
    @"2026-01-31T10:00:00" + @"P1M" => 2026-02-28T10:00:00
    @"2026-01-31T10:00:00Z" - @"P1Y" => 2025-01-31T10:00:00Z
    @"2026-01-01T00:00:00Z" - @"2025-12-31T00:00:00Z" => P1D
    @"2026-01-01T08:00:00+08:00" - @"2026-01-01T00:00:00Z" => PT0S
    @"2026-01-01T00:00:00" - @"2025-12-31T12:00:00" => PT12H
    @"2026-01-01T00:00:00" - @"2026-01-01T00:00:00Z" => null (operands)
    // a date beside a date-time is its midnight in UTC
    @"2026-01-02T00:00:00Z" - @"2026-01-01" => P1D
    @"2026-01-01" - @"2026-01-01T08:00:00+08:00" => PT0S
    @"2026-01-02T00:00:00" - @"2026-01-01" => null (operands)
    // elapsed time over the change to summer time; calendar time keeps the clock
    @"2026-03-29T01:30:00@Europe/Paris" + @"PT1H" => 2026-03-29T03:30:00@Europe/Paris
    @"2026-03-29T03:30:00@Europe/Paris" - @"PT1H" => 2026-03-29T01:30:00@Europe/Paris
    @"2026-02-28T12:00:00@Europe/Paris" + @"P1M" => 2026-03-28T12:00:00@Europe/Paris
    @"2026-03-29T12:00:00@Europe/Paris" - @"2026-03-28T12:00:00@Europe/Paris" => PT23H
    @"9999-12-31T23:00:00@Asia/Shanghai" + @"PT2H" => 10000-01-01T01:00:00@Asia/Shanghai
    @"-5000-01-01T00:00:00Z" + @"PT1S" => -5000-01-01T00:00:01Z
    @"999999999-12-31T23:59:59Z" + @"PT1S" => null (out_of_range)
""")
def test_date_times(text: str, expected: str, answer: Answer) -> None:
    assert answer(text) == expected
