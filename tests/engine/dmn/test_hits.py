"""Hit policies and aggregators."""

from decimal import Decimal
from typing import Any

import pytest

D = Decimal
RULES = [["> 0", '"low"', "1"], ["> 5", '"high"', "2"], ["> 5", '"mid"', "2"]]
ORDERED = ['level::"high","mid","low"', "weight"]


def ask(dmn: Any, policy: Any, value: Any, outputs: Any = ("level", "weight"), rules: Any = RULES, **more: Any) -> Any:
    return dmn.ask_table(dmn.table(["a"], list(outputs), rules, policy, **more), a=D(value))


def test_unique_refuses_two_rules_and_names_them(dmn: Any) -> None:
    assert ask(dmn, "UNIQUE", 3).value == {"level": "low", "weight": 1}
    result = ask(dmn, "UNIQUE", 6)
    assert (result.value, result.error.code, result.error.parameters["rules"]) == (None, "several_rules", "1, 2, 3")
    assert result.error.element == "t"
    assert [rule.index for rule in result.trace[0].rules] == [1, 2, 3]


def test_first_takes_the_first_and_looks_no_further(dmn: Any) -> None:
    result = ask(dmn, "FIRST", 6)
    assert result.value["level"] == "low"
    assert [rule.index for rule in result.trace[0].rules] == [1]


def test_any_wants_the_same_output_from_every_rule(dmn: Any) -> None:
    same = [["> 0", "1.0"], ["> 5", "1"]]
    assert ask(dmn, "ANY", 6, ["b"], same).value == 1
    result = ask(dmn, "ANY", 6)
    assert (result.value, result.error.code) == (None, "different_outputs")
    assert ask(dmn, "ANY", 6, ["b"], [["> 0", "null"], ["> 5", "null"]]).error is None


def test_priority_goes_by_the_order_of_the_output_values(dmn: Any) -> None:
    assert ask(dmn, "PRIORITY", 6, ORDERED).value == {"level": "high", "weight": 2}
    assert ask(dmn, "PRIORITY", 1, ORDERED).value == {"level": "low", "weight": 1}
    assert ask(dmn, "PRIORITY", 0, ORDERED).value is None


def test_priority_of_several_outputs_goes_from_left_to_right(dmn: Any) -> None:
    outputs = ['level::"high","low"', 'speed::"slow","fast"']
    rules = [["-", '"low"', '"slow"'], ["-", '"high"', '"fast"'], ["-", '"high"', '"slow"']]
    assert ask(dmn, "PRIORITY", 1, outputs, rules).value == {"level": "high", "speed": "slow"}


def test_output_order_gives_all_by_priority(dmn: Any) -> None:
    assert [hit["level"] for hit in ask(dmn, "OUTPUT ORDER", 6, ORDERED).value] == ["high", "mid", "low"]


def test_the_order_may_stand_at_the_type(dmn: Any) -> None:
    allowed = '<allowedValues><text>"b","a"</text></allowedValues>'
    item = f'<itemDefinition name="tLevel"><typeRef>string</typeRef>{allowed}</itemDefinition>'
    table = dmn.table(["a"], ["level:tLevel"], [["-", '"a"'], ["-", '"b"']], "PRIORITY")
    assert dmn.ask(dmn.model(item, dmn.decision("x", table)), "x", a=D(1)).value == "b"


def test_an_output_value_may_hold_a_comma_or_be_a_range(dmn: Any) -> None:
    table = dmn.table(["a"], ['b::"x,y", (7), [1..5]'], [["-", "3"], ["-", "7"], ["-", '"x,y"']], "OUTPUT ORDER")
    assert dmn.ask_table(table, a=D(1)).value == ["x,y", D(7), D(3)]


def test_rule_order_and_collect_give_all_in_the_order_of_the_rules(dmn: Any) -> None:
    for policy in ("RULE ORDER", "COLLECT"):
        assert [hit["level"] for hit in ask(dmn, policy, 6).value] == ["low", "high", "mid"]
        assert ask(dmn, policy, 6, ["b"], [["> 0", "1"], ["> 5", "2"]]).value == [1, 2]


def test_collect_without_a_match_is_an_empty_list(dmn: Any) -> None:
    assert ask(dmn, "COLLECT", 0).value == []
    assert ask(dmn, "RULE ORDER", 0).value is None


@pytest.mark.parametrize(
    ("aggregation", "some", "none"),
    [("SUM", D(8), None), ("MIN", D(1), None), ("MAX", D(4), None), ("COUNT", D(4), D(0))],
)
def test_collect_aggregates_numbers(dmn: Any, aggregation: Any, some: Any, none: Any) -> None:
    rules = [["> 0", "1"], ["> 5", "4"], ["> 7", "2"], ["> 7", "1"], ["> 90", "100"]]
    assert ask(dmn, "COLLECT", 8, ["b"], rules, aggregation=aggregation).value == some
    assert ask(dmn, "COLLECT", 0, ["b"], rules, aggregation=aggregation).value == none


def test_what_cannot_be_added_fails(dmn: Any) -> None:
    result = ask(dmn, "COLLECT", 8, ["b"], [["> 0", "1"], ["> 5", '"x"']], aggregation="SUM")
    assert (result.value, result.error.code) == (None, "not_aggregable")


def test_an_aggregation_beside_another_policy_has_no_effect(dmn: Any) -> None:
    assert ask(dmn, "RULE ORDER", 8, ["b"], [["> 0", "1"]], aggregation="SUM").value == [1]


@pytest.mark.parametrize(
    ("policy", "aggregation", "value"),
    [
        ("COLLECT", "", [0]),
        ("RULE ORDER", "", [0]),
        ("COLLECT", "SUM", 0),
        ("UNIQUE", "", 0),
        ("ANY", "", 0),
        ("FIRST", "", 0),
    ],
)
def test_the_default_takes_the_shape_of_the_policy(dmn: Any, policy: Any, aggregation: Any, value: Any) -> None:
    assert ask(dmn, policy, 0, ["b=0"], [["> 0", "1"]], aggregation=aggregation).value == value
