"""Activities that do not say enough, or say it wrongly, and the properties that are ours."""

import pytest

from tests.engine.factories import (
    Found,
    Part,
    call,
    catch,
    decision,
    each,
    element,
    end,
    event_sub,
    flows,
    job,
    message,
    receive,
    script,
    send,
    service,
    start,
    task,
    timer,
    user,
)

S, E = start("s"), end("e")


def one(part: Part) -> list[Part]:
    """A process of one activity `a`."""
    return [S, part, E, flows("s a e")]


EMPTY_LOOP = Part("<bpmn:multiInstanceLoopCharacteristics/>")

ACTIVITIES = {
    "bpmn_job_without_type": element("serviceTask", "a"),
    "bpmn_task_says_nothing": element("scriptTask", "a"),
    "bpmn_job_and_more": Part(
        script("a", "1").xml.replace("<zeebe:script", '<zeebe:taskDefinition type="x"/><zeebe:script')
    ),
    "bpmn_call_without_process": element("callActivity", "a"),
    "bpmn_field_missing": call("a", ""),
    "bpmn_reference_missing": element("receiveTask", "a"),
    "bpmn_task_for_nobody": user("a"),
    "bpmn_group_malformed": user("a", "duty"),
    "bpmn_loop_without_collection": task("a", loop=EMPTY_LOOP),
    "bpmn_loop_output_incomplete": task("a", loop=each("=list", collect="all")),
    "bpmn_not_feel": task("a", loop=each("list")),
    "bpmn_not_a_variable": script("a", "1", "my result"),
    "bpmn_feel_syntax": script("a", "1 +"),
    "bpmn_unreadable_number": service("a", retries="many"),
    "bpmn_unreadable_date": user("a", "HQ.crc", due="soon"),
    "bpmn_property_unknown": task("a", properties={"zzz": "1"}),
    "bpmn_property_misspelt": user("a", "HQ.crc", properties={"limits": "=x"}),
    "bpmn_property_misplaced": service("a", properties={"limit": "=x"}),
    "bpmn_action_unnamed": receive("a", "m", "=k", properties={"action.roles": "*.crc.*"}),
    "bpmn_groups_malformed": receive("a", "m", "=k", properties={"action.label": "撤销", "action.roles": "crc"}),
    "bpmn_clock_unknown": user("a", "HQ.crc", properties={"clock": "wall"}),
    "bpmn_hold_unknown": task("a", properties={"hold": "start"}),
    "bpmn_limit_not_feel": user("a", "HQ.crc", properties={"limit": "4h"}),
    "bpmn_limit_malformed": user("a", "HQ.crc", properties={"limit": '={value: 4, unit: "weeks"}'}),
    "bpmn_unreadable_duration": send("a", "m", properties={"ttl": "1 day"}),
}


@pytest.mark.parametrize("code", ACTIVITIES)
def test_a_mistake_is_named_at_its_element(code: str, found: Found) -> None:
    assert [(f.code, f.element) for f in found(*one(ACTIVITIES[code]))] == [(code, "a")]


@pytest.mark.parametrize(
    "part",
    [
        script("a", 'if n > 1 then "多" else "少"'),
        job("scriptTask", "a", "=topic"),
        decision("a", "fault_level", "level"),
        job("businessRuleTask", "a", "rules"),
        call("a", "=process"),
        send("a", "told", "=no", properties={"ttl": "PT1H"}),
        job("sendTask", "a", "notify.email", headers={"template": "late"}),
        receive("a", "m", "=k", properties={"action.label": "撤销", "action.roles": "*.crc.*, HQ.crc"}),
        user("a", "GD-GZ.crc.duty", due='=now() + duration("P1D")', priority="80"),
        user("a", '=["GD-GZ.crc"]', properties={"limit": '={value: 4, unit: "h", reminder: {value: 1, unit: "wh"}}'}),
        user("a", assignee="=who", properties={"limit": "=limits.accept", "clock": "running", "hold": "end"}),
        task("a", properties={"camundaModeler:exampleOutputJson": '{"a": 1}'}),
        task("a", loop=each("=list", "item", sequential=True, collect="all", output="=item", until="=done")),
    ],
)
def test_what_is_well_said_has_no_findings(part: Part, found: Found) -> None:
    assert found(*one(part)) == []


def test_a_misspelt_property_names_the_one_that_may_be_meant(found: Found) -> None:
    (finding,) = found(*one(user("a", "HQ.crc", properties={"limt": "=x"})))
    assert (finding.severity, finding.parameters["suggestion"]) == ("warning", "limit")


def test_a_mistake_in_feel_is_told_with_field_line_and_column(found: Found) -> None:
    (finding,) = found(*one(service("a", inputs={"x": "=1 + * 2"})))
    place = {name: finding.parameters[name] for name in ("field", "line", "column")}
    assert place == {"field": "source", "line": 1, "column": 6}
    (later,) = found(*one(script("a", "if true\nthen )\nelse 2")))
    assert (later.parameters["line"], later.parameters["column"]) == (2, 6)


def test_properties_of_the_process_are_checked_too(found: Found) -> None:
    line = [S, E, flows("s e")]
    assert found(*line, prefix="FLT", unit="=customer.unit", starters="*.crc.*, HQ.service_desk.duty") == []
    assert [f.code for f in found(*line, prefix="F-1", starters="crc", limit="=x")] == [
        "bpmn_prefix_malformed",
        "bpmn_groups_malformed",
        "bpmn_property_misplaced",
    ]


def test_a_property_twice_in_one_element_is_refused(found: Found) -> None:
    xml = task("a", properties={"hold": "begin", "x": "end"}).xml
    twice = Part(xml.replace('name="x"', 'name="hold"'))
    assert [f.code for f in found(*one(twice))] == ["bpmn_property_twice"]


def test_an_event_sub_process_cannot_be_repeated(found: Found) -> None:
    handler = event_sub("h", start("hs", timer(duration="PT1H")), end("he"), flows("hs he"), loop=each("=list"))
    assert [f.code for f in found(*one(task("a")), handler)] == ["bpmn_event_sub_process_loop"]


def test_actions_belong_to_messages_that_reach_a_case(found: Found) -> None:
    action = {"action.label": "撤销", "action.form": "withdraw"}
    on_timer = catch("a", timer(duration="PT1H"), properties=action)
    assert [f.code for f in found(*one(on_timer))] == ["bpmn_property_misplaced"] * 2
    assert found(*one(catch("a", message("m", "=k"), properties=action))) == []
    asked = start("hs", message("m", "=k"), interrupting=False, properties=action)
    assert found(*one(task("a")), event_sub("h", asked, end("he"), flows("hs he"))) == []
    opening = start("z", message("m"), properties=action)
    assert [f.code for f in found(*one(task("a")), opening, flows("z a"))] == ["bpmn_property_misplaced"] * 2


def test_long_texts_are_shortened_in_findings(found: Found) -> None:
    (finding,) = found(*one(script("a", "1 + " * 1_000)))
    assert finding.code == "bpmn_feel_syntax"
    assert len(finding.parameters["text"]) < 250


def test_a_header_has_a_key(found: Found) -> None:
    (finding,) = found(*one(service("a", headers={"": "x"})))
    assert (finding.code, finding.parameters) == ("bpmn_field_missing", {"field": "key"})
