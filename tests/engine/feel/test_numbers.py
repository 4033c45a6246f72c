"""Functions on numbers and on many of them (DMN 1.5, tables 75 and 76)."""

from collections.abc import Callable

import pytest

Answer = Callable[[str], str]


@pytest.mark.table("""
    decimal(1/3, 2) => 0.33
    decimal(1.5, 0) => 2
    decimal(2.5, 0) => 2
    decimal(-2.5, 0) => -2
    decimal(1234, -2) => 1200
    decimal(1, 2) => 1
    decimal(1.5, 7000) => null (out_of_range)
    floor(1.5) => 1
    floor(-1.5) => -2
    floor(-1.56, 1) => -1.6
    floor(155, -1) => 150
    ceiling(1.5) => 2
    ceiling(-1.5) => -1
    ceiling(1.51, 1) => 1.6
    round up(5.5, 0) => 6
    round up(-5.5, 0) => -6
    round up(1.121, 2) => 1.13
    round down(5.5, 0) => 5
    round down(-5.5, 0) => -5
    round half up(5.5, 0) => 6
    round half up(-5.5, 0) => -6
    round half up(1.125, 2) => 1.13
    round half down(5.5, 0) => 5
    round half down(-5.5, 0) => -5
    round half down(1.126, 2) => 1.13
    round up(1) => null (argument_count)
    round up("1", 0) => null (argument)
    floor(null) => null (argument)
    floor(n: 1.55, scale: 1) => 1.5
    floor([1.5]) => 1
""")
def test_rounding(text: str, expected: str, answer: Answer) -> None:
    assert answer(text) == expected


@pytest.mark.table("""
    abs(10) => 10
    abs(-10) => 10
    abs(@"-P1D") => P1D
    abs(@"-P1Y") => P1Y
    abs("a") => null (argument)
    modulo(12, 5) => 2
    modulo(-12, 5) => 3
    modulo(12, -5) => -3
    modulo(-12, -5) => -2
    modulo(10.1, 4.5) => 1.1
    modulo(5, 0) => null (division_by_zero)
    modulo(1e6000, 7e-6000) => null (number_too_large)
    sqrt(16) => 4
    sqrt(2) => 1.414213562373095048801688724209698
    sqrt(-1) => null (not_a_number)
    log(1) => 0
    log(10) => 2.302585092994045684017991454684364
    log(0) => null (not_a_number)
    exp(0) => 1
    exp(1) => 2.718281828459045235360287471352662
    exp(1e10) => null (number_too_large)
    exp(-1e10) => 0
    odd(5) => true
    odd(2) => false
    odd(-5) => true
    odd(5.5) => null (argument)
    even(0) => true
    even(-2) => true
    even(1e40) => null (argument)
""")
def test_functions_of_one_number(text: str, expected: str, answer: Answer) -> None:
    assert answer(text) == expected


@pytest.mark.table("""
    count([1, 2, 3]) => 3
    count([]) => 0
    count([null]) => 1
    count(null) => null (argument)
    count() => null (argument_count)
    min([3, 1, 2]) => 1
    min(3, 1, 2) => 1
    min("b", "a") => "a"
    min([@"2026-02-01", @"2026-01-01"]) => 2026-01-01
    max(@"P1D", @"PT25H") => P1DT1H
    max([]) => null
    max(1, "a") => null (not_comparable)
    max([1, null]) => null (not_comparable)
    max([true]) => null (argument)
    max(5) => 5
    sum([1, 2, 3]) => 6
    sum(1, 2, 3) => 6
    sum([0.1, 0.2]) => 0.3
    sum([]) => null
    sum(["a"]) => null (argument)
    sum([1, null]) => null (argument)
    sum(null) => null (argument)
    sum(list: [1, 2]) => 3
    product([2, 3, 4]) => 24
    product(2, 3) => 6
    product([]) => null
    mean([1, 2, 3, 4]) => 2.5
    mean(1) => 1
    mean([]) => null
    median([3, 1, 2]) => 2
    median([6, 1, 2, 3]) => 2.5
    median(8, 2, 5, 3, 4) => 4
    median([]) => null
    stddev(2, 4, 7, 5) => 2.081665999466132735282297706979931
    stddev([47]) => null
    stddev([]) => null
    mode(6, 3, 9, 6, 6) => [6]
    mode([6, 1, 9, 6, 1]) => [1, 6]
    mode([]) => []
    mode(["a"]) => null (argument)
    sum(orders.total) => 35.5
    mean(numbers) => 2.5
""")
def test_aggregates(text: str, expected: str, answer: Answer) -> None:
    assert answer(text) == expected
