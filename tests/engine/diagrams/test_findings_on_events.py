"""Events that could never come, or stand where they may not, are named, each at its element."""

import pytest

from tests.engine.factories import (
    Found,
    Part,
    boundary,
    catch,
    element,
    end,
    error,
    escalation,
    event_sub,
    flows,
    job,
    message,
    signal,
    start,
    sub,
    task,
    terminate,
    throw,
    timer,
    user,
)

S, T, E = start("s"), task("t"), end("e")
LINE = [S, T, E, flows("s t e")]
HOUR = timer(duration="PT1H")


def handler(event: Part | None, interrupting: bool = True, **more: object) -> Part:
    """An event sub-process `h` whose start `hs` waits for `event`."""
    begin = start("hs", event, interrupting=interrupting)
    return event_sub("h", begin, end("he"), flows("hs he"), **more)


CASES = {
    "bpmn_error_interrupts": ("b", [*LINE, boundary("b", "t", error("x"), interrupting=False)]),
    "bpmn_interrupts_nothing": ("s", [start("s", HOUR, interrupting=False), E, flows("s e")]),
    "bpmn_start_in_sub_process": (
        "bs",
        [S, sub("b", start("bs", HOUR), end("be"), flows("bs be")), E, flows("s b e")],
    ),
    "bpmn_start_kind": ("s", [start("s", error("x")), E, flows("s e")]),
    "bpmn_start_reads_variables": ("s", [start("s", message("=name")), E, flows("s e")]),
    "bpmn_several_starts": ("z", [*LINE, start("z"), flows("z t")]),
    "bpmn_boundary_to_nothing": ("b", [*LINE, boundary("b", "gone", HOUR)]),
    "bpmn_boundary_host": ("b", [*LINE, boundary("b", "e", HOUR)]),
    "bpmn_boundary_scope": (
        "b",
        [S, sub("u", start("us"), task("ut"), flows("us ut")), E, boundary("b", "ut", HOUR), flows("s u e")],
    ),
    "bpmn_event_sub_process_starts": ("h", [*LINE, event_sub("h", task("only"))]),
    "bpmn_event_sub_process_flows": ("h", [*LINE, handler(HOUR), flows("t h")]),
    "bpmn_event_without_definition": ("c", [S, catch("c", Part("")), E, flows("s c e")]),
    "bpmn_timer_without_time": ("c", [S, catch("c", timer()), E, flows("s c e")]),
    "bpmn_cycle_fires_once": ("b", [*LINE, boundary("b", "t", timer(cycle="R3/PT1H"))]),
    "bpmn_catch_computed": ("b", [*LINE, boundary("b", "t", error("=code"))]),
    "bpmn_throw_without_code": ("e", [S, end("e", error()), flows("s e")]),
    "bpmn_caught_twice": ("c", [*LINE, boundary("b", "t", error("x")), boundary("c", "t", error("x"))]),
    "bpmn_no_correlation_key": ("c", [S, catch("c", message("m")), E, flows("s c e")]),
    "bpmn_inputs_without_effect": ("c", [S, catch("c", HOUR, inputs={"a": "=1"}), E, flows("s c e")]),
    "bpmn_job_event_without_message": ("e", [S, job("endEvent", "e", "notify"), flows("s e")]),
    "bpmn_reference_missing": ("c", [S, catch("c", Part("<bpmn:messageEventDefinition/>")), E, flows("s c e")]),
    "bpmn_reference_unknown": (
        "c",
        [S, catch("c", Part('<bpmn:signalEventDefinition signalRef="gone"/>')), E, flows("s c e")],
    ),
    "bpmn_reference_unnamed": ("c", [S, catch("c", signal("")), E, flows("s c e")]),
    "bpmn_unreadable_duration": ("c", [S, catch("c", timer(duration="4h")), E, flows("s c e")]),
    "bpmn_unreadable_date": ("c", [S, catch("c", timer(date="tomorrow")), E, flows("s c e")]),
    "bpmn_unreadable_cycle": ("s", [start("s", timer(cycle="* * *")), E, flows("s e")]),
}


@pytest.mark.parametrize("code", CASES)
def test_a_mistake_is_named_at_its_element(code: str, found: Found) -> None:
    where, parts = CASES[code]
    assert (code, where) in {(finding.code, finding.element) for finding in found(*parts)}


def test_events_where_they_belong_have_no_findings(found: Found) -> None:
    parts = [
        start("s"),
        start("by_message", message("new")),
        start("each_day", timer(cycle="0 0 8 * * 1-5")),
        T,
        boundary("late", "t", timer(cycle="R/PT1H"), interrupting=False),
        boundary("b", "t", error("x")),
        boundary("c", "t", error("y")),
        boundary("any", "t", error()),
        throw("up", escalation("more")),
        throw("told", signal("told")),
        end("e", terminate()),
        end("bad", error("x")),
        handler(escalation("more"), interrupting=False),
        flows("s t up told e", "by_message t", "each_day t", "late e", "b bad", "c bad", "any bad"),
    ]
    assert found(*parts) == []


@pytest.mark.parametrize("event", [error("x"), message("m", "=k"), HOUR, signal("x"), escalation()])
def test_an_event_sub_process_may_wait_for_any_of_these(event: Part, found: Found) -> None:
    assert found(*LINE, handler(event)) == []


def test_the_start_of_an_event_sub_process_says_what_it_waits_for(found: Found) -> None:
    findings = found(*LINE, handler(None))
    assert [(f.code, f.element) for f in findings] == [("bpmn_event_without_definition", "hs")]


def test_a_plain_sub_process_and_its_start_are_no_event_sub_process(found: Found) -> None:
    plain = element("subProcess", "h", [start("hs"), end("he"), flows("hs he")], triggeredByEvent="false")
    assert found(S, plain, E, flows("s h e")) == []
    assert {f.code for f in found(S, plain, E, flows("s e"))} == {"bpmn_unreachable"}


def test_a_boundary_event_may_be_attached_to_any_activity_but_an_event_sub_process(found: Found) -> None:
    inner = sub("b", start("bs"), end("be"), flows("bs be"))
    watched = [boundary("x", "b", HOUR), boundary("y", "u", HOUR)]
    late = (end("late"), flows("x late", "y late"))
    assert found(S, inner, user("u", "HQ.crc"), E, *watched, *late, flows("s b u e")) == []
    wrong = found(*LINE, handler(HOUR), boundary("x", "h", HOUR), end("late"), flows("x late"))
    assert [f.code for f in wrong] == ["bpmn_boundary_host"]


def test_the_same_message_may_open_an_instance_and_reach_one(found: Found) -> None:
    assert found(*LINE, start("again", message("m")), handler(message("m", "=k")), flows("again t")) == []
    twice = [boundary("b", "t", message("m", "=k")), boundary("c", "t", message("m", "=other"))]
    assert found(*LINE, *twice, end("late"), flows("b late", "c late")) == []
