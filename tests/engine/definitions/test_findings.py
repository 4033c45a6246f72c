"""What deploying and lint say of files beyond refusing them: tables with gaps, names no form gives."""

import json
from xml.sax.saxutils import escape

import pytest

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


def column(number: int, label: str, name: str, kind: str) -> str:
    expression = f'<inputExpression typeRef="{kind}"><text>{name}</text></inputExpression>'
    return f'<input id="i{number}" label="{label}">{expression}</input>'


def rule(number: int, *cells: str) -> str:
    tests = "".join(f"<inputEntry><text>{escape(cell)}</text></inputEntry>" for cell in cells[:-1])
    return f'<rule id="r{number}">{tests}<outputEntry><text>{escape(cells[-1])}</text></outputEntry></rule>'


def limits(policy: str, *rules: tuple[str, ...]) -> bytes:
    """A table of limits by grade (with allowed values), scope and day."""
    allowed = '<allowedValues><text>"AAA","AA","A"</text></allowedValues>'
    grade = f'<itemDefinition id="g" name="tGrade"><typeRef>string</typeRef>{allowed}</itemDefinition>'
    columns = (
        column(1, "客户等级", "grade", "tGrade")
        + column(2, "是否跨省", "cross", "boolean")
        + column(3, "生效日", "day", "date")
    )
    output = '<output id="o" name="hours" typeRef="number"><outputValues><text>1,2,4</text></outputValues></output>'
    lines = "".join(rule(number, *cells) for number, cells in enumerate(rules, 1))
    table = f'<decisionTable id="t" hitPolicy="{policy}">{columns}{output}{lines}</decisionTable>'
    head = 'xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="l" name="l" namespace="tests"'
    return f'<definitions {head}>{grade}<decision id="d" name="时限">{table}</decision></definitions>'.encode()


@pytest.mark.parametrize(
    ("policy", "rules", "chinese", "english"),
    [
        (
            "UNIQUE",
            [('"AAA"', "-", "-", "1"), ('"AA"', "-", "-", "2")],
            '没有规则适用于：客户等级 = "A"。这种情况下决策没有结果。',
            'No rule for grade = "A". The decision has no result then.',
        ),
        (
            "UNIQUE",
            [("-", "true", "-", "1")],
            "没有规则适用于：是否跨省 = false。这种情况下决策没有结果。",
            "No rule for cross = false. The decision has no result then.",
        ),
        (
            "UNIQUE",
            [("-", "-", '< date("2026-01-01")', "1"), ("-", "-", '>= date("2026-01-03")', "2")],
            "没有规则适用于：2026-01-01 ≤ 生效日 ≤ 2026-01-02。这种情况下决策没有结果。",
            "No rule for 2026-01-01 ≤ day ≤ 2026-01-02. The decision has no result then.",
        ),
        (
            "UNIQUE",
            [("-", "-", "-", "1"), ('"A"', "false", "-", "2")],
            '规则 1, 2 同时匹配：客户等级 = "A"；是否跨省 = false。只能有一条规则匹配。',
            'Rules 1, 2 all match grade = "A"; cross = false. Only one may.',
        ),
        (
            "UNIQUE",
            [("-", "-", "-", "1"), ("-", "-", "-", "2")],
            "规则 1, 2 同时匹配：任何输入。只能有一条规则匹配。",
            "Rules 1, 2 all match any input. Only one may.",
        ),
        (
            "FIRST",
            [("-", "-", "-", "1"), ('"A"', "-", "-", "2")],
            "规则 2 永远不会起作用：凡是它能匹配的输入，前面的规则都已匹配。",
            "Rule 2 can never decide: the rules above match whatever it matches.",
        ),
        (
            "FIRST",
            [('"B"', "-", "-", "1"), ("-", "-", "-", "2")],
            '输入“客户等级”的条件 "B" 永远不会成立：允许值为 "AAA","AA","A"。',
            'The test "B" of the input grade is never true: the values allowed are "AAA","AA","A".',
        ),
        (
            "FIRST",
            [("-", '"yes"', "-", "1"), ("-", "-", "-", "2")],
            '输入“是否跨省”的类型是布尔值，条件 "yes" 却把它与文本比较。',
            'The test "yes" compares a string with the input cross, which is of type boolean.',
        ),
        (
            "FIRST",
            [("-", "-", '? > date("2026-02-01") and ? < date("2026-01-01")', "1"), ("-", "-", "-", "2")],
            '输入“生效日”的条件 ? > date("2026-02-01") and ? < date("2026-01-01") 永远不会成立：'
            "`?` 没有一个值能同时满足这些条件。",
            'The test ? > date("2026-02-01") and ? < date("2026-01-01") of the input day is never true: '
            "no value of `?` passes all the tests.",
        ),
        (
            "FIRST",
            [("-", "-", "-", '"2"')],
            '"2" 的结果是文本，而声明的类型是数字。',
            '"2" gives a string, where number is declared.',
        ),
        (
            "FIRST",
            [("-", "-", "-", "9")],
            "9 不在该输出的允许值之内。",
            "The entry 9 is not among the values allowed for the output.",
        ),
    ],
)
def test_a_doubt_about_a_table_in_both_languages(
    policy: str, rules: list[tuple[str, ...]], chinese: str, english: str
) -> None:
    [found] = said(("limits.dmn", limits(policy, *rules)))
    assert (words(found, "zh"), words(found, "en")) == (chinese, english)


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
