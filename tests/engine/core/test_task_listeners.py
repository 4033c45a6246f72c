"""What the listeners of a user task hear of it, correct and deny, at each of zeebe's five events."""

from datetime import timedelta
from typing import Any

import pytest

from engine.core import commands
from engine.errors import Conflict
from engine.sandbox import Case, Item
from tests.engine.conftest import Begin
from tests.engine.factories import (
    Part,
    boundary,
    diagram,
    each,
    end,
    flows,
    listening,
    message,
    start,
    sub,
    timer,
    user,
)

EVENTS = "io.camunda.zeebe:"


def heard(task: Part, *listeners: tuple[str, str]) -> Part:
    head = listening(*listeners, kind="task")
    return Part(task.xml.replace("<zeebe:userTask/>", f"<zeebe:userTask/>{head}"), task.tops)


def drawn(task: Part, *more: Part) -> bytes:
    return diagram(start("s"), task, end("e"), flows("s t e"), *more)


def job(case: Case) -> Item:
    (found,) = [item for item in case.waiting if item.kind == "job"]
    return found


def task_of(case: Case) -> Item:
    (found,) = [item for item in case.waiting if item.kind == "task"]
    return found


def told(item: Item, name: str) -> str | None:
    return item.headers.get(EVENTS + name)


def notes(case: Case, *kinds: str) -> list[tuple[str, Any]]:
    return [(note.kind, dict(note.data)) for note in case.history if note.kind in kinds]


def test_an_assignment_waits_for_its_listener_and_is_done_then(begin: Begin) -> None:
    case = begin(drawn(heard(user("t"), ("assigning", "ask"))))
    task_of(case).assign("li")
    assert (task_of(case).assignee, task_of(case).transition) == (None, "assigning")
    assert (told(job(case), "assignee"), told(job(case), "action")) == ("li", "assign")
    assert told(job(case), "changedAttributes") == '["assignee"]'
    job(case).complete()
    assert (task_of(case).assignee, task_of(case).transition) == ("li", None)
    assert [kind for kind, _ in notes(case, "task_assigned")] == ["task_assigned"]


def test_a_denied_assignment_leaves_the_task_as_it_was_and_says_why(begin: Begin) -> None:
    case = begin(drawn(heard(user("t"), ("assigning", "ask"), ("assigning", "never"))))
    task_of(case).assign("li")
    job(case).deny("on leave")
    task = task_of(case)
    assert (task.assignee, task.transition, task.denied_reason) == (None, None, "on leave")
    assert notes(case, "task_assigned", "task_denied") == [
        ("task_denied", {"task": str(task.key), "event": "assigning", "reason": "on leave"})
    ]
    # asked again it may be agreed to: each of the two is asked anew
    task.assign("wang")
    job(case).complete()
    job(case).complete()
    assert (task_of(case).assignee, task_of(case).denied_reason) == ("wang", None)


def test_corrections_are_seen_by_the_next_listener_and_become_the_task(begin: Begin) -> None:
    case = begin(drawn(heard(user("t", "HQ.crc"), ("updating", "a"), ("updating", "b"), ("updating", "c"))))
    task_of(case).update(priority=70)
    job(case).correct(priority=80, candidate_groups=["HQ.net", "HQ.crc"])
    assert (told(job(case), "priority"), told(job(case), "changedAttributes")) == (
        "80",
        '["candidateGroups", "priority"]',
    )
    assert told(job(case), "candidateGroups") == '["HQ.net", "HQ.crc"]'
    job(case).correct(priority=50)  # as before: changed no longer
    assert told(job(case), "changedAttributes") == '["candidateGroups"]'
    job(case).complete()
    assert (task_of(case).priority, task_of(case).candidate_groups) == (50, ("HQ.net", "HQ.crc"))


def test_a_denied_completion_keeps_the_task_and_forgets_its_variables(begin: Begin) -> None:
    case = begin(drawn(heard(user("t"), ("completing", "check"))))
    task_of(case).complete({"n": 1})
    assert job(case).variables == {"n": 1}  # the listener sees what was sent
    assert case.variables == {}
    job(case).deny()
    assert (case.state, case.variables, task_of(case).denied_reason) == ("active", {}, "")
    task_of(case).complete({"n": 2})
    job(case).complete()
    assert (case.state, case.variables, case.records) == ("completed", {"n": 2}, {})


def test_corrections_of_earlier_listeners_are_forgotten_with_a_denial(begin: Begin) -> None:
    case = begin(drawn(heard(user("t"), ("completing", "a"), ("completing", "b"))))
    task_of(case).complete()
    job(case).correct(priority=90)
    job(case).deny("no")
    assert task_of(case).priority == 50


def test_while_listeners_are_asked_nothing_else_is_done_to_the_task(begin: Begin) -> None:
    case = begin(drawn(heard(user("t"), ("assigning", "ask"))))
    task_of(case).assign("li")
    for attempt in (
        lambda: task_of(case).assign("wang"),
        lambda: task_of(case).update(priority=1),
        lambda: task_of(case).complete(),
    ):
        with pytest.raises(Conflict):
            attempt()
    job(case).complete()
    task_of(case).complete()
    assert case.state == "completed"


def test_whoever_the_diagram_names_is_assigned_through_the_listeners(begin: Begin) -> None:
    case = begin(drawn(heard(user("t", assignee="li"), ("creating", "made"), ("assigning", "ask"))))
    assert (told(job(case), "assignee"), told(job(case), "action")) == ("li", "create")
    job(case).correct(priority=60)
    assert (task_of(case).assignee, task_of(case).priority) == (None, 60)
    assert job(case).type == "ask"
    job(case).correct(assignee="wang")
    assert task_of(case).assignee == "wang"


def test_a_denied_first_assignment_leaves_the_task_to_its_candidates(begin: Begin) -> None:
    case = begin(drawn(heard(user("t", assignee="li"), ("assigning", "ask"))))
    job(case).deny()
    assert (task_of(case).assignee, task_of(case).transition) == (None, None)


def test_setting_variables_at_a_task_is_an_update(begin: Begin) -> None:
    case = begin(drawn(heard(user("t", inputs={"a": "=1"}), ("updating", "look"))))
    (token,) = [token for token in case.instance.tokens.values() if token.task_spec.id == "t"]
    case.box.send(case, commands.SetVariables(token.key, {"a": 2, "b": 3}))
    assert (job(case).type, job(case).variables) == ("look", {"a": 2, "b": 3})
    assert (case.variables, task_of(case).variables["a"]) == ({}, 1)
    job(case).complete()
    assert (case.variables, task_of(case).variables) == ({"b": 3}, {"a": 2, "b": 3})


def test_setting_variables_at_a_task_that_is_done_is_no_update_of_it(begin: Begin) -> None:
    """What stops the element when it is left can be mended there."""
    task = heard(user("t"), ("updating", "look"), ("canceling", "tell"))
    case = begin(diagram(start("s"), task, end("e"), flows("s t e", t_e="=n = 2")))
    task_of(case).complete({"n": 1})
    assert [incident.record.code for incident in case.incidents] == ["no_flow_taken"]
    (token,) = [token for token in case.instance.tokens.values() if token.task_spec.id == "t"]
    case.box.send(case, commands.SetVariables(token.key, {"n": 2}))
    case.incidents[0].resolve()
    assert (case.state, case.variables, case.records) == ("completed", {"n": 2}, {})


def test_a_task_that_cannot_be_opened_once_its_listeners_have_agreed_is_tried_again(begin: Begin) -> None:
    late = user("t", assignee="li", properties={"limit": "={value: 3, unit: unit}"})
    case = begin(drawn(heard(late, ("creating", "a"), ("assigning", "b"), ("updating", "c"))))
    job(case).correct(priority=80)
    assert [incident.record.code for incident in case.incidents] == ["not_a_limit"]
    (token,) = [token for token in case.instance.tokens.values() if token.task_spec.id == "t"]
    case.box.send(case, commands.SetVariables(token.key, {"unit": "h"}))
    case.incidents[0].resolve()
    assert (job(case).type, told(job(case), "assignee")) == ("b", "li")
    job(case).complete()
    assert (task_of(case).assignee, task_of(case).priority) == ("li", 80)


def test_an_interrupted_task_tells_its_listeners_and_nobody_waits_for_them(begin: Begin) -> None:
    late = (boundary("late", "t", timer(duration="PT1H")), user("u"), end("z"), flows("late u z"))
    case = begin(drawn(heard(user("t"), ("canceling", "a"), ("canceling", "b")), *late))
    case.box.advance(by=timedelta(hours=2))
    assert [(item.kind, item.element) for item in case.waiting] == [("job", "t"), ("task", "u")]
    assert told(job(case), "action") == "cancel"
    task_of(case).complete()
    assert case.state == "active"  # its listeners have still to be told
    job(case).complete()
    job(case).complete()
    assert (case.state, case.records, case.path) == ("completed", {}, ["s", "late", "u", "z"])


def test_a_cancelled_case_ends_once_its_listeners_are_told(begin: Begin) -> None:
    case = begin(drawn(heard(user("t"), ("canceling", "a"))))
    case.cancel()
    assert (case.state, [item.type for item in case.waiting]) == ("active", ["a"])
    job(case).complete()
    assert (case.state, case.records) == ("canceled", {})


def test_a_cancelled_case_begins_nothing_new_while_its_listeners_are_told(begin: Begin) -> None:
    case = begin(drawn(heard(user("t"), ("canceling", "a")), user("u"), end("z"), flows("t u z")))
    case.cancel()
    with pytest.raises(Conflict):
        case.modify(start=["u"])
    job(case).complete()
    assert (case.state, case.records) == ("canceled", {})


def test_cancelled_twice_it_waits_for_nobody(begin: Begin) -> None:
    case = begin(drawn(heard(user("t"), ("canceling", "a"))))
    case.cancel()
    case.cancel()
    assert (case.state, case.records) == ("canceled", {})


def test_each_task_of_an_interrupted_sub_process_tells_its_listeners(begin: Begin) -> None:
    inner = sub("sp", start("s1"), heard(user("t", loop=each("=[1, 2]", "i")), ("canceling", "a")), flows("s1 t"))
    case = begin(
        diagram(start("s"), inner, boundary("b", "sp", message("stop")), end("e"), end("z"), flows("s sp e", "b z"))
    )
    case.box.publish("stop")
    jobs = [item for item in case.waiting if item.kind == "job"]
    assert [item.variables["i"] for item in jobs] == [1, 2]
    for item in jobs:
        item.complete()
    assert (case.state, case.path, case.records) == ("completed", ["s", "s1", "b", "z"], {})


def test_a_task_interrupted_while_its_listeners_are_asked_is_cancelled(begin: Begin) -> None:
    late = (boundary("late", "t", timer(duration="PT1H")), end("z"), flows("late z"))
    case = begin(drawn(heard(user("t"), ("completing", "a"), ("canceling", "b")), *late))
    task_of(case).complete({"n": 1})
    case.box.advance(by=timedelta(hours=2))
    assert (job(case).type, case.variables) == ("b", {})
    job(case).complete()
    assert (case.state, case.variables, case.records) == ("completed", {}, {})


def test_a_failed_listener_of_a_task_is_an_incident_of_its_own_kind_and_asked_again(begin: Begin) -> None:
    case = begin(drawn(heard(user("t"), ("completing", "a"), ("completing", "b"))))
    task_of(case).complete({"n": 1})
    job(case).complete()
    job(case).fail("no")
    assert [(incident.kind, incident.element) for incident in case.incidents] == [("TASK_LISTENER_NO_RETRIES", "t")]
    case.incidents[0].resolve()
    assert job(case).type == "b"
    job(case).complete()
    assert (case.state, case.variables) == ("completed", {"n": 1})


def test_a_listener_that_cannot_be_named_is_an_incident_and_the_change_goes_on_afterwards(begin: Begin) -> None:
    case = begin(drawn(heard(user("t"), ("completing", "=kind"))))
    task_of(case).complete({"n": 1})
    assert [(incident.kind, incident.record.code) for incident in case.incidents] == [
        ("EXTRACT_VALUE_ERROR", "not_a_text")
    ]
    case.box.set_variables(case, {"kind": "check"})
    case.incidents[0].resolve()
    job(case).complete()
    assert (case.state, case.variables["n"]) == ("completed", 1)


def test_headers_of_the_task_and_of_an_execution_listener_go_along(begin: Begin) -> None:
    def headed(name: str) -> str:
        return f'<zeebe:taskHeaders><zeebe:header key="{name}" value="1"/></zeebe:taskHeaders>'

    listener = f'<zeebe:executionListener eventType="start" type="go">{headed("b")}</zeebe:executionListener>'
    head = headed("a") + f"<zeebe:executionListeners>{listener}</zeebe:executionListeners>"
    part = heard(user("t"), ("creating", "made"))
    case = begin(drawn(Part(part.xml.replace("<zeebe:userTask/>", f"<zeebe:userTask/>{head}"))))
    assert job(case).headers == {"a": "1", "b": "1", "listenerEventType": "start"}
    job(case).complete()
    assert (job(case).headers["a"], "b" in job(case).headers) == ("1", False)
