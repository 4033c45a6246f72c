"""What can be told of expressions before anything runs: functions, conditions, and names nobody gives."""

import pytest

from engine.diagrams import parse
from engine.diagrams.checks.expressions import HOST_FUNCTIONS
from engine.directory import calendar
from engine.texts import words
from tests.engine.factories import (
    Found,
    Part,
    complex_gateway,
    diagram,
    each,
    end,
    exclusive,
    flows,
    script,
    service,
    start,
    timer,
    user,
)


def asked(condition: str) -> tuple[Part, ...]:
    return (start("s"), exclusive("x", default="x_e"), end("e"), end("f"), flows("s x e", "x f", x_f=condition))


@pytest.mark.parametrize("condition", ["=n > 1", "=flag", "=f(1) and f(2)", "=true", "=is defined(n)", '=n in ("a")'])
def test_a_condition_that_may_hold_is_fine(found: Found, condition: str) -> None:
    assert not [f for f in found(*asked(condition)) if f.code.startswith("bpmn_condition")]


@pytest.mark.parametrize(
    ("condition", "kind"), [("=1", "number"), ('="yes"', "string"), ("=a + 1", None), ("=[n > 1]", "list")]
)
def test_a_condition_that_is_none(found: Found, condition: str, kind: str | None) -> None:
    told = [words(f, "en") for f in found(*asked(condition)) if f.code == "bpmn_condition_not_boolean"]
    assert [f"gives a {kind}" in said for said in told] == ([True] if kind else [])


@pytest.mark.parametrize(
    ("condition", "english", "chinese"),
    [
        ("=false", "column 1): it is always false.", "结果始终为 false。"),
        ("=not(true)", "column 1): it is always false.", "结果始终为 false。"),
        ('="1" < 2', "column 5): string and number cannot be compared.", "文本与数字不能比较。"),
        ("=string(n) < 2", "column 11): string and number cannot be compared.", "文本与数字不能比较。"),
        ("=n > 5 and n < 3", "column 13): no value of `n` passes all the tests.", "`n` 没有一个值能同时满足这些条件。"),
        ("=n in [5..3]", "column 3): no value of `n` passes.", "`n` 取任何值都不成立。"),
    ],
)
def test_a_flow_that_can_never_be_taken(found: Found, condition: str, english: str, chinese: str) -> None:
    [told] = [f for f in found(*asked(condition)) if f.code.endswith("_never")]
    assert (told.code, told.severity, told.element) == ("bpmn_flow_never", "warning", "x_f")
    assert words(told, "en").startswith("This flow can never be taken: its condition " + condition[1:])
    assert words(told, "en").endswith(english)
    assert words(told, "zh").endswith(chinese)


def test_conditions_of_loops_and_gateways_too(found: Found) -> None:
    loop = service("t", "work", loop=each("=items", "one", until="=1"))
    told = found(start("s"), loop, complex_gateway("c", "=false"), end("e"), flows("s t c e"))
    assert [(f.code, f.element) for f in told if f.code.startswith("bpmn_condition")] == [
        ("bpmn_condition_not_boolean", "t"),
        ("bpmn_condition_never", "c"),
    ]


def test_functions_nobody_has(found: Found) -> None:
    told = found(
        start("s"),
        script("a", "function(x) x + 1", "more"),
        script("b", "more(1) + working days after(n, 3) + strin length(t)"),
        script("c", "for f in fs return f(1)"),
        end("e"),
        flows("s a b c e"),
    )
    [unknown] = [f for f in told if f.code == "bpmn_function_unknown"]
    assert (unknown.element, unknown.parameters["name"]) == ("b", "strin length")
    assert "string length" in unknown.parameters["near"]


def test_the_hosts_functions_are_those_of_the_calendar() -> None:
    assert calendar.functions(calendar.standard()).keys() == HOST_FUNCTIONS


# Names nobody gives


def doubts(*parts: Part) -> list[tuple[str, str]]:
    return [(f.code, f.parameters["name"]) for f in parse(diagram(*parts), "p.bpmn").doubts]


@pytest.mark.parametrize("name", ["amout", "amonut", "amounnt", "amoumt", "amount_", "Amount"])
def test_a_name_one_slip_away_from_a_variable(name: str) -> None:
    made = script("a", "1", "amount")
    assert doubts(start("s"), made, script("b", f"{name} + 1"), end("e"), flows("s a b e")) == [
        ("bpmn_variable_misspelt", name)
    ]


@pytest.mark.parametrize("name", ["amount", "amounts", "amount2", "mount_all", "customer", "now", "amt"])
def test_a_name_of_its_own_may_come_from_outside(name: str) -> None:
    made = script("a", "1", "amount")
    assert doubts(start("s"), made, script("b", f"{name} + 1"), end("e"), flows("s a b e")) == []


def test_entries_of_items_local_names_and_loops_are_no_variables() -> None:
    parts = (
        script("a", "orders[amout > 1]", "amount"),
        script("b", "for amoumt in xs return amoumt"),
        script("c", "{amonut: 1, x: amonut}.amounnt"),
        service("d", "work", loop=each("=orders", "single", until="=numberOfCompletedInstances > loopCounter")),
    )
    assert doubts(start("s"), *parts, end("e"), flows("s a b c d e")) == []


def test_where_nothing_comes_from_outside_every_name_must_be_set() -> None:
    by_clock = start("s", timer(cycle="R/PT1H"))
    reading = script("a", "missing + no")
    assert doubts(by_clock, reading, end("e"), flows("s a e")) == [("bpmn_variable_unknown", "missing")]
    for outside in (user("t", "GD.crc.duty"), service("t", "work")):
        assert doubts(by_clock, outside, reading, end("e"), flows("s t a e")) == []
