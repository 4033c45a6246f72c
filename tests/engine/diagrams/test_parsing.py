"""What a file says arrives in the specification, element by element."""

import pytest

from engine.core.effects import Binding
from engine.core.element import Element, Frozen
from engine.core.event_definitions import Error, Escalation, Message, Signal, Terminate, TimerDefinition
from engine.diagrams import parse
from tests.engine.factories import (
    Found,
    Part,
    boundary,
    call,
    catch,
    decision,
    diagram,
    each,
    element,
    end,
    error,
    escalation,
    event_sub,
    exclusive,
    file,
    flows,
    job,
    message,
    process,
    receive,
    script,
    send,
    service,
    signal,
    spec,
    start,
    sub,
    task,
    terminate,
    throw,
    timer,
    user,
)


def parsed(part: Part) -> Element:
    """The element `a` of a process that holds only that between start and end."""
    return spec(start("s"), part, end("e"), flows("s a e")).elements["a"]


def test_elements_stand_in_file_order_with_their_scope_and_flows() -> None:
    found = spec(
        start("s"),
        exclusive("x", default="x_e"),
        sub("around", start("inner"), script("t", "1"), end("over"), flows("inner t over")),
        end("e"),
        flows("s x around e", "x e", x_around="=n > 1"),
    )
    assert list(found.elements) == ["p", "s", "x", "around", "inner", "t", "over", "e"]
    assert [found.elements[name].scope for name in ("s", "t", "e")] == [None, "around", None]
    ways = [(flow.id, flow.condition and flow.condition.text) for flow in found.elements["x"].outgoing]
    assert ways == [("x_around", "n > 1"), ("x_e", None)]
    assert found.elements["x"].default == "x_e"
    assert found.entries("p") == ("s",)
    assert found.entries("around") == ("inner",)


def test_what_every_element_has() -> None:
    found = parsed(
        element(
            "task",
            "a",
            ["<bpmn:documentation>先核对</bpmn:documentation>"],
            name="核对",
            inputs={"customer.id": "=id", "unit": "GD", "empty": ""},
            outputs={"done": "=true"},
            properties={"hold": "begin"},
        )
    )
    assert (found.bpmn_name, found.documentation) == ("核对", "先核对")
    inputs = [(mapping.target, mapping.source.text) for mapping in found.input_mappings]
    assert inputs == [(("customer", "id"), "id"), (("unit",), "GD"), (("empty",), "null")]
    assert [mapping.target for mapping in found.output_mappings] == [("done",)]
    assert found.properties["hold"].text == "begin"


def test_a_task_with_a_definition_is_a_job() -> None:
    for tag in ("serviceTask", "sendTask", "scriptTask", "businessRuleTask"):
        found = parsed(job(tag, "a", "=topic", retries="5", headers={"template": "late", "empty": ""}))
        assert (found.job_type.text, found.retries.text) == ("topic", "5")
        assert found.headers == {"template": "late", "empty": ""}


def test_a_message_event_with_a_definition_is_a_job() -> None:
    bare = Part("<bpmn:messageEventDefinition/>")
    found = spec(
        start("s"),
        job("intermediateThrowEvent", "a", "mail", bare),
        job("endEvent", "e", "mail", bare),
        flows("s a e"),
    )
    assert [found.elements[name].job_type.text for name in "ae"] == ["mail", "mail"]


def test_a_user_task() -> None:
    head = 'bindingType="versionTag" versionTag="v2"'
    xml = user(
        "a", "GD.crc", assignee="=who", users="li, wang", form="fault", due="=d", follow_up="=f", priority="=p"
    ).xml
    found = parsed(Part(xml.replace('formId="fault"', f'formId="fault" {head}')))
    texts = [found.candidate_groups, found.assignee, found.candidate_users, found.form_id]
    assert [source.text for source in texts] == ["GD.crc", "who", "li, wang", "fault"]
    assert [source.text for source in (found.due_date, found.follow_up_date, found.priority)] == ["d", "f", "p"]
    assert found.form_binding == Binding("versionTag", "v2")


def test_a_script_and_a_decision() -> None:
    found = parsed(script("a", "1 + 1", "two"))
    assert (found.expression.text, found.result_variable) == ("1 + 1", "two")
    found = parsed(decision("a", "level", "result"))
    assert (found.decision_id.text, found.result_variable, found.binding) == ("level", "result", Binding())


def test_a_call() -> None:
    found = parsed(call("a", "circuit_test", binding="deployment"))
    assert (found.process.text, found.binding) == ("circuit_test", Binding("deployment"))
    assert (found.propagate_all_parent, found.propagate_all_child) == (True, True)
    found = parsed(call("a", "=which", all_parent=False, all_child=False))
    assert (found.process.text, found.propagate_all_parent, found.propagate_all_child) == ("which", False, False)


def test_a_loop() -> None:
    loop = parsed(task("a", loop=each("=list", "item", collect="all", output="=item", until="=enough"))).loop
    assert loop is not None
    assert (loop.collection.text, loop.item, loop.sequential) == ("list", "item", False)
    assert (loop.output_collection, loop.output_element.text, loop.completion.text) == ("all", "item", "enough")
    loop = parsed(task("a", loop=each("=list", sequential=True))).loop
    assert loop is not None
    assert (loop.sequential, loop.item, loop.output_element, loop.completion) == (True, None, None, None)


@pytest.mark.parametrize(
    ("event", "kind", "fields"),
    [
        (message("=name", "=key"), Message, {"message_name": "name", "correlation_key": "key"}),
        (signal("alarm"), Signal, {"signal_name": "alarm"}),
        (timer(date="2026-10-01T08:00:00+08:00"), TimerDefinition, {"kind": "date"}),
        (timer(duration="=wait"), TimerDefinition, {"kind": "duration", "value": "wait"}),
        (error("down"), Error, {"code": "down", "thrown": None}),
        (error(), Error, {"code": None, "thrown": None}),
        (escalation("late"), Escalation, {"code": "late"}),
    ],
)
def test_what_a_boundary_event_waits_for(event: Part, kind: type, fields: dict[str, str | None]) -> None:
    parts = [start("s"), task("t"), end("e"), flows("s t e", "b e")]
    found = spec(*parts, boundary("b", "t", event)).elements["b"]
    assert isinstance(found.event_definition, kind)
    for name, expected in fields.items():
        value = getattr(found.event_definition, name)
        assert getattr(value, "text", value) == expected
    assert (found.attached_to, found.interrupting) == ("t", True)


def test_what_events_throw() -> None:
    found = spec(
        start("s"),
        throw("a", message("told", "=no"), properties={"ttl": "PT1H"}),
        throw("b", escalation("=code")),
        throw("c"),
        send("d", "sent"),
        end("e", terminate()),
        flows("s a b c d e"),
    )
    definitions = {name: found.elements[name].event_definition for name in "abcde"}
    assert (definitions["a"].message_name.text, definitions["a"].correlation_key.text) == ("told", "no")
    assert definitions["b"].thrown.text == "code"
    assert definitions["c"].is_none
    assert definitions["d"].message_name.text == "sent"
    assert isinstance(definitions["e"], Terminate)


def test_event_sub_processes_and_non_interrupting_events() -> None:
    found = spec(
        start("s"),
        receive("t", "go", "=k"),
        boundary("late", "t", timer(cycle="R/PT1H"), interrupting=False),
        end("e"),
        event_sub("h", start("hs", message("ask", "=no"), interrupting=False), end("he"), flows("hs he")),
        flows("s t e", "late e"),
    )
    assert (found.elements["h"].by_event, found.elements["hs"].scope) == (True, "h")
    assert not found.elements["hs"].interrupting
    assert not found.elements["late"].interrupting
    assert found.event_starts("p") == (found.elements["hs"],)
    assert found.boundaries("t") == (found.elements["late"],)
    assert found.elements["t"].event_definition.message_name.text == "go"


def test_an_event_definition_may_stand_at_the_top_and_be_referred_to() -> None:
    referring = Part("<bpmn:eventDefinitionRef>hour</bpmn:eventDefinitionRef>")
    top = '<bpmn:timerEventDefinition id="hour"><bpmn:timeDuration>PT1H</bpmn:timeDuration></bpmn:timerEventDefinition>'
    data = file(process(start("s"), catch("c", referring), end("e"), flows("s c e")), Part(top))
    assert parse(data, "p.bpmn").processes[0].elements["c"].event_definition.value.text == "PT1H"


def test_starts_of_a_process_that_wait_for_events() -> None:
    found = spec(
        start("s"),
        start("m", message("fault.reported")),
        start("t", timer(cycle="0 0 8 * * *")),
        end("e"),
        flows("s e", "m e", "t e"),
    )
    assert [event.id for event in found.starts()] == ["m", "t"]
    assert found.entries("p") == ("s",)


def test_properties_and_version_tag_of_the_process() -> None:
    found = spec(start("s"), end("e"), flows("s e"), prefix="FLT", unit="=customer.unit")
    assert {name: source.text for name, source in found.properties.items()} == {
        "prefix": "FLT",
        "unit": "customer.unit",
    }
    tagged = parse(diagram(start("s"), end("e"), flows("s e"), head='<zeebe:versionTag value="v1"/>'), "p.bpmn")
    assert tagged.processes[0].version_tag == "v1"
    assert found.version_tag is None


def test_several_processes_in_a_file_stay_apart_and_the_skipped_one_is_said() -> None:
    pool = process(start("z"), process_id="r").xml.replace('isExecutable="true"', 'isExecutable="false"')
    line = flows("s e").xml
    data = file(
        process(start("s"), end("e"), Part(line)),
        process(start("s2"), end("e2"), flows("s2 e2"), process_id="q", name="第二"),
        Part(pool),
    )
    found = parse(data, "two.bpmn")
    assert [(one.process_id, one.description, list(one.elements)) for one in found.processes] == [
        ("p", "流程", ["p", "s", "e"]),
        ("q", "第二", ["q", "s2", "e2"]),
    ]
    assert [(f.code, f.severity, f.element) for f in found.findings] == [("bpmn_not_executable", "info", "r")]


def test_an_implicit_start_and_end_are_enough() -> None:
    found = parse(diagram(task("a"), task("b"), flows("a b")), "p.bpmn")
    assert found.findings == ()
    assert found.processes[0].entries("p") == ("a",)


def test_names_for_people_are_gathered_by_id() -> None:
    wait = catch("c", message("withdraw", "=no"), properties={"action.label": "撤销"})
    found = parse(diagram(start("s", name="开始"), wait, end("e"), flows("s c e"), name="故障处理"), "fault.bpmn")
    assert found.texts == {"p": "故障处理", "s": "开始", "c.action.label": "撤销"}


def test_a_text_may_stand_on_lines_of_its_own() -> None:
    way = """<bpmn:sequenceFlow id="f" sourceRef="x" targetRef="e" name="是">
        <bpmn:conditionExpression xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"
            xsi:type="bpmn:tFormalExpression">
            =n &gt; 1 and
             m &lt; 2
        </bpmn:conditionExpression></bpmn:sequenceFlow>"""
    found = spec(start("s"), exclusive("x", default="x_e"), end("e"), flows("s x", "x e"), Part(way))
    condition = found.elements["x"].outgoing[1].condition
    assert condition is not None
    assert condition.reads == {"n", "m"}


def test_the_default_namespace_and_any_prefix_do() -> None:
    data = diagram(start("s"), service("t"), end("e"), flows("s t e")).decode()
    plain = data.replace("bpmn:", "").replace("xmlns:bpmn=", "xmlns=").replace("zeebe:", "z:").replace(":zeebe=", ":z=")
    assert parse(plain.encode(), "p.bpmn").processes[0].elements["t"].job_type.text == "work"


def test_a_specification_is_frozen() -> None:
    found = spec(start("s"), service("t"), end("e"), flows("s t e"))
    with pytest.raises(Frozen):
        found.elements["t"].job_type = None
    with pytest.raises(Frozen):
        found.version_tag = "v2"
    with pytest.raises(TypeError):
        found.elements["t"].properties["hold"] = None
    with pytest.raises(TypeError):
        found.elements["x"] = found.elements["t"]


def test_a_start_form_may_be_named_as_the_stock_modeler_names_it(found: Found) -> None:
    head = '<zeebe:formDefinition formId="report"/>'
    begun = element("startEvent", "s", extensions=head)
    assert spec(begun, end("e"), flows("s e")).elements["s"].properties["form"].text == "report"
    bound = element("startEvent", "s", extensions=head.replace("/>", ' bindingType="deployment"/>'))
    assert [f.code for f in found(bound, end("e"), flows("s e"))] == ["bpmn_value_not_supported"]
    heard = element("startEvent", "s", [message("m")], extensions=head)
    assert [f.code for f in found(heard, end("e"), flows("s e"))] == ["bpmn_property_misplaced"]


def test_the_priority_of_a_job_has_two_names() -> None:
    for name in ("priorityDefinition", "jobPriorityDefinition"):
        part = job("serviceTask", "a", "topic")
        xml = part.xml.replace("</bpmn:extensionElements>", f'<zeebe:{name} priority="7"/></bpmn:extensionElements>')
        assert parsed(Part(xml)).priority.text == "7"
