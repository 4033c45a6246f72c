"""Every declared type beside every value: what input data takes from JSON, and what a decision makes of its logic.

Rows are declared types, columns values; a cell is the kind of what is taken, `.` for null with a warning (DMN 1.5,
10.3.2.9.4). Kinds: n number, s string, b boolean, d date, t time, T date and time, D days and time duration, Y years
and months duration, l list, c context.
"""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest

from engine.feel import kind_of

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
    ".": "null",
}
JSON: dict[str, Any] = {
    "number": Decimal(2),
    "text": "two",
    "true": True,
    "day": "2026-03-04",
    "hour": "10:00:00",
    "instant": "2026-03-04T10:00:00Z",
    "P1D": "P1D",
    "P1Y": "P1Y",
    "one": [Decimal(2)],
    "word": ["two"],
    "many": [Decimal(1), Decimal(2)],
    "object": {"a": Decimal(1)},
}
FROM_JSON = """
                            number text true day hour instant P1D P1Y one word many object
    number                  n      .    .    .   .    .       .   .   n   .    .    .
    string                  .      s    .    s   s    s       s   s   .   s    .    .
    boolean                 .      .    b    .   .    .       .   .   .   .    .    .
    date                    .      .    .    d   .    .       .   .   .   .    .    .
    time                    .      .    .    .   t    .       .   .   .   .    .    .
    dateTime                .      .    .    T   .    T       .   .   .   .    .    .
    dayTimeDuration         .      .    .    .   .    .       D   .   .   .    .    .
    yearMonthDuration       .      .    .    .   .    .       .   Y   .   .    .    .
    context                 .      .    .    .   .    .       .   .   .   .    .    c
    tNumbers                l      .    .    .   .    .       .   .   l   .    l    .
    tWords                  .      l    .    l   l    l       l   l   .   l    .    .
    tSmall                  n      .    .    .   .    .       .   .   n   .    .    .
    tPair                   .      .    .    .   .    .       .   .   .   .    .    c
    Any                     n      s    b    s   s    s       s   s   l   l    l    c
"""
FEEL = {
    "number": "2",
    "text": '"two"',
    "true": "true",
    "day": '@"2026-03-04"',
    "hour": '@"10:00:00"',
    "instant": '@"2026-03-04T10:00:00Z"',
    "P1D": '@"P1D"',
    "P1Y": '@"P1Y"',
    "one": "[2]",
    "word": '["two"]',
    "many": "[1, 2]",
    "object": "{a: 1}",
    "days": '[@"2026-03-04"]',
}
FROM_FEEL = """
                            number text true day hour instant P1D P1Y one word many object days
    number                  n      .    .    .   .    .       .   .   n   .    .    .      .
    string                  .      s    .    .   .    .       .   .   .   s    .    .      .
    boolean                 .      .    b    .   .    .       .   .   .   .    .    .      .
    date                    .      .    .    d   .    .       .   .   .   .    .    .      d
    time                    .      .    .    .   t    .       .   .   .   .    .    .      .
    dateTime                .      .    .    T   .    T       .   .   .   .    .    .      T
    dayTimeDuration         .      .    .    .   .    .       D   .   .   .    .    .      .
    yearMonthDuration       .      .    .    .   .    .       .   Y   .   .    .    .      .
    context                 .      .    .    .   .    .       .   .   .   .    .    c      .
    tNumbers                l      .    .    .   .    .       .   .   l   .    l    .      .
    tWords                  .      l    .    .   .    .       .   .   .   l    .    .      .
    tSmall                  n      .    .    .   .    .       .   .   n   .    .    .      .
    tPair                   .      .    .    .   .    .       .   .   .   .    .    c      .
    Any                     n      s    b    d   t    T       D   Y   l   l    l    c      l
"""
ITEMS = """
    <itemDefinition name="tNumbers" isCollection="true"><typeRef>number</typeRef></itemDefinition>
    <itemDefinition name="tWords" isCollection="true"><typeRef>string</typeRef></itemDefinition>
    <itemDefinition name="tSmall"><typeRef>number</typeRef>
      <allowedValues><text>[1..5]</text></allowedValues></itemDefinition>
    <itemDefinition name="tPair"><itemComponent name="a"><typeRef>number</typeRef></itemComponent></itemDefinition>
"""


def cells(grid: str) -> Iterator[tuple[str, str, str]]:
    """Declared type, value and expected kind of each place of a grid."""
    head, *rows = [line.split() for line in grid.strip().splitlines()]
    for declared, *found in rows:
        assert len(found) == len(head)
        yield from ((declared, value, cell) for value, cell in zip(head, found, strict=True))


@pytest.mark.parametrize("declared", sorted({row for row, _, _ in cells(FROM_JSON)}))
def test_what_input_data_takes(declared: str, dmn: Any) -> None:
    model = dmn.model(ITEMS, dmn.input_data("v", declared), dmn.decision("x", dmn.literal("v"), "input:v"))
    for row, value, cell in cells(FROM_JSON):
        if row == declared:
            result = dmn.ask(model, "x", v=JSON[value])
            assert (value, kind_of(result.value)) == (value, KINDS[cell])
            assert [warning.code for warning in result.warnings] == (["type_mismatch"] if cell == "." else [])


@pytest.mark.parametrize("declared", sorted({row for row, _, _ in cells(FROM_FEEL)}))
def test_what_a_decision_makes_of_its_logic(declared: str, dmn: Any) -> None:
    for row, value, cell in cells(FROM_FEEL):
        if row == declared:
            result = dmn.ask(dmn.model(ITEMS, dmn.decision("x", dmn.literal(FEEL[value]), type_ref=declared)), "x")
            assert (value, kind_of(result.value)) == (value, KINDS[cell])
            assert [warning.code for warning in result.warnings] == (["type_mismatch"] if cell == "." else [])


@pytest.mark.parametrize("declared", sorted({row for row, _, _ in cells(FROM_JSON)}))
def test_null_is_a_value_of_every_type(declared: str, dmn: Any) -> None:
    model = dmn.model(ITEMS, dmn.input_data("v", declared), dmn.decision("x", dmn.literal("v"), "input:v", declared))
    result = dmn.ask(model, "x", v=None)
    assert (result.value, [warning.code for warning in result.warnings]) == (None, [])


def test_what_allowed_values_leave_out_is_null(dmn: Any) -> None:
    model = dmn.model(ITEMS, dmn.input_data("v", "tSmall"), dmn.decision("x", dmn.literal("v"), "input:v"))
    assert [dmn.ask(model, "x", v=Decimal(n)).value for n in (0, 1, 5, 6)] == [None, Decimal(1), Decimal(5), None]
