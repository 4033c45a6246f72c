"""Constant unary tests as sets of values; they must hold exactly the values that FEEL lets pass."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.dmn.constants import NO_MOMENT
from engine.dmn.regions import read_constant, read_region
from engine.feel import compile_unary_tests

D = Decimal

numbers = st.integers(-4, 4).map(lambda n: D(n) / 2)
days = st.integers(0, 5).map(lambda n: date(2026, 2, 27) + timedelta(days=n))
words = st.sampled_from(["", "a", "b", "c", "a,b", "天"])


def cells_of(values: Any, write: Any) -> Any:
    constant = values.map(write)
    comparison = st.tuples(st.sampled_from(["<", "<=", ">", ">="]), constant).map(" ".join)
    ends = st.tuples(values, values).map(sorted).map(lambda pair: (write(pair[0]), write(pair[1])))
    span = st.tuples(st.sampled_from("[("), ends, st.sampled_from("])[")).map(
        lambda made: f"{made[0]}{made[1][0]}..{made[1][1]}{made[2]}"
    )
    several = st.lists(st.one_of(constant, comparison, span), min_size=1, max_size=3).map(", ".join)
    return st.one_of(several, several.map(lambda text: f"not({text})"))


CASES = st.one_of(
    st.tuples(cells_of(numbers, str), numbers),
    st.tuples(cells_of(days, lambda day: f'date("{day}")'), days),
    st.tuples(cells_of(words, lambda word: f'"{word}"'), words),
)


@settings(max_examples=400, deadline=None)
@given(CASES)
def test_a_region_holds_what_feel_lets_pass(case: Any) -> None:
    text, value = case
    region = read_region(text)
    assert region is not None
    passes = compile_unary_tests(text).matches(value, {}, NO_MOMENT).value is True
    assert region.holds(value) is passes
    assert region.test()(value) is passes


@pytest.mark.parametrize(
    "text",
    [
        *("-", "", "null", "x", "> x", "[1..x]", "f(1)", "? > 1", "not(x)", "1 + 1"),
        *('1, "a"', "1 2", "1,", "[1..", "[1..2", '["a".. 1]', '"a'),
        *('@"nonsense"', 'time("10:00:00")', 'date("2026-13-01")'),
    ],
)
def test_what_is_not_constant_has_no_region(text: Any) -> None:
    assert read_region(text) is None


@pytest.mark.parametrize("text", ["[5..5)", "(5..5]", "(5..5)", "]5..5]", "[5..4]", '["b".."a"]'])
def test_a_range_without_a_value_holds_nothing(text: str, dmn: Any) -> None:
    region = read_region(text)
    assert region is not None
    assert region.intervals == ()
    table = dmn.table(["v"], ["o"], [[text, "1"]])
    value = "a" if "a" in text else D(5)
    assert dmn.ask_table(table, v=value).value is None


def test_a_range_that_ends_before_it_begins_holds_nothing() -> None:
    assert read_region("[5..1]").intervals == ()


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("5", "number", D(5)),
        (" -0.50 ", "number", D("-0.5")),
        ('"a\\"b"', "string", 'a"b'),
        ("true", "boolean", True),
        ('@"2026-03-01"', "date", date(2026, 3, 1)),
    ],
)
def test_a_literal_is_read(text: Any, kind: Any, value: Any) -> None:
    assert read_constant(text) == (kind, value)


@pytest.mark.parametrize("text", ["", "5 + 1", "5, 6", "x", "null", "trueish", '"a" + "b"', "> 5"])
def test_anything_else_is_no_literal(text: Any) -> None:
    assert read_constant(text) is None


def test_durations_are_ordered() -> None:
    region = read_region('[duration("PT1H")..duration("P1D")]')
    assert region.holds(read_constant('duration("PT90M")')[1])
    assert not region.holds(read_constant('duration("PT25H")')[1])
    assert read_constant('duration("P1M")')[0] != region.kind


def test_the_points_of_a_region_that_has_only_points() -> None:
    assert read_region('"a", "b"').points() == {"a", "b"}
    assert read_region("1, [2..3]").points() is None
