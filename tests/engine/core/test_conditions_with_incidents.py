"""Conditions past FEEL's limits: the incident is the condition's, and what it is attached to goes on."""

import pytest

from engine.sandbox import Case, Sandbox
from tests.engine.conftest import Begin
from tests.engine.factories import (
    Part,
    boundary,
    call,
    catch,
    condition,
    diagram,
    end,
    event_sub,
    file,
    flows,
    message,
    process,
    receive,
    service,
    start,
    sub,
    timer,
    user,
)

# A string of more than a million characters.
DOUBLED = 'for i in 0..20 return if i = 0 then "0123456789" else partial[-1] + partial[-1]'
TOO_LONG = f"=if go then count({DOUBLED}) > 0 else hot"
WATCHED = [boundary("b", "a", condition(TOO_LONG), interrupting=False), end("x")]


def stopped(begin: Begin, box: Sandbox, activity: Part, *more: Part) -> Case:
    """A case at the activity `a`, whose boundary event `b` has an incident."""
    case = begin(diagram(start("s"), activity, end("e"), *WATCHED, flows("s a e", "b x"), *more), go=False, hot=False)
    box.set_variables(case, {"go": True})
    assert [(incident.element, incident.code) for incident in case.incidents] == [("a", "expression_failed")]
    return case


def calling(begin: Begin, box: Sandbox) -> tuple[Case, Case]:
    """A caller whose boundary event has an incident, and the case it has called, at its user task."""
    called = process(start("qs"), user("qu"), end("qe"), flows("qs qu qe"), process_id="q")
    box.deploy(file(called), "q.bpmn")
    return stopped(begin, box, call("a", "q")), box.cases[1]


def kinds(case: Case) -> list[str]:
    return [item.kind for item in case.waiting]


def test_resolved_it_does_nobodys_work(begin: Begin, box: Sandbox) -> None:
    case = stopped(begin, box, user("a"))
    box.set_variables(case, {"go": False})
    case.incidents[0].resolve()
    assert (case.state, case.path, case.incidents, kinds(case)) == ("active", ["s"], [], ["condition", "task"])
    box.set_variables(case, {"hot": True})
    assert case.path == ["s", "b", "x"]
    case.waiting[-1].complete()
    assert (case.state, case.records) == ("completed", {})


def test_resolved_it_is_asked_again(begin: Begin, box: Sandbox) -> None:
    case = stopped(begin, box, user("a"))
    before = case.incidents[0].record.key
    case.incidents[0].resolve()
    assert [incident.record.key > before for incident in case.incidents] == [True]
    box.set_variables(case, {"go": False, "hot": True})
    assert case.path == ["s"]
    case.incidents[0].resolve()
    assert (case.path, case.incidents, kinds(case)) == (["s", "b", "x"], [], ["condition", "task"])


def test_an_event_in_the_flow_is_not_passed_before_it_holds(begin: Begin, box: Sandbox) -> None:
    case = begin(diagram(start("s"), catch("c", condition(TOO_LONG)), end("e"), flows("s c e")), go=True, hot=False)
    box.set_variables(case, {"go": False})
    case.incidents[0].resolve()
    assert (case.state, case.path, case.incidents) == ("active", ["s"], [])
    box.set_variables(case, {"hot": True})
    assert (case.state, case.path) == ("completed", ["s", "c", "e"])


def test_what_was_called_is_cancelled_with_its_caller(begin: Begin, box: Sandbox) -> None:
    case, called = calling(begin, box)
    case.cancel()
    assert (case.state, called.state, case.records, called.records) == ("canceled", "canceled", {}, {})


def test_resolved_a_call_waits_for_its_answer(begin: Begin, box: Sandbox) -> None:
    case, called = calling(begin, box)
    box.set_variables(case, {"go": False})
    case.incidents[0].resolve()
    assert (case.state, called.state) == ("active", "active")
    called.waiting[0].complete({"found": 7})
    assert (case.state, case.variables["found"]) == ("completed", 7)


def test_an_answer_that_comes_meanwhile_is_taken(begin: Begin, box: Sandbox) -> None:
    case, called = calling(begin, box)
    called.waiting[0].complete({"found": 7})
    assert (case.state, case.variables["found"], case.path, case.records) == ("completed", 7, ["s", "a", "e"], {})


@pytest.mark.parametrize(
    "activity",
    [
        user("a"),
        service("a"),
        receive("a", "m"),
        sub("a", start("is"), user("iu"), end("ie"), flows("is iu ie")),
        sub("a", start("is"), catch("it", timer(duration="PT1H")), end("ie"), flows("is it ie")),
    ],
    ids=["task", "job", "message", "scope", "timer"],
)
def test_what_it_waits_for_may_come_meanwhile(begin: Begin, box: Sandbox, activity: Part) -> None:
    case = stopped(begin, box, activity)
    item = next(item for item in case.waiting if item.kind != "condition")
    item.complete()
    assert (case.state, case.path[-2:], case.records) == ("completed", ["a", "e"], {})


@pytest.mark.parametrize("event", [message("m"), timer(duration="PT1H"), condition("=hot")], ids=["m", "t", "c"])
def test_another_event_may_come_meanwhile(begin: Begin, box: Sandbox, event: Part) -> None:
    case = stopped(begin, box, user("a"), boundary("o", "a", event), end("y"), flows("o y"))
    other = next(item for item in case.waiting if item.element == "o")
    if other.kind == "condition":
        box.set_variables(case, {"hot": True})
    else:
        other.complete()
    assert (case.state, case.path, case.records) == ("completed", ["s", "o", "y"], {})


def test_it_goes_with_its_condition(begin: Begin, box: Sandbox) -> None:
    """An event sub-process interrupts the scope, and nothing else can start in it."""
    watching = event_sub("h", start("hs", condition(TOO_LONG)), end("he"), flows("hs he"))
    called = event_sub("k", start("ks", message("m")), user("ku"), end("ke"), flows("ks ku ke"))
    case = begin(diagram(start("s"), user("u"), end("e"), flows("s u e"), watching, called), go=True)
    assert len(case.incidents) == 1
    next(item for item in case.waiting if item.kind == "message").complete()
    assert (case.incidents, [item.element for item in case.waiting]) == ([], ["ku"])


def test_a_job_without_retries_does_not_keep_conditions_from_firing(begin: Begin, box: Sandbox) -> None:
    """As messages and timers come to it, too."""
    parts = [start("s"), service("a"), boundary("b", "a", condition("=hot")), end("e"), end("x")]
    case = begin(diagram(*parts, flows("s a e", "b x")), hot=False)
    next(item for item in case.waiting if item.kind == "job").fail("down")
    assert [incident.code for incident in case.incidents] == ["job_no_retries"]
    box.set_variables(case, {"hot": True})
    assert (case.state, case.path, case.records) == ("completed", ["s", "b", "x"], {})


def test_it_follows_into_another_version(begin: Begin, box: Sandbox) -> None:
    case = stopped(begin, box, user("a"))
    event = boundary("b2", "a2", condition(TOO_LONG), interrupting=False)
    box.deploy(diagram(start("s"), user("a2"), end("e"), event, end("x"), flows("s a2 e", "b2 x")), "p.bpmn")
    case.migrate({"a": "a2", "b": "b2"})
    box.set_variables(case, {"go": False, "hot": True})
    assert [incident.element for incident in case.incidents] == ["a2"]
    case.incidents[0].resolve()
    assert (case.path, case.incidents) == (["s", "b2", "x"], [])
