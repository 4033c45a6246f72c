"""Flows that lead nowhere, choose wrongly or are never taken are named, each at its element."""

import pytest

from tests.engine.factories import (
    Found,
    Part,
    boundary,
    catch,
    element,
    end,
    error,
    event_based,
    exclusive,
    flow,
    flows,
    inclusive,
    parallel,
    receive,
    service,
    signal,
    start,
    sub,
    task,
    timer,
)

S, T, E = start("s"), task("t"), end("e")
INNER = sub("b", start("bs"), end("be"), flows("bs be"))
HOUR = timer(duration="PT1H")

CASES = {
    "bpmn_flow_to_nothing": ("f", [S, E, flows("s e"), flow("f", "s", "gone")]),
    "bpmn_flow_crosses_scope": (
        "f",
        [S, sub("b", start("bs"), end("be"), flows("bs be")), E, flows("s b e"), flow("f", "bs", "e")],
    ),
    "bpmn_field_missing": ("f", [S, E, flows("s e"), Part('<bpmn:sequenceFlow id="f" sourceRef="s"/>')]),
    "bpmn_default_unknown": ("x", [S, exclusive("x", default="s_x"), E, flows("s x e")]),
    "bpmn_default_with_condition": ("x_e", [S, exclusive("x", default="x_e"), E, flows("s x e", x_e="=true")]),
    "bpmn_condition_without_effect": ("g_e", [S, parallel("g"), T, E, flows("s g t", "g e", g_e="=true")]),
    "bpmn_flow_without_condition": ("x_t", [S, exclusive("x", default="x_e"), T, E, flows("s x t", "x e")]),
    "bpmn_gateway_without_default": ("x", [S, inclusive("x"), T, E, flows("s x t", "x e", x_t="=a", x_e="=b")]),
    "bpmn_no_start": ("p", [T, task("u"), flows("t u t")]),
    "bpmn_unreachable": ("u", [S, T, task("u"), E, flows("s t e", "u e")]),
    "bpmn_sub_process_empty": ("b", [S, sub("b"), E, flows("s b e")]),
    "bpmn_start_with_incoming": ("s", [S, T, E, flows("s t e", "t s")]),
    "bpmn_end_with_outgoing": ("e", [S, T, E, flows("s e t")]),
    "bpmn_boundary_with_incoming": ("b", [S, T, boundary("b", "t", HOUR), E, flows("s t e", "t b e")]),
    "bpmn_event_gateway_single": ("g", [S, event_based("g"), catch("c", HOUR), E, flows("s g c e")]),
    "bpmn_event_gateway_target": ("t", [S, event_based("g"), catch("c", HOUR), T, E, flows("s g c e", "g t e")]),
    "bpmn_event_gateway_target_shared": (
        "c",
        [S, T, event_based("g"), catch("c", HOUR), catch("d", signal("x")), E, flows("s t g c e", "g d e", "t c")],
    ),
    "bpmn_event_gateway_receive_task": (
        "r",
        [S, event_based("g"), catch("c", HOUR), receive("r", "m", inputs={"a": "=1"}), E, flows("s g c e", "g r e")],
    ),
}


@pytest.mark.parametrize("code", CASES)
def test_a_mistake_is_named_at_its_element(code: str, found: Found) -> None:
    where, parts = CASES[code]
    assert (code, where) in {(finding.code, finding.element) for finding in found(*parts)}


def test_a_sound_diagram_of_the_same_elements_has_no_findings(found: Found) -> None:
    parts = [
        S,
        parallel("fork"),
        exclusive("x", default="x_join"),
        T,
        event_based("g"),
        catch("c", HOUR),
        receive("r", "m", "=key"),
        exclusive("merge"),
        sub("b", start("bs"), service("v"), boundary("oops", "v", error("e1")), end("be"), flows("bs v be", "oops be")),
        parallel("join"),
        E,
        flows("s fork x t join e", "x join", "fork g c merge b join", "g r merge", x_t="=n > 1"),
    ]
    assert found(*parts) == []


def test_flow_lists_inside_elements_are_compared_with_the_flows(found: Found) -> None:
    listed = Part(
        '<bpmn:task id="t"><bpmn:incoming>s_t</bpmn:incoming><bpmn:outgoing>other</bpmn:outgoing></bpmn:task>'
    )
    findings = found(S, listed, E, flows("s t e"))
    assert [(f.code, f.element, f.parameters) for f in findings] == [
        ("bpmn_flow_list_differs", "t", {"name": "outgoing"})
    ]


def test_all_findings_come_at_once_and_in_the_order_of_lines(found: Found) -> None:
    parts = [Part(part.xml + "\n") for part in (S, element("serviceTask", "v"), exclusive("x", default="no"), E)]
    findings = found(*parts, flows("s v x e"), flow("f", "x", "gone"))
    assert [finding.code for finding in findings] == [
        "bpmn_job_without_type",
        "bpmn_default_unknown",
        "bpmn_gateway_superfluous",
        "bpmn_flow_to_nothing",
    ]
    assert [finding.line for finding in findings] == sorted(finding.line or 0 for finding in findings)
    assert {finding.file for finding in findings} == {"p.bpmn"}
