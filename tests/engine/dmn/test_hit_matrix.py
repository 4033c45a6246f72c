"""Every hit policy and aggregator with no rule that matches, one, several alike and several that differ, with and
without a default output (DMN 1.5, 8.2.8 to 8.2.11).

A line is `policy [aggregator] | default | outputs of the rules that match => answer`; an answer in words is the code
of the failure. The output allows 3, 2, 1 in this order where the policy is one of order, and in lines marked `!`.
"""

from typing import Any

import pytest

from engine.dmn.hits import split_tests
from engine.feel import compile_expression
from engine.feel.run import Run
from engine.feel.text import text_of
from tests.engine.dmn.conftest import MOMENT

LINES = """
    UNIQUE | | => null
    UNIQUE | | 1 => 1
    UNIQUE | | null => null
    UNIQUE | | 1, 1 => several_rules
    UNIQUE | | 1, 2, 3 => several_rules
    UNIQUE | 9 | => 9
    UNIQUE | 9 | 1 => 1
    UNIQUE | 9 | null => null
    UNIQUE | 4 + 5 | => 9
    UNIQUE | null | => null
    UNIQUE ! | | 2 => 2
    UNIQUE ! | | 4 => output_not_allowed
    UNIQUE ! | | null => null
    UNIQUE ! | | [1, 2] => [1, 2]
    UNIQUE ! | | [1, 4] => output_not_allowed
    ANY | | => null
    ANY | | 1 => 1
    ANY | | 1, 1.0 => 1
    ANY | | 1, 2 => different_outputs
    ANY | | 1, null => different_outputs
    ANY | | null, null => null
    ANY | | [1, 2], [1, 2] => [1, 2]
    ANY | | [1, 2], [2, 1] => different_outputs
    ANY | | {a: 1}, {a: 1} => {a: 1}
    ANY | | "a", 1 => different_outputs
    ANY | 9 | => 9
    ANY | 9 | 1, 1 => 1
    FIRST | | => null
    FIRST | | 2, 1 => 2
    FIRST | | null, 1 => null
    FIRST | 9 | => 9
    FIRST ! | | 4, 1 => output_not_allowed
    FIRST ! | | 1, 4 => 1
    PRIORITY | | => null
    PRIORITY | | 1 => 1
    PRIORITY | | 1, 3, 2 => 3
    PRIORITY | | 1, 2, 1 => 2
    PRIORITY | | null, 1 => 1
    PRIORITY | | 4, 1 => output_not_allowed
    PRIORITY | 2 | => 2
    OUTPUT ORDER | | => null
    OUTPUT ORDER | | 1, 3, 2 => [3, 2, 1]
    OUTPUT ORDER | | 1, 3, 1 => [3, 1, 1]
    OUTPUT ORDER | | null, 3 => [3, null]
    OUTPUT ORDER | 2 | => [2]
    RULE ORDER | | => null
    RULE ORDER | | 2, 1, 2 => [2, 1, 2]
    RULE ORDER | | null => [null]
    RULE ORDER | 9 | => [9]
    RULE ORDER | [8, 9] | => [8, 9]
    COLLECT | | => []
    COLLECT | | 2, 1, 2 => [2, 1, 2]
    COLLECT | | [1], [2] => [[1], [2]]
    COLLECT | | null => [null]
    COLLECT | 9 | => [9]
    COLLECT ! | | 1, 4 => output_not_allowed
    COLLECT SUM | | => null
    COLLECT SUM | | 1, 2.5 => 3.5
    COLLECT SUM | | 0.1, 0.2 => 0.3
    COLLECT SUM | | 1 => 1
    COLLECT SUM | | "a", "b" => not_aggregable
    COLLECT SUM | | 1, null => not_aggregable
    COLLECT SUM | | 1, "a" => not_aggregable
    COLLECT SUM | 9 | => 9
    COLLECT MIN | | 3, 1, 2 => 1
    COLLECT MIN | | "b", "a" => "a"
    COLLECT MIN | | @"P1D", @"PT1H" => PT1H
    COLLECT MIN | | 1, "a" => not_aggregable
    COLLECT MIN | | => null
    COLLECT MAX | | 3, 1, 2 => 3
    COLLECT MAX | | @"2026-01-01", @"2026-02-01" => 2026-02-01
    COLLECT MAX | | true, false => not_aggregable
    COLLECT MAX | 9 | => 9
    COLLECT COUNT | | => 0
    COLLECT COUNT | | 1, 1, null => 3
    COLLECT COUNT | | "a" => 1
    COLLECT COUNT | 9 | => 9
"""
ROWS = [line.strip().rpartition(" => ")[::2] for line in LINES.strip().splitlines()]


@pytest.mark.parametrize(("asked", "expected"), ROWS)
def test_one_output(asked: str, expected: str, dmn: Any) -> None:
    policy, default, outputs = (part.strip() for part in asked.split("|"))
    strict = policy.endswith("!") or policy in ("PRIORITY", "OUTPUT ORDER")
    name, _, aggregation = policy.rstrip("! ").partition("COLLECT ")
    column = "o::3,2,1" if strict else "o"
    rules = [["< 0", "7"], *(["-", cell] for cell in split_tests(outputs) if cell), ["> 100", "8"]]
    table = dmn.table(
        ["a"], [column + (f"={default}" if default else "")], rules, name or "COLLECT", aggregation=aggregation
    )
    result = dmn.ask_table(table, a=compile_expression("5").evaluate({}, MOMENT).value)
    assert (result.error.code if result.error else _written(result.value)) == expected
    assert (result.value is None) or result.error is None


@pytest.mark.parametrize(
    ("policy", "rules", "expected"),
    [
        ("UNIQUE", [["1", '"x"']], '{a: 1, b: "x"}'),
        ("UNIQUE", [], "{a: 9, b: null}"),
        ("FIRST", [["1", '"x"'], ["2", '"y"']], '{a: 1, b: "x"}'),
        ("ANY", [["1", '"x"'], ["1", '"x"']], '{a: 1, b: "x"}'),
        ("ANY", [["1", '"x"'], ["1", '"y"']], "different_outputs"),
        ("RULE ORDER", [["2", '"y"'], ["1", '"x"']], '[{a: 2, b: "y"}, {a: 1, b: "x"}]'),
        ("RULE ORDER", [], "[{a: 9, b: null}]"),
        ("COLLECT", [["2", '"y"'], ["1", '"x"']], '[{a: 2, b: "y"}, {a: 1, b: "x"}]'),
        ("COLLECT", [], "[{a: 9, b: null}]"),
    ],
)
def test_two_outputs_of_which_one_has_a_default(policy: str, rules: list[list[str]], expected: str, dmn: Any) -> None:
    table = dmn.table(["n"], ["a=9", "b"], [["< 0", "7", "7"], *(["-", *row] for row in rules)], policy)
    result = dmn.ask_table(table, n=compile_expression("5").evaluate({}, MOMENT).value)
    assert (result.error.code if result.error else _written(result.value)) == expected


def _written(value: Any) -> str:
    return text_of(Run({}, MOMENT, 10_000), [value])[1:-1]
