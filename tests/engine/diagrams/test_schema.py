"""What BPMN's own schema says beside names: order, number, values, and what is required."""

from engine.diagrams import lint
from engine.texts import words
from tests.engine.factories import OPENING, Found, Part, diagram, end, flows, start, task

S, E = start("s"), end("e")
NOTE = '<bpmn:textAnnotation id="n"><bpmn:text>先核对</bpmn:text></bpmn:textAnnotation>'


def test_an_element_out_of_order_is_refused_with_what_may_stand_there(found: Found) -> None:
    findings = found(S, Part(NOTE), E, flows("s e"))
    assert [(f.code, f.parameters["name"], f.line) for f in findings] == [("bpmn_schema_order", "endEvent", 2)]
    assert findings[0].parameters["expected"] == "–"  # nothing of the flow comes after what is drawn beside it
    assert "endEvent" in words(findings[0], "en")


def test_the_second_of_what_there_is_one_is_refused(found: Found) -> None:
    twice = Part(
        '<bpmn:sequenceFlow id="f" sourceRef="t" targetRef="e"><bpmn:conditionExpression>=a</bpmn:conditionExpression>'
        "<bpmn:conditionExpression>=b</bpmn:conditionExpression></bpmn:sequenceFlow>"
    )
    findings = found(S, task("t"), E, flows("s t"), twice)
    assert ("bpmn_schema_order", "f") in [(f.code, f.element) for f in findings]


def test_what_is_required_and_missing_is_named() -> None:
    data = diagram(S, E, flows("s e")).replace(b' targetNamespace="tests"', b"")
    [finding] = lint(data, "p.bpmn")
    assert (finding.code, finding.parameters) == ("bpmn_field_missing", {"field": "targetNamespace"})


def test_a_value_of_another_kind_is_refused(found: Found) -> None:
    pool = Part(
        f"{OPENING}<bpmn:collaboration id='c'><bpmn:participant id='b' name='客户'>"
        "<bpmn:participantMultiplicity minimum='some'/></bpmn:participant></bpmn:collaboration>"
    )
    data = diagram(S, E, flows("s e")).decode().replace(OPENING, pool.xml).encode()
    [finding] = lint(data, "p.bpmn")
    assert (finding.code, finding.element, finding.parameters["value"]) == ("bpmn_schema_value", "b", "some")


def test_what_is_wrong_already_is_not_told_twice(found: Found) -> None:
    assert [f.code for f in found(S, task("t", startQuantity="many"), E, flows("s t e"))] == ["bpmn_quantity"]


def test_a_process_that_never_runs_is_not_looked_at() -> None:
    public = f'<bpmn:process id="q" isExecutable="false">{NOTE}<bpmn:startEvent id="qs"/></bpmn:process>'
    data = diagram(S, E, flows("s e")).replace(b"</bpmn:definitions>", public.encode() + b"</bpmn:definitions>")
    assert [f.code for f in lint(data, "p.bpmn")] == ["bpmn_not_executable"]
