"""Decision tables: matching cells, types of columns, outputs and defaults."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

D = Decimal


@pytest.fixture
def grades(dmn: Any) -> Any:
    return dmn.table(
        ["amount:number", "grade:string"],
        ["discount:number"],
        [["< 100", "-", "0"], [">= 100", '"gold", "diamond"', "0.2"], [">= 100", 'not("gold", "diamond")', "0.1"]],
    )


@pytest.mark.parametrize(
    ("amount", "grade", "discount"),
    [(D(99), "gold", D(0)), (D(100), "gold", D("0.2")), (100, "silver", D("0.1")), (D("100.5"), "diamond", D("0.2"))],
)
def test_the_rule_that_matches_gives_the_output(dmn: Any, grades: Any, amount: Any, grade: Any, discount: Any) -> None:
    result = dmn.ask_table(grades, amount=amount, grade=grade)
    assert (result.value, result.error) == (discount, None)


def test_no_rule_gives_null_without_failure(dmn: Any) -> None:
    result = dmn.ask_table(dmn.table(["a"], ["b"], [["1", "2"]]), a=D(5))
    assert (result.value, result.error, result.trace[0].rules) == (None, None, ())


@pytest.mark.parametrize(
    ("cell", "value", "matches"),
    [
        ("", D(1), True),
        ("-", None, True),
        ("5", D("5.0"), True),
        ("5", "5", False),
        ("-5", D(-5), True),
        ("1, 2, 3", D(2), True),
        ("[1..5]", D(5), True),
        ("[1..5)", D(5), False),
        ("(1..5)", D(1), False),
        ("]1..5[", D(3), True),
        ("not([1..5], 9)", D(9), False),
        ("not([1..5], 9)", D(6), True),
        ("> 1, < -1", D(-2), True),
        ("null", None, True),
        ("null", D(1), False),
        ("5", None, False),
        ('"a,b"', "a,b", True),
        ('"a,b"', "a", False),
        (r'"say \"hi\""', 'say "hi"', True),
        ('"天", "地"', "地", True),
        ("true", True, True),
        ("true", D(1), False),
        ("limit", D(7), True),
        ("> limit", D(8), True),
        ("? * 2 = limit + 1", D(4), True),
        ("even(?)", D(4), True),
        ('starts with(?, "ab")', "abc", True),
        ('date("2026-03-01")', date(2026, 3, 1), True),
        ('[date("2026-03-01")..date("2026-03-31")]', date(2026, 4, 1), False),
        ('@"2026-03-01"', date(2026, 3, 1), True),
        ('"b"', ["a", "b"], False),
        ('list contains(?, "b")', ["a", "b"], True),
    ],
)
def test_a_cell_matches_as_feel_says(dmn: Any, cell: Any, value: Any, matches: Any) -> None:
    table = dmn.table(["value"], ["hit"], [[cell, "true"]])
    assert (dmn.ask_table(table, value=value, limit=D(7)).value is True) == matches


def test_an_output_may_use_variables_and_inputs_are_expressions(dmn: Any) -> None:
    table = dmn.table(["amount * 2"], ["b"], [["> 10", 'if vip then "A" else string(amount)']])
    assert dmn.ask_table(table, amount=D(6), vip=False).value == "6"
    assert dmn.ask_table(table, amount=D(6), vip=True).value == "A"


def test_several_outputs_make_a_context_in_their_order(dmn: Any) -> None:
    table = dmn.table(["a"], ["limit:number", "unit:string"], [["1", "30", '"min"'], ["2", "3", '"h"']])
    result = dmn.ask_table(table, a=D(2))
    assert list(result.value.items()) == [("limit", D(3)), ("unit", "h")]


def test_default_outputs_are_used_when_no_rule_matches(dmn: Any) -> None:
    table = dmn.table(["a"], ["limit:number=60", "unit:string", 'note:string="none"'], [["1", "30", '"min"', '"x"']])
    assert dmn.ask_table(table, a=D(9)).value == {"limit": D(60), "unit": None, "note": "none"}
    assert dmn.ask_table(table, a=D(1)).value == {"limit": D(30), "unit": "min", "note": "x"}


def test_a_default_that_is_null_is_no_default_for_a_match(dmn: Any) -> None:
    table = dmn.table(["a"], ["limit:number=a * 2"], [["1", "null"]])
    assert dmn.ask_table(table, a=D(1)).value is None
    assert dmn.ask_table(table, a=D(4)).value == 8


def test_an_input_outside_its_allowed_values_fails_the_table(dmn: Any) -> None:
    table = dmn.table(['scope:string:"local","intl"'], ["b"], [["-", "1"]])
    result = dmn.ask_table(table, scope="mars")
    assert (result.value, result.error.code) == (None, "input_not_allowed")
    assert result.error.parameters == {"name": "scope"}
    assert (result.trace[0].inputs[0].value, result.trace[0].rules) == ("mars", ())
    assert dmn.ask_table(table, scope="intl").value == 1
    assert dmn.ask_table(table, scope=None).value == 1


def test_an_output_outside_its_allowed_values_fails_the_table(dmn: Any) -> None:
    table = dmn.table(["a"], ['state:string:"open","closed"'], [["1", '"open"'], ["2", '"ajar"']])
    assert dmn.ask_table(table, a=D(1)).value == "open"
    failed = dmn.ask_table(table, a=D(2))
    assert (failed.value, failed.error.code) == (None, "output_not_allowed")


def test_an_output_of_another_type_is_null_with_a_warning(dmn: Any) -> None:
    result = dmn.ask_table(dmn.table(["a"], ["limit:number"], [["-", '"soon"']]), a=D(1))
    assert result.value is None
    assert [(warning.code, warning.element) for warning in result.warnings] == [("type_mismatch", "out1")]


def test_a_column_of_dates_takes_the_strings_that_json_has_for_them(dmn: Any) -> None:
    table = dmn.table(
        ["day:date", "spent:dayTimeDuration"], ["b"], [['>= date("2026-03-01")', '< duration("PT4H")', "1"]]
    )
    assert dmn.ask_table(table, day="2026-03-02", spent="PT3H59M").value == 1
    assert dmn.ask_table(table, day="2026-02-27", spent="PT1H").value is None


def test_a_column_declared_wrongly_still_matches_by_its_tests_and_warns(dmn: Any) -> None:
    result = dmn.ask_table(dmn.table(["a:string"], ["b"], [["> 5", "1"]]), a=D(6))
    assert result.value == 1
    assert [warning.code for warning in result.warnings] == ["input_type"]


def test_a_table_without_inputs_and_one_without_rules(dmn: Any) -> None:
    assert dmn.ask_table(dmn.table([], ["b"], [["1"]])).value == 1
    assert dmn.ask_table(dmn.table(["a"], ["b=2"], []), a=D(1)).value == 2
