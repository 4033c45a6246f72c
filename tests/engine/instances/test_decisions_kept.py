"""The trace of a decision is kept with the instance: which inputs, which rules, what came out, and why nothing did."""

from decimal import Decimal

import pytest

from tests.engine.factories import decision, diagram, end, flows, start
from tests.engine.house import House

DMN = """<?xml version="1.0" encoding="UTF-8"?>
<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="levels" name="levels" namespace="tests">
  <decision id="size" name="size">
    <variable name="size"/>
    <literalExpression id="le"><text>users / 10</text></literalExpression>
  </decision>
  <decision id="level" name="故障级别">
    <informationRequirement id="ir"><requiredDecision href="#size"/></informationRequirement>
    <decisionTable id="t" hitPolicy="UNIQUE">
      <input id="i" label="规模"><inputExpression id="ie"><text>size</text></inputExpression></input>
      <output id="o" name="level"/>
      <annotation name="依据"/>
      <rule id="r1">
        <inputEntry id="a"><text>&lt; 10</text></inputEntry><outputEntry id="b"><text>"minor"</text></outputEntry>
        <annotationEntry><text>第3条</text></annotationEntry>
      </rule>
      <rule id="r2">
        <inputEntry id="c"><text>[5..100]</text></inputEntry><outputEntry id="d"><text>"major"</text></outputEntry>
      </rule>
    </decisionTable>
  </decision>
</definitions>
""".encode()
ASK = diagram(start("s"), decision("d", "level"), end("e"), flows("s d e"))
COLUMNS = "number, element, decision_id, decision_version, type, state, output, inputs, rules, failure"


@pytest.fixture
def deployed(house: House) -> House:
    house.deploy(ASK, ("levels.dmn", DMN))
    return house


def test_every_decision_on_the_way_is_kept_with_what_it_was_given(deployed: House) -> None:
    key = deployed.start(variables={"users": 20}).key
    assert deployed.variables(key)["result"] == "minor"
    size, level = deployed.rows(f"SELECT {COLUMNS} FROM decision_instances ORDER BY key")
    assert size[:7] == (1, "d", "size", 1, "literalExpression", "evaluated", Decimal(2))
    assert level[:7] == (2, "d", "level", 1, "decisionTable", "evaluated", "minor")
    assert level[7] == [{"id": "i", "name": "规模", "value": 2}]
    output = {"id": "o", "name": "level", "value": "minor"}
    assert level[8] == [{"id": "r1", "index": 1, "outputs": [output], "annotations": {"依据": "第3条"}}]
    assert level[9] is None


def test_a_row_names_its_case_and_the_definitions_that_answered(deployed: House) -> None:
    key = deployed.start(variables={"users": 20}).key
    deployed.deploy(("levels.dmn", DMN.replace(b'"minor"', b'"small"')))
    kept = deployed.rows("SELECT instance_key, asked_key, decision_key, drg_key FROM decision_instances ORDER BY key")
    known = dict(deployed.rows("SELECT id, key FROM definitions WHERE kind = 'decision' AND version = 1"))
    assert [row[:3] for row in kept] == [(key, known["level"], known[name]) for name in ("size", "level")]
    assert len({row[3] for row in kept}) == 1


def test_history_has_the_rules_and_no_value(deployed: House) -> None:
    deployed.start(variables={"users": 20})
    [(data,)] = deployed.rows("SELECT data FROM history WHERE kind = 'decision_evaluated'")
    assert data == {"decision": "level", "rules": [["size", []], ["level", [1]]]}


def test_a_decision_that_failed_is_kept_though_the_step_is_undone(deployed: House) -> None:
    key = deployed.start(variables={"users": 60}).key
    size, level = deployed.rows("SELECT state, output, failure, rules FROM decision_instances ORDER BY key")
    assert size[:3] == ("evaluated", 6, None)
    assert level[:2] == ("failed", None)
    assert level[2] == {"code": "dmn_several_rules", "parameters": {"rules": "1, 2"}}
    assert [rule["index"] for rule in level[3]] == [1, 2]
    assert deployed.rows("SELECT code FROM incidents") == [("decision_failed",)]
    assert "result" not in deployed.variables(key)


def test_each_evaluation_has_keys_of_its_own(house: House) -> None:
    again = diagram(
        start("s"),
        decision("d", "level"),
        decision("f", "level"),
        end("e"),
        flows("s d f e"),
    )
    house.deploy(again, ("levels.dmn", DMN))
    house.start(variables={"users": 20})
    rows = house.rows("SELECT key, evaluation_key, number, element FROM decision_instances ORDER BY key")
    assert [row[2:] for row in rows] == [(1, "d"), (2, "d"), (1, "f"), (2, "f")]
    assert [row[0] - row[1] for row in rows] == [0, 1, 0, 1]
    assert len({row[1] for row in rows}) == 2
