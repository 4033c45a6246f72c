"""Every built-in of tables 69 to 80 called in all the ways there are: by position, by name, with null, with nonsense.

A line is `function | parameter: argument | … => answer`, parameters named as the standard names them. `?` after a name
lets null in, `*` lets any value in; without one, null and a function in its place give null for the whole. Arguments
of a line whose function has a `…` stand for the rest and cannot be named.
"""

from collections.abc import Callable
from typing import NamedTuple

import pytest

from engine.feel import BUILT_IN_FUNCTIONS

Answer = Callable[[str], str]

LINES = r"""
    // 10.3.4.1 conversion
    date | from: "2026-03-04" => 2026-03-04
    date | from: @"2026-03-04T10:00:00Z" => 2026-03-04
    date | year: 2026 | month: 3 | day: 4 => 2026-03-04
    date and time | date: @"2026-03-04" | time: @"10:00:00+08:00" => 2026-03-04T10:00:00+08:00
    date and time | from: "2026-03-04T10:00:00@Asia/Shanghai" => 2026-03-04T10:00:00@Asia/Shanghai
    time | from: "10:11:12.5Z" => 10:11:12.5Z
    time | hour: 10 | minute: 11 | second: 12 | offset?: @"PT8H" => 10:11:12+08:00
    number | from: "1 000,5" | grouping separator?: " " | decimal separator?: "," => 1000.5
    number | from: "-12.50" => -12.50
    string | from*: 1.50 => "1.5"
    duration | from: "P1DT30H" => P2DT6H
    duration | from: "P14M" => P1Y2M
    years and months duration | from: @"2025-01-31" | to: @"2026-03-31" => P1Y2M
    // 10.3.4.2 boolean
    not | negand?: true => false
    // 10.3.4.3 strings
    substring | string: "foobar" | start position: 3 | length?: 2 => "ob"
    string length | string: "联通🐎" => 3
    upper case | string: "aBc" => "ABC"
    lower case | string: "aBc" => "abc"
    substring before | string: "foobar" | match: "bar" => "foo"
    substring after | string: "foobar" | match: "foo" => "bar"
    replace | input: "abab" | pattern: "(a)b" | replacement: "$1c" | flags?: "i" => "acac"
    contains | string: "foobar" | match: "oba" => true
    starts with | string: "foobar" | match: "foo" => true
    ends with | string: "foobar" | match: "bar" => true
    matches | input: "Foobar" | pattern: "^fo+" | flags?: "i" => true
    split | string: "a-b-c" | delimiter: "-" => ["a", "b", "c"]
    string join | list: ["a", "b"] | delimiter?: "; " => "a; b"
    // 10.3.4.4 lists
    list contains | list: [1, null] | element*: null => true
    count | list: [1, 2, null] => 3
    min | list: [3, 1, 2] => 1
    max | list: ["a", "c", "b"] => "c"
    sum | list: [1, 2.5] => 3.5
    mean | list: [1, 2, 6] => 3
    all | list: [true, true] => true
    any | list: [false, true] => true
    sublist | list: [4, 5, 6] | start position: 2 | length?: 1 => [5]
    append… | [1], 2, [3] => [1, 2, [3]]
    concatenate… | [1], [2, 3], [] => [1, 2, 3]
    insert before | list: [1, 3] | position: 2 | newItem*: 2 => [1, 2, 3]
    remove | list: [1, 2, 3] | position: -1 => [1, 2]
    list replace | list: [1, 2, 3] | position: 2 | newItem*: 0 => [1, 0, 3]
    list replace | list: [1, 2, 3] | match: function(item, newItem) item > newItem | newItem*: 1 => [1, 1, 1]
    reverse | list: [1, 2, 3] => [3, 2, 1]
    index of | list: [1, 2, null, 1] | match*: 1 => [1, 4]
    union… | [1, 2], [2, 3] => [1, 2, 3]
    distinct values | list: [1, 2, 1, null, null] => [1, 2, null]
    flatten | list: [[1, [2]], [[[3]]]] => [1, 2, 3]
    product | list: [2, 3, 4] => 24
    median | list: [8, 2, 5, 3] => 4
    stddev | list: [2, 4, 7, 5] => 2.081665999466132735282297706979931
    mode | list: [6, 1, 9, 6, 1] => [1, 6]
    // 10.3.4.5 numbers
    decimal | n: 2.5 | scale: 0 => 2
    floor | n: -1.56 | scale: 1 => -1.6
    ceiling | n: -1.56 | scale: 1 => -1.5
    round up | n: -1.121 | scale: 2 => -1.13
    round down | n: -1.126 | scale: 2 => -1.12
    round half up | n: -5.5 | scale: 0 => -6
    round half down | n: -5.5 | scale: 0 => -5
    abs | n: -10.50 => 10.50
    abs | n: @"-PT5H" => PT5H
    modulo | dividend: -12 | divisor: 5 => 3
    sqrt | number: 16 => 4
    log | number: 1 => 0
    exp | number: 0 => 1
    odd | number: 5 => true
    even | number: 5 => false
    // 10.3.4.6 dates and times
    is | value1*: @"10:00:00Z" | value2*: @"11:00:00+01:00" => false
    // 10.3.4.7 ranges
    before | point1: 1 | point2: 2 => true
    before | point: 1 | range: (1..5] => true
    before | range: [1..5) | point: 5 => true
    before | range1: [1..5] | range2: (5..9] => true
    after | point1: 2 | point2: 1 => true
    after | point: 5 | range: [1..5) => true
    after | range: (5..9] | point: 5 => true
    after | range1: [5..9] | range2: [1..5) => true
    meets | range1: [1..5] | range2: [5..9] => true
    met by | range1: [5..9] | range2: [1..5] => true
    overlaps | range1: [1..5] | range2: [3..9] => true
    overlaps before | range1: [1..5] | range2: [3..9] => true
    overlaps after | range1: [3..9] | range2: [1..5] => true
    finishes | point: 5 | range: [1..5] => true
    finishes | range1: [3..5] | range2: [1..5] => true
    finished by | range: [1..5] | point: 5 => true
    finished by | range1: [1..5] | range2: (3..5] => true
    includes | range: [1..5] | point: 3 => true
    includes | range1: [1..5] | range2: (1..5) => true
    during | point: 3 | range: [1..5] => true
    during | range1: (1..5) | range2: [1..5] => true
    starts | point: 1 | range: [1..5] => true
    starts | range1: [1..3] | range2: [1..5] => true
    started by | range: [1..5] | point: 1 => true
    started by | range1: [1..5] | range2: [1..3] => true
    coincides | point1: 3 | point2: 3 => true
    coincides | range1: [1..5) | range2: [1..5) => true
    // 10.3.4.8 temporal
    day of year | date: @"2024-12-31" => 366
    day of week | date: @"2026-03-04" => "Wednesday"
    month of year | date: @"2026-03-04T10:00:00" => "March"
    week of year | date: @"2027-01-01" => 53
    // 10.3.4.9 sort
    sort | list: [3, 1, 2] | precedes?: function(x, y) x > y => [3, 2, 1]
    // 10.3.4.10 contexts
    get value | m?: {a: {b: 1}} | key*: "a" => {b: 1}
    get entries | m: {a: 1} => [{key: "a", value: 1}]
    context | entries: [{key: "a", value: 1}, {key: "b", value: null}] => {a: 1, b: null}
    context put | context: {a: 1} | key: "b" | value*: 2 => {a: 1, b: 2}
    context put | context: {a: {b: 1}} | keys: ["a", "b"] | value*: 2 => {a: {b: 2}}
    context merge | contexts: [{a: 1, b: 1}, {b: 2}] => {a: 1, b: 2}
    // 10.3.4.11 the rest of 1.5, and Camunda's
    range | from: "(1..5]" => (1..5]
    now… | => 2026-03-04T05:06:07Z
    today… | => 2026-03-04
    get or else | value*: null | default*: 1 => 1
    is defined | value*: amount => true
    is empty | list?: [] => true
    is blank | string?: " \t" => true
    trim | string: "  a b " => "a b"
    extract | input: "a1 b22" | pattern: "[0-9]+" => ["1", "22"]
    to base64 | value: "联" => "6IGU"
    to json | value*: {a: [1.50, null]} => "{\"a\":[1.50,null]}"
    from json | value: "{\"a\": [1.50, null]}" => {a: [1.5, null]}
    duplicate values | list: [1, 2, 1, 3, 2] => [1, 2]
    partition | list: [1, 2, 3] | size: 2 => [[1, 2], [3]]
    last day of month | date: @"2024-02-03" => 2024-02-29
"""
# Their answer depends on the seed or on what was looked for; they have tests of their own.
ELSEWHERE = {"uuid", "random number", "assert"}


class Line(NamedTuple):
    """One call: parameters by name with their arguments, in the order of the signature."""

    function: str
    parameters: tuple[tuple[str, str], ...]
    answer: str

    @property
    def names(self) -> list[str]:
        return [name.rstrip("?*") for name, _ in self.parameters]

    @property
    def arguments(self) -> list[str]:
        return [argument for _, argument in self.parameters]

    def by_position(self, arguments: list[str]) -> str:
        return f"{self.function}({', '.join(arguments)})"

    def by_name(self, arguments: list[str]) -> str:
        named = [f"{name}: {argument}" for name, argument in zip(self.names, arguments, strict=True)]
        # The last one first: names, not places, must count.
        return f"{self.function}({', '.join(named[1:] + named[:1])})"

    def with_one(self, place: int, argument: str) -> list[str]:
        return [*self.arguments[:place], argument, *self.arguments[place + 1 :]]


def _line(text: str) -> Line:
    call, _, answer = text.rpartition(" => ")
    function, *parts = [part.strip() for part in call.split(" | ")] if " | " in call else [call.rstrip(" |")]
    if function.endswith("…"):
        given = [("", part) for part in parts if part]
        return Line(function.rstrip("…"), tuple(given), answer.strip())
    return Line(function, tuple((one.partition(": ")[0], one.partition(": ")[2]) for one in parts), answer.strip())


CALLS = [_line(text.strip()) for text in LINES.splitlines() if text.strip() and not text.strip().startswith("//")]
NAMED = [call for call in CALLS if all(call.names) and call.parameters]
# Functions of one list take its items one by one too, so anything else there is a list of one.
SPREAD = {"min", "max", "sum", "mean", "all", "any", "product", "median", "stddev", "mode", "context merge", "union"}


# They look into the list; the others take whatever is no list as a list of one (10.3.2.9.4).
LOOKING = {"min", "max", "sum", "mean", "all", "any", "product", "median", "stddev", "mode", "string join"}


def shown(call: Line) -> str:
    return f"{call.function}-{'-'.join(call.names)}"


def places(mark: str) -> list[tuple[Line, int]]:
    """Each parameter that lets in neither what its mark says nor any value."""
    return [
        (call, place)
        for call in NAMED
        for place, (name, _) in enumerate(call.parameters)
        if not name.endswith(("*", mark) if mark else "*")
    ]


def nonsense() -> list[tuple[Line, int]]:
    return [(call, place) for call, place in places("") if call.names[place] != "list" or call.function in LOOKING]


def test_no_built_in_is_left_out() -> None:
    assert {call.function for call in CALLS} | ELSEWHERE == set(BUILT_IN_FUNCTIONS)


@pytest.mark.parametrize("call", CALLS, ids=shown)
def test_by_position(call: Line, answer: Answer) -> None:
    assert answer(call.by_position(call.arguments)) == call.answer


@pytest.mark.parametrize("call", NAMED, ids=shown)
def test_by_name_in_any_order(call: Line, answer: Answer) -> None:
    # Two signatures that differ in the order of their names alone are told apart by it.
    ordered = ", ".join(f"{name}: {argument}" for name, argument in zip(call.names, call.arguments, strict=True))
    asked = f"{call.function}({ordered})" if {"point", "range"} == set(call.names) else call.by_name(call.arguments)
    assert answer(asked) == call.answer


@pytest.mark.parametrize("call", [call for call in NAMED if call.function != "is defined"], ids=shown)
def test_a_name_it_has_not(call: Line, answer: Answer) -> None:
    named = ", ".join(f"{name}x: {argument}" for name, argument in zip(call.names, call.arguments, strict=True))
    assert answer(f"{call.function}({named})") == "null (argument_names)"


@pytest.mark.parametrize(("call", "place"), places("?"), ids=lambda one: shown(one) if isinstance(one, Line) else one)
def test_null_for_one_argument(call: Line, place: int, answer: Answer) -> None:
    assert answer(call.by_position(call.with_one(place, "null"))).startswith("null (argument")
    assert answer(call.by_name(call.with_one(place, "null"))).startswith("null (argument")


@pytest.mark.parametrize(("call", "place"), nonsense(), ids=lambda one: shown(one) if isinstance(one, Line) else one)
def test_nonsense_for_one_argument(call: Line, place: int, answer: Answer) -> None:
    told = answer(call.by_position(call.with_one(place, "function(x) x")))
    assert told.startswith("null (")
    assert "argument" in told or "not_comparable" in told


@pytest.mark.parametrize("call", [call for call in CALLS if call.parameters], ids=shown)
def test_too_many_arguments(call: Line, answer: Answer) -> None:
    if call.function in SPREAD or call.function in ("append", "concatenate"):
        return
    assert answer(call.by_position([*call.arguments, *["1"] * 5])) == "null (argument_count)"
