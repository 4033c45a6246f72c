"""FEEL's warnings come out of an advance: in an incident's words, in Play mode, and as a decision's kept trace."""

import io

import pytest

from engine.errors import Finding
from engine.sandbox import Sandbox
from engine.sandbox.play import play
from engine.texts import words
from tests.engine.factories import decision, diagram, end, exclusive, flows, script, start

ASK = diagram(
    start("s"), exclusive("x"), end("e"), end("f"), flows("s x e", "x f", x_e="=amout > 1", x_f="=amount = 0")
)
QUIET = diagram(start("s"), script("a", "1 / amout", "b"), end("e"), flows("s a e"))
TABLE = b"""<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="d" name="d" namespace="tests">
<decision id="level" name="level"><decisionTable hitPolicy="UNIQUE">
<input><inputExpression><text>users</text></inputExpression></input><output/>
<rule id="r1"><inputEntry><text>&lt; 100</text></inputEntry><outputEntry><text>"minor"</text></outputEntry></rule>
<rule id="r2"><inputEntry><text>&gt; 50</text></inputEntry><outputEntry><text>"major"</text></outputEntry></rule>
</decisionTable></decision></definitions>"""


@pytest.mark.parametrize(
    ("language", "reason"),
    [("en", "no variable `amout`; did you mean `amount`?"), ("zh", "没有变量 `amout`，是否应为 `amount`？")],
)
def test_an_incident_says_in_both_languages_why_a_value_is_missing(language: str, reason: str) -> None:
    box = Sandbox()
    box.deploy(ASK, "p.bpmn")
    [stopped] = box.start("p", {"amount": 5}).incidents
    said = words(Finding(stopped.record.code, stopped.record.parameters), "en" if language == "en" else "zh")
    assert reason in said
    assert "amout > 1" in said


def test_what_goes_on_with_a_null_is_told_with_its_place() -> None:
    box = Sandbox()
    box.deploy(QUIET, "p.bpmn")
    case = box.start("p", {"amount": 5})
    assert case.state == "completed"
    [doubt] = case.doubts
    assert (doubt.element, doubt.expression) == ("a", "1 / amout")
    assert [(warning.code, warning.column) for warning in doubt.warnings] == [("no_variable_similar", 5)]


@pytest.mark.parametrize(("locale", "reason"), [("C", "no variable `amout`"), ("zh_CN.UTF-8", "没有变量 `amout`")])
def test_play_mode_prints_it_once(locale: str, reason: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_ALL", locale)
    out = io.StringIO()
    assert play([("p.bpmn", QUIET)], {"amount": 5}, ["vars", "vars"], out) == 0
    assert out.getvalue().count(reason) == 1
    assert "1 / amout 1:5" in out.getvalue()


def test_the_sandbox_keeps_decisions_with_their_trace() -> None:
    box = Sandbox()
    box.deploy(TABLE, "levels.dmn")
    box.deploy(diagram(start("s"), decision("d", "level"), end("e"), flows("s d e")), "p.bpmn")
    [kept] = box.start("p", {"users": 20}).decisions
    assert (kept.element, kept.result.value) == ("d", "minor")
    assert [rule.index for rule in kept.result.trace[0].rules] == [1]
    failed = box.start("p", {"users": 60})
    [kept] = failed.decisions
    assert kept.result.error is not None
    [stopped] = failed.incidents
    reason = words(Finding(stopped.record.code, stopped.record.parameters), "zh")
    assert "规则 1, 2 同时匹配" in reason


MISSPELT = TABLE.replace(b"<text>users</text>", b"<text>userz</text>")


@pytest.mark.parametrize(
    ("locale", "reason"),
    [("C", "no variable `userz`; did you mean `users`?"), ("zh_CN.UTF-8", "没有变量 `userz`，是否应为 `users`？")],
)
def test_play_mode_tells_why_a_decision_has_a_null(locale: str, reason: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_ALL", locale)
    flow = diagram(start("s"), decision("d", "level"), end("e"), flows("s d e"))
    out = io.StringIO()
    assert play([("p.bpmn", flow), ("levels.dmn", MISSPELT)], {"users": 5}, ["vars"], out) == 0
    assert f"? d: {reason} (level 1:1)" in out.getvalue()


def test_an_incident_of_a_decision_tells_what_made_its_input_null() -> None:
    box = Sandbox()
    box.deploy(MISSPELT.replace(b"&lt; 100", b"-").replace(b"&gt; 50", b"-"), "levels.dmn")
    box.deploy(diagram(start("s"), decision("d", "level"), end("e"), flows("s d e")), "p.bpmn")
    [stopped] = box.start("p", {"users": 5}).incidents
    said = words(Finding(stopped.record.code, stopped.record.parameters), "zh")
    assert "命中策略 UNIQUE 只允许一条；没有变量 `userz`，是否应为 `users`？" in said
