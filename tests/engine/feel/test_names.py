"""Names with spaces and operators, and what they are resolved against (DMN 1.5, 10.3.1.4 and 10.3.2.1)."""

from collections.abc import Callable
from typing import Any

import pytest

from engine.feel import Moment, compile_expression

Answer = Callable[[str], str]


@pytest.mark.table("""
    amount => 1500
    first name => "Ann"
    first   name => "Ann"
    order total + 1 => 100.50
    unit price*2 => 6
    list of things[2] => 2
    customer.full name => "Ann Lee"
    customer . address . city => "Jinan"
    if needed => true
    if if needed then 1 else 2 => 1
    客户 => "移动"
    客户 名称 => "联通"
    客户名称 => null (no_variable_similar)
    // the longest name that is known is taken
    a-b => 7
    a - b => 7
    a -b => 7
    (a)-b => 6
    b-a => -6
    x/y => 8
    Date-Time => "dt"
    // an unknown name of several words is one name, and is reported as one
    first nme => null (no_variable_similar)
    quite unknown thing => null (no_variable)
""")
def test_names_of_several_words(text: str, expected: str, answer: Answer) -> None:
    assert answer(text) == expected


@pytest.mark.table("""
    {my key: 1, r: my key + 1}.r => 2
    {a+b: 1, r: a+b}.r => 1
    {a+b: 1, r: b+a}.r => 14
    {"x y z": 5}.x y z => 5
    for my item in [1, 2] return my item * 2 => [2, 4]
    for e in [1, 2], e f in [e, e + 1] return e f => [1, 2, 2, 3]
    some big one in [1, 2] satisfies big one > 1 => true
    (function(first number, second number) first number - second number)(5, 3) => 2
    [{unit name: "m"}].unit name => ["m"]
    [{unit name: "m"}][unit name = "m"] => [{"unit name": "m"}]
    {time: 1, date: 2, r: time + date}.r => 3
    {in between: 1}.in between => 1
""")
def test_names_declared_in_the_expression(text: str, expected: str, answer: Answer) -> None:
    assert answer(text) == expected


@pytest.mark.table("""
    date and time("2026-01-01T00:00:00") => 2026-01-01T00:00:00
    years and months duration(@"2026-01-01", @"2027-03-01") => P1Y2M
    string length("abc") => 3
    string   length("abc") => 3
    day of week(@"2026-01-01") => "Thursday"
    // a value of the scope does not hide the built-in of its name, a function does
    count([1, 2]) => 2
    count + 1 => 13
    for count in [[1], [2, 3]] return count(count) => [1, 2]
    double(4) => 8
    {sum: function(x) "mine", r: sum([1, 2])}.r => "mine"
    {f: sum, r: f([1, 2])}.r => 3
""")
def test_built_in_names(text: str, expected: str, answer: Answer) -> None:
    assert answer(text) == expected


@pytest.mark.table("""
    {a: 1, b: {a: 2, c: a}}.b.c => 2
    {x: 1, y: (function(x) x)(2)}.y => 2
    {x: 1, y: for x in [3] return x}.y => [3]
    {x: 1, y: for z in [3] return x}.y => [1]
    for x in [1, 2], y in [x, x * 10] return x + y => [2, 11, 4, 22]
    for i in [1] return for j in [2] return for k in [3] return i * 100 + j * 10 + k => [[[123]]]
    (function(x) (function(y) x * y))(3)(4) => 12
    for f in for i in 1..3 return function(x) x + i return f(10) => [11, 12, 13]
    [{x: 1}, {x: 2}][x > y] => []
    {y: 1, r: [{x: 1}, {x: 2}][x > y]}.r => [{x: 2}]
    {x: 5, r: [{x: 1}, {y: 2}][x = 5]}.r => [{y: 2}]
    [[1, 2], [3]][count(item) > 1] => [[1, 2]]
    [{item: 1}, {item: 2}][item > 1] => [{item: 2}]
    [1, 2, 3][[4, 5][item > 4][1] = 5] => [1, 2, 3]
""")
def test_inner_names_go_first(text: str, expected: str, answer: Answer) -> None:
    assert answer(text) == expected


class Lazy(dict[str, Any]):
    """A scope that notes what is asked for."""

    def __init__(self, values: dict[str, Any]) -> None:
        super().__init__(values)
        self.asked: list[str] = []

    def __getitem__(self, key: str) -> Any:
        self.asked.append(key)
        return super().__getitem__(key)


def test_scope_is_asked_only_for_what_is_needed(moment: Moment) -> None:
    scope = Lazy({"a": True, "b": 1, "c": 2, "d": 3})
    assert compile_expression("if a then b else c").evaluate(scope, moment).value == 1
    assert scope.asked == ["a", "b"]


def test_the_same_text_is_compiled_once() -> None:
    assert compile_expression("1 + x") is compile_expression("1 + x")
    assert compile_expression("a b", frozenset(["a b"])) is not compile_expression("a b")


def test_names_without_hints_are_joined_words(moment: Moment) -> None:
    found = compile_expression("order total * 2").evaluate({"order total": 4}, moment)
    assert (found.value, found.warnings) == (8, ())
