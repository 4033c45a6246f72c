"""Grids of what works on what: operators on every pair of kinds; types, conversions and properties on every kind.

Rows are the left operand, columns the right one; a cell is the kind of the answer, `.` for null (tables 42, 50 to 57,
65 and 70). Kinds: n number, s string, b boolean, d date, t time, T date and time (both with an offset), D days and time
duration, Y years and months duration, l list, c context, r range, f function, 0 null.
"""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from engine.feel import Moment, compile_expression, kind_of

Answer = Callable[[str], str]
SAMPLES = {
    "n": "2",
    "s": '"2"',
    "b": "true",
    "d": '@"2026-03-04"',
    "t": '@"10:00:00Z"',
    "T": '@"2026-03-04T10:00:00Z"',
    "D": '@"P1DT2H"',
    "Y": '@"P1Y2M"',
    "l": "[1, 2]",
    "c": "{a: 1}",
    "r": "[1..2]",
    "f": "(function(x) x)",
    "0": "null",
}
KINDS = {
    "n": "number",
    "s": "string",
    "b": "boolean",
    "d": "date",
    "t": "time",
    "T": "date and time",
    "D": "days and time duration",
    "Y": "years and months duration",
    "l": "list",
    "c": "context",
    "r": "range",
    "f": "function",
    ".": "null",
}

ARITHMETIC = {
    "+": """
          n s b d t T D Y l c r f 0
        n n . . . . . . . . . . . .
        s . s . . . . . . . . . . .
        b . . . . . . . . . . . . .
        d . . . . . . d d . . . . .
        t . . . . . . t . . . . . .
        T . . . . . . T T . . . . .
        D . . . d t T D . . . . . .
        Y . . . d . T . Y . . . . .
        l . . . . . . . . . . . . .
        c . . . . . . . . . . . . .
        r . . . . . . . . . . . . .
        f . . . . . . . . . . . . .
        0 . . . . . . . . . . . . .
    """,
    "-": """
          n s b d t T D Y l c r f 0
        n n . . . . . . . . . . . .
        s . . . . . . . . . . . . .
        b . . . . . . . . . . . . .
        d . . . D . D d d . . . . .
        t . . . . D . t . . . . . .
        T . . . D . D T T . . . . .
        D . . . . . . D . . . . . .
        Y . . . . . . . Y . . . . .
        l . . . . . . . . . . . . .
        c . . . . . . . . . . . . .
        r . . . . . . . . . . . . .
        f . . . . . . . . . . . . .
        0 . . . . . . . . . . . . .
    """,
    "*": """
          n s b d t T D Y l c r f 0
        n n . . . . . D Y . . . . .
        s . . . . . . . . . . . . .
        b . . . . . . . . . . . . .
        d . . . . . . . . . . . . .
        t . . . . . . . . . . . . .
        T . . . . . . . . . . . . .
        D D . . . . . . . . . . . .
        Y Y . . . . . . . . . . . .
        l . . . . . . . . . . . . .
        c . . . . . . . . . . . . .
        r . . . . . . . . . . . . .
        f . . . . . . . . . . . . .
        0 . . . . . . . . . . . . .
    """,
    "/": """
          n s b d t T D Y l c r f 0
        n n . . . . . . . . . . . .
        s . . . . . . . . . . . . .
        b . . . . . . . . . . . . .
        d . . . . . . . . . . . . .
        t . . . . . . . . . . . . .
        T . . . . . . . . . . . . .
        D D . . . . . n . . . . . .
        Y Y . . . . . . n . . . . .
        l . . . . . . . . . . . . .
        c . . . . . . . . . . . . .
        r . . . . . . . . . . . . .
        f . . . . . . . . . . . . .
        0 . . . . . . . . . . . . .
    """,
    "**": """
          n s b d t T D Y l c r f 0
        n n . . . . . . . . . . . .
        s . . . . . . . . . . . . .
        b . . . . . . . . . . . . .
        d . . . . . . . . . . . . .
        t . . . . . . . . . . . . .
        T . . . . . . . . . . . . .
        D . . . . . . . . . . . . .
        Y . . . . . . . . . . . . .
        l . . . . . . . . . . . . .
        c . . . . . . . . . . . . .
        r . . . . . . . . . . . . .
        f . . . . . . . . . . . . .
        0 . . . . . . . . . . . . .
    """,
}
# Ordered are only two of one kind that has an order, equal or not two of one kind, and anything beside null.
ORDERED = "nsdtTDY"


def cells(grid: str) -> Iterator[tuple[str, str, str]]:
    """Row, column and cell of each place of a grid."""
    head, *rows = [line.split() for line in grid.strip().splitlines()]
    for row, *found in rows:
        assert len(found) == len(head)
        yield from ((row, column, cell) for column, cell in zip(head, found, strict=True))


def kind_of_answer(text: str, moment: Moment) -> str:
    return kind_of(compile_expression(text).evaluate({}, moment).value)


@pytest.mark.parametrize("operator", ARITHMETIC)
def test_arithmetic(operator: str, moment: Moment) -> None:
    wrong = []
    for left, right, cell in cells(ARITHMETIC[operator]):
        found = kind_of_answer(f"{SAMPLES[left]} {operator} {SAMPLES[right]}", moment)
        if found != KINDS[cell]:
            wrong.append((left, operator, right, found))
    assert wrong == []


@pytest.mark.parametrize("operator", ["<", "<=", ">", ">="])
def test_order(operator: str, moment: Moment) -> None:
    for left, mine in SAMPLES.items():
        for right, yours in SAMPLES.items():
            found = kind_of_answer(f"{mine} {operator} {yours}", moment)
            assert found == ("boolean" if left == right and left in ORDERED else "null"), (left, right)
            assert kind_of_answer(f"{mine} between {yours} and {yours}", moment) == found, (left, right)


@pytest.mark.parametrize("operator", ["=", "!="])
def test_equality(operator: str, moment: Moment) -> None:
    for left, mine in SAMPLES.items():
        for right, yours in SAMPLES.items():
            value = compile_expression(f"{mine} {operator} {yours}").evaluate({}, moment).value
            if left == right:
                # Two functions are never told to be the same.
                assert value is ((operator == "=") != (left == "f")), left
            else:
                # Null is comparable with everything and equal to nothing else.
                assert value is ((operator == "!=") if "0" in (left, right) else None), (left, right)


@pytest.mark.parametrize("operator", ["and", "or"])
def test_logic(operator: str, moment: Moment) -> None:
    """Table 50: what is no boolean is as unknown as null; only true or false can decide alone."""
    decisive = "false" if operator == "and" else "true"
    other = "true" if operator == "and" else "false"
    for kind, sample in SAMPLES.items():
        if kind != "b":
            assert compile_expression(f"{sample} {operator} {decisive}").evaluate({}, moment).value is (
                operator == "or"
            )
            assert compile_expression(f"{decisive} {operator} {sample}").evaluate({}, moment).value is (
                operator == "or"
            )
            assert compile_expression(f"{sample} {operator} {other}").evaluate({}, moment).value is None
            assert compile_expression(f"{sample} {operator} {sample}").evaluate({}, moment).value is None


@pytest.mark.parametrize("kind", [kind for kind in SAMPLES if kind != "0"])
def test_instance_of_its_own_kind_and_no_other(kind: str, moment: Moment) -> None:
    for other, name in KINDS.items():
        if other == ".":
            continue
        # A range and a function are written with what they are made of.
        written = {"range": "range<number>", "function": "function<Any> -> Any"}.get(name, name)
        value = compile_expression(f"{SAMPLES[kind]} instance of {written}").evaluate({}, moment).value
        assert value is (other == kind), name
    assert compile_expression(f"{SAMPLES[kind]} instance of Any").evaluate({}, moment).value is True
    assert compile_expression(f"{SAMPLES[kind]} instance of Null").evaluate({}, moment).value is False


@pytest.mark.parametrize(
    ("function", "takes"),
    [
        # A string is taken if it is one's own text; `"2"` is only a number's.
        ("number", {"n": "number", "s": "number"}),
        ("date", {"d": "date", "T": "date"}),
        ("time", {"d": "time", "t": "time", "T": "time"}),
        ("date and time", {"d": "date and time", "T": "date and time"}),
        ("duration", {"D": "days and time duration", "Y": "years and months duration"}),
        ("range", {}),
        ("string", dict.fromkeys("nsbdtTDYlcrf", "string")),
    ],
)
def test_conversions(function: str, takes: dict[str, str], moment: Moment) -> None:
    for kind, sample in SAMPLES.items():
        assert kind_of_answer(f"{function}({sample})", moment) == takes.get(kind, "null"), kind


@pytest.mark.parametrize("kind", ["n", "b", "d", "t", "T", "D", "Y"])
def test_the_text_of_a_value_is_read_back_as_the_same(kind: str, moment: Moment) -> None:
    function = {"n": "number", "d": "date", "t": "time", "T": "date and time", "D": "duration", "Y": "duration"}
    if kind in function:
        text = f"{function[kind]}(string({SAMPLES[kind]})) = {SAMPLES[kind]}"
        assert compile_expression(text).evaluate({}, moment).value is True
    else:
        assert compile_expression("string(true)").evaluate({}, moment).value == "true"


PROPERTIES = {
    "d": {"year": "2026", "month": "3", "day": "4", "weekday": "3"},
    "t": {"hour": "10", "minute": "0", "second": "0", "time offset": "PT0S", "timezone": "null"},
    "T": {
        "year": "2026",
        "month": "3",
        "day": "4",
        "weekday": "3",
        "hour": "10",
        "minute": "0",
        "second": "0",
        "time offset": "PT0S",
        "timezone": "null",
    },
    "D": {"days": "1", "hours": "2", "minutes": "0", "seconds": "0"},
    "Y": {"years": "1", "months": "2"},
    "r": {"start": "1", "end": "2", "start included": "true", "end included": "true"},
}
ALL = sorted({name for known in PROPERTIES.values() for name in known})


@pytest.mark.parametrize("kind", ["n", "s", "b", *PROPERTIES, "f"])
def test_properties(kind: str, answer: Answer) -> None:
    """Table 65: each kind has its own and no other's."""
    for name in ALL:
        told: Any = answer(f"{SAMPLES[kind]}.{name}")
        assert told == PROPERTIES.get(kind, {}).get(name, "null (no_property)"), name
