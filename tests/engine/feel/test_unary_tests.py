"""Unary tests: the cells of decision tables (DMN 1.5, 10.3.1.2 grammar rules 7 to 17, and 10.3.2.8)."""

from collections.abc import Callable

import pytest

from engine.feel import FeelSyntaxError, Moment, compile_unary_tests

Passes = Callable[[str], str]


@pytest.mark.table("""
    - / 1 => true
    - / null => true
    5 / 5 => true
    5 / 6 => false
    5 / null => false
    5 / "5" => false
    null / null => true
    null / 1 => false
    "a" / "a" => true
    "a", "b" / "b" => true
    "a", "b" / "c" => false
    "a","b" / null => false
    true / true => true
    true / false => false
    false / false => true
    -5 / -5 => true
    - 5 / -5 => true
    amount / 1500 => true
    amount + 1 / 1501 => true
    @"2026-01-01" / @"2026-01-01" => true
    date("2026-01-01") / @"2026-01-01" => true
    5, / 5 => syntax error
    , 5 / 5 => syntax error
    5 6 / 5 => syntax error
    "a" "b" / "a" => syntax error
    -, 5 / 5 => syntax error
""")
def test_values(text: str, expected: str, passes: Passes) -> None:
    assert passes(text) == expected


def test_an_empty_cell_lets_everything_pass(passes: Passes) -> None:
    assert (passes(" / 1"), passes("   / null")) == ("true", "true")


@pytest.mark.table("""
    < 5 / 4 => true
    < 5 / 5 => false
    <= 5 / 5 => true
    > 5 / 6 => true
    >= 5 / 5 => true
    = 5 / 5 => true
    != 5 / 5 => false
    != 5 / 6 => true
    < 5 / null => null (not_comparable)
    < 5 / "a" => null (not_comparable)
    < 5, > 10 / 11 => true
    < 5, > 10 / 7 => false
    < amount / 1499 => true
    < a * 2 / 15 => true
    > @"2026-01-01" / @"2026-03-04" => true
    [1..5] / 5 => true
    [1..5) / 5 => false
    ]1..5] / 1 => false
    (1..5) / 3 => true
    [1..5[ / 5 => false
    [a..a + 5] / 12 => true
    ["a".."c"] / "b" => true
    [1..5], [10..15], 20 / 20 => true
    [1..5], [10..15], 20 / 12 => true
    [1..5], [10..15], 20 / 7 => false
    [1..5] / null => null (not_comparable)
    [@"2026-01-01"..@"2026-12-31"] / @"2026-03-04" => true
    < / 5 => syntax error
    [1..] / 5 => syntax error
""")
def test_ranges(text: str, expected: str, passes: Passes) -> None:
    assert passes(text) == expected


@pytest.mark.table("""
    not(5) / 6 => true
    not(5) / 5 => false
    not(5, 6) / 7 => true
    not("a", "b") / "b" => false
    not(< 5) / 5 => true
    not([1..5], > 10) / 7 => true
    not([1..5], > 10) / 11 => false
    not(null) / null => false
    < nothing / null => null (operand)
    >= nothing / 1 => null (operand)
    [1.."a"] / null => null (range_ends)
    < nothing, null / null => true
    not(< nothing) / null => null (operand)
    = nothing / null => true
    not(null) / 1 => true
    not(true) / false => true
    not(true) / true => false
    not(< 5) / "a" => null (not_comparable)
    not(flag) / false => true
    not(flag) = false / true => true
    not(contains(?, ")")) / "a)" => false
    not(]1..5[) / 1 => true
    not((1..5]) / 5 => false
    not([1..5[) / 5 => true
    not([1..5[, (7..9]) / 9 => false
    not(-5) / -5 => false
    not("(") / ")" => true
    not(amount > 2000) and contains(?, ")") / ")" => true
    not(-) / 5 => syntax error
    not(5 / 5 => syntax error
    not(1, 2), 3 / 3 => true
""")
def test_negation(text: str, expected: str, passes: Passes) -> None:
    assert passes(text) == expected


@pytest.mark.table("""
    ? > 5 / 6 => true
    ? > 5 / 5 => false
    ? > 5 and ? < 10 / 7 => true
    ? > 5 and ? < 10 / 11 => false
    contains(?, "oo") / "foobar" => true
    starts with(?, "x") / "foobar" => false
    count(?) > 2 / [1, 2, 3] => true
    ?.state = "open" / {state: "open"} => true
    every x in ? satisfies x > 0 / [1, 2] => true
    not(? > 5) / 6 => false
    not(contains(?, "x")) / "abc" => true
    ? in [1, 2] / 2 => true
    ? in (1, > 5) / 9 => true
    even(?) / 4 => true
    ? = null / null => true
    ? != null / null => false
    modulo(?, 2) = 0, 7 / 7 => true
    flag and ? = 1 / 1 => true
    ? > missing / 1 => null (no_variable)
    // what is no boolean is compared with the value
    ? / 5 => true
    ? + 0 / 5 => true
    if ? > 5 then true else false / 6 => true
""")
def test_the_value_under_test(text: str, expected: str, passes: Passes) -> None:
    assert passes(text) == expected


@pytest.mark.table("""
    [1, 2] / 1 => true
    [1, 2] / 3 => false
    [1, 2] / [1, 2] => true
    numbers / 3 => true
    numbers, 9 / 9 => true
    [[1..3], 7] / 2 => true
    // a boolean that does not read `?` decides for any value that is no boolean
    amount > 1000 / "x" => true
    amount > 2000 / "x" => false
    amount > 1000 / true => true
    amount > 1000 / false => false
    {a: 1} / {a: 1} => true
    missing / 1 => false
    missing / null => true
""")
def test_lists_and_conditions(text: str, expected: str, passes: Passes) -> None:
    assert passes(text) == expected


@pytest.mark.parametrize("text", ["<", "[1..", "not(", "(", "1 2", "- -", "? >", "in 5", '"a'])
def test_bad_cells_are_refused(text: str) -> None:
    with pytest.raises(FeelSyntaxError):
        compile_unary_tests(text)


def test_tests_know_what_they_read() -> None:
    tests = compile_unary_tests("> limit, ? = other.value", frozenset(["upper limit"]))
    assert tests.reads == {"limit", "other"}
    assert tests.text == "> limit, ? = other.value"


def test_names_with_spaces_in_cells(moment: Moment) -> None:
    tests = compile_unary_tests("> upper limit - 1", frozenset(["upper limit"]))
    assert tests.matches(10, {"upper limit": 10}, moment).value is True


def test_a_passing_value_warns_of_nothing(moment: Moment) -> None:
    assert compile_unary_tests("[1..5]").matches(3, {}, moment).warnings == ()
