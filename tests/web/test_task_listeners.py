"""Listeners of user tasks over the API: requests wait for them, are denied or corrected by them; tasks are updated."""

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import pytest

from tests.engine.factories import diagram, end, flows, listening, start, user
from tests.web.office import Answer, Office
from web import waiting

GROUP = "GD-GZ.crc.duty"


def watched(*listeners: tuple[str, str], **more: Any) -> bytes:
    task = user("do", GROUP, **more)
    head = "<zeebe:userTask/>" + listening(*listeners, kind="task")
    parts = (start("s"), type(task)(task.xml.replace("<zeebe:userTask/>", head)), end("e"), flows("s do e"))
    return diagram(*parts, process_id="watched", unit="GD-GZ", starters="*.crc.*")


def answer(office: Office, job: Any, **result: Any) -> Answer:
    return office.ask("worker", "POST", f"/v2/jobs/{job['jobKey']}/completion", {"result": result})


@contextmanager
def meanwhile(office: Office, method: str, path: str, body: Any = None) -> Iterator["Future[Answer]"]:
    """A request that waits for listeners, while the test is one."""
    with ThreadPoolExecutor(1) as thread:
        other = Office(office.client.application.test_client(), office.tokens)
        yield thread.submit(other.ask, "clerk", method, path, body)


def leased(office: Office, kind: str) -> Any:
    wanted = {"type": kind, "timeout": 60_000, "maxJobsToActivate": 1, "requestTimeout": 20_000}
    [job] = office.post("worker", "/v2/jobs/activation", wanted)["jobs"]
    return job


def test_a_listener_is_told_of_the_task_and_a_denied_completion_is_refused_with_its_reason(office: Office) -> None:
    office.deploy(watched(("completing", "check"), priority="60"))
    office.start("watched")
    task = office.task()
    path = f"/v2/user-tasks/{task['userTaskKey']}"
    with meanwhile(office, "POST", f"{path}/completion", {"variables": {"n": 1}, "action": "escalate"}) as sent:
        job = leased(office, "check")
        assert (job["kind"], job["listenerEventType"], job["variables"]) == ("TASK_LISTENER", "COMPLETING", {"n": 1})
        assert "listenerEventType" not in job["customHeaders"]
        assert job["userTask"] == {
            "action": "escalate",
            "assignee": None,
            "candidateGroups": [GROUP],
            "candidateUsers": [],
            "changedAttributes": [],
            "dueDate": None,
            "followUpDate": None,
            "formKey": None,
            "priority": 60,
            "userTaskKey": task["userTaskKey"],
        }
        assert office.get("clerk", path)["state"] == "COMPLETING"
        assert answer(office, job, type="userTask", denied=True, deniedReason="not signed").status == 204
        told = sent.result(20)
    assert (told.status, told.body["title"]) == (409, "INVALID_STATE")
    assert "not signed" in told.body["detail"]
    again = office.get("clerk", path)
    assert (again["state"], again["deniedReason"]) == ("CREATED", "not signed")
    assert office.rows("SELECT name FROM variables WHERE name = 'n'") == []


def test_an_assignment_is_answered_once_its_listener_has_corrected_it(office: Office) -> None:
    office.deploy(watched(("assigning", "choose")))
    office.start("watched")
    path = f"/v2/user-tasks/{office.task()['userTaskKey']}"
    with meanwhile(office, "POST", f"{path}/assignment", {"assignee": "li.na"}) as sent:
        job = leased(office, "choose")
        assert (job["userTask"]["assignee"], job["userTask"]["changedAttributes"]) == ("li.na", ["assignee"])
        done = answer(
            office,
            job,
            corrections={
                "assignee": "wang.wei",
                "priority": 80,
                "candidateUsers": None,
                "candidateGroups": ["GD-SZ.crc.duty", GROUP],
                "dueDate": "2026-12-01T09:00:00+08:00",
            },
        )
        assert done.status == 204, done.body
        assert sent.result(20).status == 204
    told = office.get("admin", path)
    assert (told["assignee"], told["priority"], told["state"]) == ("wang.wei", 80, "CREATED")
    assert (told["candidateGroups"], told["dueDate"]) == (["GD-SZ.crc.duty", GROUP], "2026-12-01T01:00:00.000Z")
    # the groups' units come to see the case
    assert office.rows("SELECT unit FROM tasks") == [("GD-SZ",)]
    assert ("GD-SZ", "task") in office.rows("SELECT unit, why FROM involved_units")


def test_listeners_that_do_not_answer_in_time_are_told_as_such(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is no failure, and not for trying again: the change is done when they agree."""
    monkeypatch.setattr(waiting, "DEFAULT_WAIT", 100)
    office.deploy(watched(("assigning", "choose")))
    office.start("watched")
    path = f"/v2/user-tasks/{office.task()['userTaskKey']}"
    late = office.ask("clerk", "POST", f"{path}/assignment", {"assignee": "li.na"})
    assert (late.status, late.body["title"], late.body["code"]) == (504, "DEADLINE_EXCEEDED", "task_not_agreed")
    assert "Retry-After" not in late.headers
    assert answer(office, leased(office, "choose")).status == 204
    assert office.get("clerk", path)["assignee"] == "li.na"


def test_while_listeners_are_asked_others_are_told_so(office: Office) -> None:
    office.deploy(watched(("completing", "check")))
    office.start("watched")
    path = f"/v2/user-tasks/{office.task()['userTaskKey']}"
    with meanwhile(office, "POST", f"{path}/completion", {}) as sent:
        job = leased(office, "check")
        for again in ("assignment", "completion"):
            refused = office.ask("clerk", "POST", f"{path}/{again}", {})
            assert (refused.status, refused.body["code"]) == (409, "task_in_transition")
        assert answer(office, job).status == 204
        assert sent.result(20).status == 204
    assert office.get("clerk", path)["state"] == "COMPLETED"


@pytest.mark.parametrize(
    ("result", "code"),
    [
        ({"denied": True}, "job_denial_misplaced"),
        ({"denied": True, "corrections": {"priority": 1}}, "job_denial_misplaced"),
        ({"corrections": {"assignee": "x"}}, "job_assignee_given"),
        ({"corrections": {"priority": 101}}, "request_malformed"),
    ],
)
def test_what_a_creating_listener_may_not_say_is_refused(office: Office, result: Any, code: str) -> None:
    office.deploy(watched(("creating", "made"), assignee="li.na"))
    office.start("watched")
    refused = answer(office, leased(office, "made"), **result)
    assert refused.status == 400
    assert code in (refused.body["code"], "request_malformed")


def test_an_operator_changes_a_task_and_clears_what_is_empty(office: Office) -> None:
    office.deploy(watched(due="2026-12-01T09:00:00+08:00", users="li.na"))
    office.start("watched")
    path = f"/v2/user-tasks/{office.task()['userTaskKey']}"
    changeset = {
        "dueDate": "",
        "followUpDate": "2026-11-30T09:00:00Z",
        "priority": 10,
        "candidateUsers": [],
        "candidateGroups": None,
        "assignee": "passed over",
    }
    changed = office.ask("operator", "PATCH", path, {"changeset": changeset, "action": "plan"})
    assert changed.status == 204, changed.body
    told = office.get("clerk", path)
    assert (told["dueDate"], told["followUpDate"], told["priority"]) == (None, "2026-11-30T09:00:00.000Z", 10)
    assert (told["candidateUsers"], told["candidateGroups"], told["assignee"]) == ([], [GROUP], None)
    [data] = office.rows("SELECT data FROM history WHERE kind = 'task_updated'")
    assert set(data[0]["names"]) == {"dueDate", "followUpDate", "priority", "candidateUsers"}
    assert office.ask("clerk", "PATCH", path, {"changeset": {"priority": 1}}).status == 403


def test_a_cancelled_task_tells_its_listener(office: Office) -> None:
    office.deploy(watched(("canceling", "gone")))
    key = office.start("watched")
    office.post("operator", f"/v2/process-instances/{key}/cancellation")
    job = leased(office, "gone")
    assert (job["listenerEventType"], job["userTask"]["action"]) == ("CANCELING", "cancel")
    assert office.rows("SELECT state FROM tasks") == [("canceled",)]
    assert office.rows("SELECT state FROM instances") == [("active",)]
    assert answer(office, job).status == 204
    assert office.rows("SELECT state FROM instances") == [("canceled",)]
