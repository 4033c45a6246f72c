"""The account of an evaluation: inputs, rules that matched, every decision, as JSON."""

import json
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

D = Decimal


@pytest.fixture
def limits(dmn: Any) -> Any:
    grade = dmn.table(["revenue"], ["grade"], [["> 100", '"gold"'], ["-", '"silver"']], "FIRST")
    table = dmn.table(
        ["grade", "scope"],
        ["value:number", "unit:string"],
        [['"gold"', "-", "30", '"min"', "P S2", "verified"], ['"silver"', '"local"', "1", '"h"', "D", ""]],
        annotations=["source", "note"],
    )
    return dmn.model(dmn.decision("grade", grade), dmn.decision("limit", table, "decision:grade"))


def test_the_trace_tells_every_decision_with_its_inputs_and_rules(dmn: Any, limits: Any) -> None:
    grade, limit = dmn.ask(limits, "limit", revenue=D(500), scope="intl").trace
    assert (grade.id, grade.name, grade.type, grade.output) == ("d_grade", "grade", "decisionTable", "gold")
    assert [(given.id, given.name, given.value) for given in limit.inputs] == [
        ("in1", "grade", "gold"),
        ("in2", "scope", "intl"),
    ]
    (rule,) = limit.rules
    assert (rule.id, rule.index) == ("r1", 1)
    assert [(out.id, out.name, out.value) for out in rule.outputs] == [
        ("out1", "value", D(30)),
        ("out2", "unit", "min"),
    ]
    assert limit.output == {"value": D(30), "unit": "min"}


def test_a_matched_rule_brings_its_annotations_so_the_source_of_a_figure_is_kept(dmn: Any, limits: Any) -> None:
    result = dmn.ask(limits, "limit", revenue=D(500), scope="intl")
    assert result.trace[-1].rules[0].annotations == {"source": "P S2", "note": "verified"}


def test_the_model_keeps_the_names_and_texts_of_annotation_columns(limits: Any) -> None:
    table = limits.decisions["d_limit"].drawn.logic
    assert table.annotations == ("source", "note")
    assert [rule.annotations for rule in table.rules] == [("P S2", "verified"), ("D", "")]


def test_the_trace_is_json(dmn: Any, limits: Any) -> None:
    result = dmn.ask(limits, "limit", revenue=D(1), scope="local")
    stored = json.loads(json.dumps(result.trace_to_json(), default=str))
    assert stored[1] == {
        "id": "d_limit",
        "name": "limit",
        "type": "decisionTable",
        "inputs": [{"id": "in1", "name": "grade", "value": "silver"}, {"id": "in2", "name": "scope", "value": "local"}],
        "rules": [
            {
                "id": "r2",
                "index": 2,
                "outputs": [
                    {"id": "out1", "name": "value", "value": "1"},
                    {"id": "out2", "name": "unit", "value": "h"},
                ],
                "annotations": {"source": "D", "note": ""},
            }
        ],
        "output": {"value": "1", "unit": "h"},
        "tables": [],
    }


def test_dates_in_a_trace_become_text_and_functions_null(dmn: Any) -> None:
    model = dmn.model(
        dmn.decision("day", dmn.literal('date("2026-03-01")')),
        dmn.decision("f", dmn.literal("function(x) x")),
        dmn.decision("a", dmn.literal("[day, f(1)]"), "decision:day decision:f"),
    )
    result = dmn.ask(model, "a")
    assert result.trace[0].output == date(2026, 3, 1)
    stored = result.trace_to_json()
    assert [one["output"] for one in stored[:2]] == ["2026-03-01", None]
    assert [given["name"] for given in stored[2]["inputs"]] == ["day", "f"]


def test_tables_inside_contexts_and_functions_are_told_too(dmn: Any) -> None:
    inner = dmn.table(["n"], ["o"], [["1", "10"], ["2", "20"]])
    logic = f"<context><contextEntry><variable name='fee'/>{inner}</contextEntry></context>"
    decision = dmn.ask_logic(logic, n=D(2)).trace[0]
    assert (decision.type, decision.rules) == ("context", ())
    assert [(table.id, table.name, table.rules[0].index) for table in decision.tables] == [("t", "fee", 2)]


def test_a_table_run_in_a_loop_does_not_grow_the_trace_without_end(dmn: Any) -> None:
    loop = '<for iteratorVariable="n"><in>' + dmn.literal("for i in 1..900 return 1") + "</in><return>"
    result = dmn.ask_logic(loop + dmn.table(["n"], ["o"], [["1", "10"]]) + "</return></for>")
    assert len(result.value) == 900
    assert len(result.trace[0].tables) == 200


def test_warnings_do_not_grow_without_end(dmn: Any) -> None:
    loop = '<for iteratorVariable="n"><in>' + dmn.literal("for i in 1..900 return 1") + "</in><return>"
    result = dmn.ask_logic(loop + dmn.literal("n + missing") + "</return></for>")
    assert len(result.warnings) == 200


def test_every_warning_and_failure_has_an_english_sentence(dmn: Any) -> None:
    result = dmn.ask_logic(dmn.table(["n:number"], ["o:number"], [["-", '"x"'], ["-", "1"]]), n="x")
    assert [str(warning) for warning in result.warnings] == [
        "the value of the input n is not of type number",
        "the value of o is not of type number; null is used",
    ]
    assert str(result.error) == "rules 1, 2 all match, the hit policy UNIQUE allows one"
