"""What the host gives in and gets out: scope, moment, functions, JSON."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from engine.feel import (
    DateTime,
    DaysTimeDuration,
    FarDate,
    Function,
    FunctionType,
    Moment,
    NoValue,
    Range,
    Time,
    Type,
    YearsMonthsDuration,
    compile_expression,
    from_json,
    kind_of,
    to_json,
)


def value(text: str, scope: Mapping[str, Any], moment: Moment, *names: str) -> Any:
    """The value of an expression."""
    return compile_expression(text, frozenset(names)).evaluate(scope, moment).value


def test_the_moment_answers_now_and_today(moment: Moment) -> None:
    there = replace(moment, now=datetime(2026, 3, 4, 5, 6, 7, 89, tzinfo=ZoneInfo("Asia/Shanghai")))
    assert str(value("now()", {}, there)) == "2026-03-04T05:06:07.000089@Asia/Shanghai"
    assert value("today()", {}, there) == date(2026, 3, 4)
    east = replace(moment, now=datetime(2026, 3, 4, 5, 6, 7, tzinfo=timezone(timedelta(hours=8))))
    assert str(value("now()", {}, east)) == "2026-03-04T05:06:07+08:00"


def test_the_same_seed_gives_the_same_random_values(moment: Moment) -> None:
    text = "[random number(), random number(), uuid()]"
    first, again = value(text, {}, moment), value(text, {}, moment)
    other = value(text, {}, replace(moment, seed=7))
    assert first == again != other
    assert first[0] != first[1]
    assert all(0 <= number < 1 for number in first[:2])
    assert value('matches(uuid(), "^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$")', {}, moment)


def test_functions_of_the_host(moment: Moment) -> None:
    def add_days(day: date, days: Decimal) -> date:
        return day + timedelta(days=int(days))

    def fail(reason: str) -> None:
        raise ValueError(reason)

    def refuse() -> None:
        raise NoValue("invalid", text="x", what="calendar")

    host = replace(moment, functions={"add days": add_days, "fail": fail, "refuse": refuse, "answer": lambda: 42})
    assert value('add days(@"2026-03-04", 3)', {}, host) == date(2026, 3, 7)
    assert value("answer() + 1", {}, host) == 43
    assert type(value("answer()", {}, host)) is Decimal
    failed = compile_expression('fail("no calendar")').evaluate({}, host)
    assert (failed.value, str(failed.warnings[0])) == (None, "`fail` failed: no calendar")
    refused = compile_expression("refuse()").evaluate({}, host)
    assert str(refused.warnings[0]) == "`x` is no calendar"
    assert compile_expression("answer(1)").evaluate({}, host).warnings[0].code == "host"
    assert compile_expression("answer(x: 1)").evaluate({}, host).warnings[0].code == "argument_names"


def test_other_failures_of_a_host_function_are_the_hosts(moment: Moment) -> None:
    def broken() -> None:
        raise ConnectionError("gone")

    with pytest.raises(ConnectionError):
        value("broken()", {}, replace(moment, functions={"broken": broken}))


def test_functions_in_the_scope(moment: Moment) -> None:
    kinds = FunctionType("function", (Type("number"), Type("number")), Type("number"))
    scope = {
        "rate": Function(
            "rate", ("base", "percent"), lambda run, values: values[0] * values[1] / 100, kinds, optional=0
        ),
        "greet": Function(
            "greet", ("name",), lambda run, values: f"hello {values[0]}" if values else "hello", optional=1
        ),
    }
    assert value("rate(200, 5)", scope, moment) == 10
    assert value("rate(percent: 5, base: 200)", scope, moment) == 10
    assert value('rate("a", 5)', scope, moment) is None
    assert value('[greet("x"), greet()]', scope, moment) == ["hello x", "hello"]


def test_a_function_keeps_its_own_scope(moment: Moment) -> None:
    made = value("function(x) x + rate", {"rate": 10}, moment)
    assert value("f(1)", {"f": made, "rate": 99}, moment) == 11


def test_numbers_keep_their_digits(moment: Moment) -> None:
    exact = Decimal("12345678901234567890.10")
    assert str(value("x", {"x": exact}, moment)) == "12345678901234567890.10"
    assert str(value("[x]", {"x": exact}, moment)[0]) == "12345678901234567890.10"
    assert to_json(value("{a: x}", {"x": exact}, moment)) == {"a": exact}


def test_python_values_of_the_scope(moment: Moment) -> None:
    scope = {
        "i": 3,
        "f": 0.1,
        "inf": float("inf"),
        "t": (1, 2),
        "when": datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC),
        "local": datetime(2026, 3, 4, 5, 6, 7),  # noqa: DTZ001
        "day": date(2026, 3, 4),
        "span": timedelta(hours=36),
        "nested": {"list": [1, {"x": 0.5}]},
    }
    assert value("i + f", scope, moment) == Decimal("3.1")
    assert value("inf", scope, moment) is None
    assert value("t[2] + count(t)", scope, moment) == 4
    assert str(value("when", scope, moment)) == "2026-03-04T05:06:07Z"
    assert str(value("local", scope, moment)) == "2026-03-04T05:06:07"
    assert value('day = @"2026-03-04"', scope, moment) is True
    assert value('span = @"P1DT12H"', scope, moment) is True
    assert value("nested.list[2].x * 2", scope, moment) == 1
    assert value("for x in t return x / 2", scope, moment) == [Decimal("0.5"), 1]
    assert type(value("i", scope, moment)) is Decimal


@pytest.mark.parametrize(
    ("given", "json"),
    [
        (None, None),
        (True, True),
        (Decimal("1.50"), Decimal("1.50")),
        ("a", "a"),
        (date(2026, 3, 4), "2026-03-04"),
        (FarDate(-44, 3, 15), "-0044-03-15"),
        (Time(1, 2, 3), "01:02:03"),
        (DateTime(date(2026, 3, 4), Time(1, 2, 3, offset=0)), "2026-03-04T01:02:03Z"),
        (DaysTimeDuration(1_500_000_000), "PT1.5S"),
        (YearsMonthsDuration(14), "P1Y2M"),
        (Range(1, 2), None),
        (Function("f", (), lambda run, values: None), None),
        ([1, (2, date(2026, 3, 4))], [1, [2, "2026-03-04"]]),
        ({"a": {"b": YearsMonthsDuration(1)}}, {"a": {"b": "P1M"}}),
    ],
)
def test_values_become_json(given: object, json: object) -> None:
    assert to_json(given) == json


@pytest.mark.parametrize(
    "text",
    [
        *("-0", "0 * -1", "-1 * 0.00", "0 / -5", "-x", "x * 1", "(0 * -1) ** 3", "(-1E-6000) ** 3", "y", "-0 - 0"),
        *(
            "sum([0 * -1])",
            "product([0, -1])",
            "modulo(0 * -1, 3)",
            "sqrt(0 * -1)",
            "ceiling(-0.5)",
            "decimal(-0.4, 0)",
        ),
        *('number("-0")', 'from json("-0.0")', "min(0 * -1, 1)", '@"PT0S" / @"-PT1S"', "max([0 * -1])", "abs(-0)"),
    ],
)
def test_zero_has_no_sign_in_json(text: str, moment: Moment) -> None:
    scope = {"x": 0, "y": -0.0}
    found = to_json(value(f"[{text}, {{a: {text}}}]", scope, moment))
    alone = to_json(value(text, scope, moment))
    for zero in (alone, found[0], found[1]["a"]):
        assert (zero, str(zero)[0]) == (0, "0")


def test_json_becomes_values() -> None:
    assert from_json({"a": [1, 2.5, "x", None, True]}) == {"a": [Decimal(1), Decimal("2.5"), "x", None, True]}
    assert type(from_json(1)) is Decimal
    assert from_json("2026-03-04") == "2026-03-04"
    assert from_json(True) is True


def test_kinds_have_feels_names() -> None:
    assert [kind_of(given) for given in (None, True, 1, "a", [1], {}, date(2026, 1, 1), FarDate(0, 1, 1))] == [
        "null",
        "boolean",
        "number",
        "string",
        "list",
        "context",
        "date",
        "date",
    ]
