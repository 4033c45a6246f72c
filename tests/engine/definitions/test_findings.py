"""What deploying and lint say of files beyond refusing them: tables with gaps, names no form gives."""

import json

from engine.definitions import Resource
from engine.definitions.resources import Reader
from engine.errors import Finding
from engine.texts import words
from tests.engine.factories import diagram, end, flows, script, start, user
from tests.engine.house import House

TABLE = """<?xml version="1.0" encoding="UTF-8"?>
<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="levels" name="levels" namespace="tests">
  <decision id="level" name="level">
    <decisionTable id="t" hitPolicy="UNIQUE">
      <input id="i" label="用户数"><inputExpression typeRef="number"><text>users</text></inputExpression></input>
      <output id="o" name="level"/>
      <rule id="r1"><inputEntry><text>&lt; 100</text></inputEntry><outputEntry><text>1</text></outputEntry></rule>
      <rule id="r2"><inputEntry><text>[50..900]</text></inputEntry><outputEntry><text>2</text></outputEntry></rule>
    </decisionTable>
  </decision>
</definitions>
""".encode()
SUM = diagram(
    start("s"),
    script("a", "1", "amount"),
    user("u", "GD.crc.duty", form="f"),
    script("b", "amout + 1"),
    end("e"),
    flows("s a u b e"),
)


def form(*keys: str, id: str = "f") -> bytes:  # noqa: A002 - form-js's own name
    group = {"type": "group", "path": "held", "components": [{"type": "number", "key": key} for key in keys]}
    return json.dumps({"id": id, "components": [group]}).encode()


def said(*files: tuple[str, bytes]) -> list[Finding]:
    reader = Reader()
    reader.read([Resource(name, content) for name, content in files])
    return reader.findings


def test_gaps_and_overlaps_of_a_table_are_told_with_an_example() -> None:
    found = said(("levels.dmn", TABLE))
    assert sorted((f.code, f.severity, f.file) for f in found) == [
        ("dmn_gap", "warning", "levels.dmn"),
        ("dmn_overlap", "warning", "levels.dmn"),
    ]
    assert all(f.line for f in found)
    english = " ".join(words(f, "en") for f in found)
    assert "No rule for users" in english
    assert "Rules 1, 2 all match 50 ≤ users < 100" in english
    chinese = " ".join(words(f, "zh") for f in found)
    assert "没有规则适用于：用户数 > 900" in chinese
    assert "规则 1, 2 同时匹配：50 ≤ 用户数 < 100" in chinese


def test_deploying_tells_them_and_refuses_nothing(house: House) -> None:
    deployment = house.deploy(("levels.dmn", TABLE))
    assert {f.code for f in deployment.findings} == {"dmn_gap", "dmn_overlap"}


def test_a_name_that_neither_diagram_nor_form_gives() -> None:
    [found] = said(("p.bpmn", SUM), ("f.form", form("other")))
    assert (found.code, found.element, found.file) == ("bpmn_variable_misspelt", "b", "p.bpmn")
    assert found.line is not None
    assert "amout" in words(found, "en")


def test_a_field_of_a_form_settles_it() -> None:
    assert said(("p.bpmn", SUM), ("f.form", form("amout"))) == []
    assert said(("p.bpmn", SUM), ("f.form", form("amout.first"))) == []


def test_forms_that_did_not_come_along_may_have_it() -> None:
    assert said(("p.bpmn", SUM)) == []
    assert said(("p.bpmn", SUM), ("g.form", form("other", id="g"))) == []
