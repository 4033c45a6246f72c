"""`instance of`, types of function parameters, types of the host (DMN 1.5, 10.3.2.9 and table 53)."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from engine.feel import (
    ContextType,
    FeelSyntaxError,
    ListType,
    Moment,
    Type,
    compile_expression,
    is_instance,
    parse_type,
)

Answer = Callable[[str], str]


@pytest.mark.table("""
    1 instance of number => true
    1 instance of string => false
    "a" instance of string => true
    true instance of boolean => true
    null instance of number => false
    null instance of Any => false
    null instance of Null => true
    1 instance of Any => true
    1 instance of Null => false
    @"2026-01-01" instance of date => true
    @"2026-01-01T00:00:00" instance of date => false
    @"2026-01-01T00:00:00" instance of date and time => true
    @"99999-01-01" instance of date => true
    @"10:00:00" instance of time => true
    @"P1D" instance of days and time duration => true
    @"P1D" instance of years and months duration => false
    @"P1Y" instance of years and months duration => true
    [1] instance of list<number> => true
    [1, "a"] instance of list<number> => false
    [1, null] instance of list<number> => true
    [] instance of list<string> => true
    [[1]] instance of list<list<number>> => true
    [1] instance of list<Any> => true
    1 instance of list<number> => false
    {a: 1} instance of context<a: number> => true
    {a: 1, b: 2} instance of context<a: number> => true
    {a: "x"} instance of context<a: number> => false
    {} instance of context<a: number> => false
    {a b: 1} instance of context<a b: number> => true
    {a: {b: [1]}} instance of context<a: context<b: list<number>>> => true
    [1..3] instance of range<number> => true
    ["a".."b"] instance of range<number> => false
    (< 5) instance of range<number> => true
    (function(x) x) instance of function<Any> -> Any => true
    (function(x: number) x) instance of function<number> -> Any => true
    (function(x: number) x) instance of function<string> -> Any => false
    (function() "a") instance of function<> -> string => true
    (function() "a") instance of function<> -> number => false
    (function(x, y) x) instance of function<Any> -> Any => false
    1 instance of function<> -> Any => false
    1 + 1 instance of number => null (operands)
    (1 + 1) instance of number => true
    1 instance of number and true => true
    -1 instance of number => true
    amount instance of number => true
    seven instance of number => true
    flag instance of number => false
    1 instance of tUnknown => null (no_type)
    1 instance of => syntax error
    1 instance number => syntax error
    1 instance of list< => syntax error
    1 instance of list<number => syntax error
""")
def test_instance_of(text: str, expected: str, answer: Answer) -> None:
    assert answer(text) == expected


@pytest.fixture
def with_types(moment: Moment) -> Moment:
    """A host with types of its own."""
    person = ContextType("context", (("name", Type("string")), ("born", Type("date"))))
    return replace(
        moment,
        types={"tPerson": person, "tPeople": ListType("list", Type("tPerson")), "tLoop": Type("tLoop")},
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('{name: "Ann", born: @"2000-01-01"} instance of tPerson', True),
        ('{name: "Ann"} instance of tPerson', False),
        ('[{name: "Ann", born: null}] instance of tPeople', True),
        ("[1] instance of tPeople", False),
        ('(function(p: tPerson) p.name)({name: "Ann", born: null})', "Ann"),
        ('(function(p: tPeople) p.name)({name: "Ann", born: null})', ["Ann"]),
        ("(function(p: tPerson) p.name)(1)", None),
        ("1 instance of tLoop", None),
    ],
)
def test_types_of_the_host(text: str, expected: object, with_types: Moment) -> None:
    assert compile_expression(text).evaluate({}, with_types).value == expected


@pytest.mark.parametrize(
    "text",
    ["number", "date and time", "list<number>", "range<date>", "context<a: number>", "tMine", "my.tMine"],
)
def test_types_are_read_from_text(text: str) -> None:
    assert parse_type(text).name == text.partition("<")[0]


@pytest.mark.parametrize("text", ["", "list<", "list<number>>", "context<a>", "1", "context<a: >"])
def test_bad_types_are_refused(text: str) -> None:
    with pytest.raises(FeelSyntaxError):
        parse_type(text)


def test_is_instance_is_open_to_other_rooms() -> None:
    assert is_instance([1, 2], parse_type("list<number>"), {})
    assert not is_instance(True, parse_type("number"), {})
