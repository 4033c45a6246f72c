"""Events with several definitions: the first counts, or all together; thrown, all are thrown."""

from datetime import timedelta

import pytest

from engine.sandbox import Case, Sandbox
from tests.engine.conftest import Begin
from tests.engine.factories import (
    boundary,
    call,
    catch,
    compensate,
    condition,
    diagram,
    end,
    error,
    escalation,
    event_sub,
    flows,
    message,
    parallel,
    service,
    several,
    signal,
    start,
    task,
    throw,
    timer,
    undoing,
    user,
)

ANY = several(message("m"), signal("sig"), timer(duration="PT1H"))
HOUR = timedelta(hours=1)


@pytest.mark.parametrize("by", ["message", "signal", "timer"])
def test_the_first_of_several_goes_on(by: str, begin: Begin, box: Sandbox) -> None:
    case = begin(diagram(start("s"), catch("c", ANY), end("e"), flows("s c e")))
    assert [item.kind for item in case.waiting] == ["message", "signal", "timer"]
    next(item for item in case.waiting if item.kind == by).complete()
    assert (case.path, case.records) == (["s", "c", "e"], {})


def test_all_of_them_together(begin: Begin, box: Sandbox) -> None:
    case = begin(diagram(start("s"), catch("c", ANY, parallelMultiple="true"), end("e"), flows("s c e")))
    box.publish("m", variables={"a": 1})
    box.advance(by=HOUR)
    assert [item.kind for item in case.waiting] == ["signal"]
    box.broadcast("sig", {"b": 2})
    assert (case.path, case.variables) == (["s", "c", "e"], {"a": 1, "b": 2})


@pytest.mark.parametrize("interrupting", [True, False])
def test_a_parallel_multiple_boundary_event(interrupting: bool, begin: Begin, box: Sandbox) -> None:
    event = several(message("m"), condition("=ok"))
    bound = boundary("b", "u", event, interrupting=interrupting, parallelMultiple="true")
    case = begin(diagram(start("s"), user("u"), bound, end("e"), end("x"), flows("s u e", "b x")), ok=False)
    for turn in (1, 2):
        box.publish("m")
        assert case.path.count("b") == turn - 1
        box.set_variables(case, {"ok": True})
        assert case.path.count("b") == turn
        if interrupting:
            break
        box.set_variables(case, {"ok": False})
    assert (case.state, case.records == {}) == (("completed", True) if interrupting else ("active", False))


def fired_and_stuck(begin: Begin, box: Sandbox) -> Case:
    """A case at the task `u`, whose event has fired and cannot be waited for again: its key has gone."""
    event = several(message("m"), message("n", "=k"))
    bound = boundary("b", "u", event, interrupting=False, parallelMultiple="true")
    case = begin(diagram(start("s"), user("u"), bound, end("e"), end("x"), flows("s u e", "b x")), k="1")
    box.set_variables(case, {"k": None})
    box.publish("m")
    box.publish("n", "1")
    assert case.path == ["s", "b", "x"]
    assert [(incident.element, incident.code) for incident in case.incidents] == [("u", "not_a_text")]
    assert [item.kind for item in case.waiting] == ["task"]
    return case


def test_a_parallel_multiple_event_that_cannot_be_waited_for_again_is_an_incident_of_its_own(
    begin: Begin, box: Sandbox
) -> None:
    """Its host goes on, and resolving the incident waits for all its parts anew."""
    case = fired_and_stuck(begin, box)
    case.incidents[0].resolve()
    assert len(case.incidents) == 1
    box.set_variables(case, {"k": "2"})
    case.incidents[0].resolve()
    assert (case.incidents, sorted(item.kind for item in case.waiting)) == ([], ["message", "message", "task"])
    box.publish("m")
    box.publish("n", "2")
    assert case.path.count("b") == 2
    next(item for item in case.waiting if item.kind == "task").complete()
    assert (case.state, case.records) == ("completed", {})


def test_and_its_host_can_end_with_that_incident(begin: Begin, box: Sandbox) -> None:
    case = fired_and_stuck(begin, box)
    case.waiting[0].complete()
    assert (case.state, case.incidents, case.records) == ("completed", [], {})


@pytest.mark.parametrize("interrupting", [True, False])
def test_an_event_sub_process_by_several(interrupting: bool, begin: Begin, box: Sandbox) -> None:
    handler = event_sub("h", start("hs", ANY, interrupting=interrupting), end("he"), flows("hs he"))
    case = begin(diagram(start("s"), user("u"), end("e"), flows("s u e"), handler))
    box.broadcast("sig")
    box.publish("m")
    assert case.path.count("hs") == (1 if interrupting else 2)


def test_errors_and_escalations_among_several_are_caught(begin: Begin, box: Sandbox) -> None:
    event = several(error("bad"), escalation("odd"), timer(duration="PT1H"))
    parts = [start("s"), service("t"), boundary("b", "t", event), end("e"), end("x"), flows("s t e", "b x")]
    for act in ("throw", "escalate"):
        case = begin(diagram(*parts))
        getattr(next(item for item in case.waiting if item.kind == "job"), act)("bad" if act == "throw" else "odd")
        assert case.path == ["s", "b", "x"]


def test_and_across_a_call(begin: Begin, box: Sandbox) -> None:
    box.deploy(diagram(start("s"), end("e", error("bad")), flows("s e"), process_id="q"), "q.bpmn")
    event = several(error("bad"), timer(duration="PT1H"))
    parts = [start("s"), call("k", "q"), boundary("b", "k", event), end("e"), end("x")]
    assert begin(diagram(*parts, flows("s k e", "b x"))).path == ["s", "b", "x"]


def test_all_are_thrown(begin: Begin, box: Sandbox) -> None:
    parts = [start("s"), parallel("f"), catch("a", signal("x")), catch("b", message("y")), throw("t", _thrown())]
    case = begin(diagram(*parts, end("e"), flows("s f t e", "f a e", "f b e")))
    assert sorted(case.path) == sorted(["s", "f", "t", "e", "a", "e", "b", "e"])
    assert case.state == "completed"


def _thrown() -> object:
    return several(signal("x"), message("y"))


def test_what_waits_is_thrown_last(begin: Begin) -> None:
    undo = undoing("c", "a", user("undo", isForCompensation="true"))
    thrown = end("e", several(compensate(), signal("x")))
    case = begin(diagram(start("s"), task("a"), undo, thrown, flows("s a e")))
    assert [note.kind for note in case.history if note.kind == "signal_thrown"] == ["signal_thrown"]
    case.waiting[0].complete()
    assert case.path == ["s", "a", "undo", "e"]


def test_a_process_is_opened_by_any_of_several(box: Sandbox) -> None:
    box.deploy(
        diagram(start("s", several(message("m"), signal("x"), condition("=n > 1"))), end("e"), flows("s e")), "p.bpmn"
    )
    box.publish("m")
    box.broadcast("x")
    box.evaluate_conditions({"n": 2})
    assert [case.path for case in box.cases] == [["s", "e"]] * 3
