"""User tasks, jobs, messages, variables and incidents over the API."""

import json
from typing import Any

import pytest

from tests.engine.factories import (
    boundary,
    call,
    condition,
    diagram,
    end,
    error,
    exclusive,
    flows,
    receive,
    service,
    start,
    user,
)
from tests.web.office import TALK, WAIT, Office, with_job

FORM = json.dumps(
    {
        "id": "report",
        "components": [
            {"type": "number", "key": "days", "label": "天数", "validate": {"required": True, "max": 30}},
            {"type": "textfield", "key": "note"},
        ],
    },
    ensure_ascii=False,
)
REPORT = diagram(
    start("s"),
    user("write", "GD-GZ.crc.duty", form="report"),
    end("e"),
    flows("s write e"),
    process_id="report",
    unit="GD-GZ",
    starters="*.crc.*",
)


def answering(office: Office) -> Any:
    """The open task of a case that has got so far."""
    office.deploy(TALK)
    office.start("talk", variables={"q": "联通"})
    office.post("worker", f"/v2/jobs/{office.job()['jobKey']}/completion", {"variables": {"said": 1}})
    return office.task()


# User tasks


def test_a_task_is_told_as_camunda_tells_it(office: Office) -> None:
    task = answering(office)
    told = office.get("clerk", f"/v2/user-tasks/{task['userTaskKey']}")
    assert told == task
    assert (told["elementId"], told["name"], told["state"], told["priority"]) == ("answer", "answer", "CREATED", 50)
    assert (told["candidateGroups"], told["candidateUsers"], told["assignee"]) == (["GD-GZ.crc.duty"], [], None)
    assert (told["formKey"], told["customHeaders"], told["tags"]) == (None, {}, [])
    assert office.ask("clerk", "GET", f"/v2/user-tasks/{told['userTaskKey']}/form").status == 204


def test_a_task_is_found_by_its_candidates_assignee_and_case(office: Office) -> None:
    task = answering(office)

    def found(**conditions: Any) -> bool:
        items = office.post("clerk", "/v2/user-tasks/search", {"filter": conditions})["items"]
        return [item["userTaskKey"] for item in items] == [task["userTaskKey"]]

    assert found(candidateGroup="GD-GZ.crc.duty")
    assert found(candidateGroup={"$in": ["a.b", "GD-GZ.crc.duty"]})
    assert not found(candidateGroup="GD-SZ.crc.duty")
    assert not found(candidateUser={"$eq": "li.na"})
    assert found(assignee={"$exists": False}, state="CREATED", elementId="answer")
    assert found(processInstanceKey=task["processInstanceKey"], priority={"$gte": 50})
    assert found(processInstanceVariables=[{"name": "q", "value": '"联通"'}])
    assert not found(processInstanceVariables=[{"name": "q", "value": '"移动"'}])
    assert not found(dueDate={"$exists": True})


def test_a_task_is_claimed_given_away_and_given_back(office: Office) -> None:
    task = answering(office)
    path = f"/v2/user-tasks/{task['userTaskKey']}"
    assert office.ask("clerk", "POST", f"{path}/assignment", {"assignee": "li.na"}).status == 204
    assert office.get("clerk", path)["assignee"] == "li.na"
    held = office.ask("clerk", "POST", f"{path}/assignment", {"assignee": "chen.chen", "allowOverride": False})
    assert (held.status, held.body["code"]) == (409, "task_assigned_already")
    wrong = office.ask("clerk", "POST", f"{path}/assignment", {"assignee": "luo.fei"})
    assert (wrong.status, wrong.body["code"]) == (400, "assignee_not_candidate")
    assert office.ask("clerk", "POST", f"{path}/assignment", {"assignee": "nobody"}).status == 404
    assert office.ask("clerk", "DELETE", f"{path}/assignee").status == 204
    assert office.get("clerk", path)["assignee"] is None
    assert office.ask("clerk", "POST", f"{path}/assignment", {}).status == 204
    assert office.get("clerk", path)["assignee"] == "token:clerk"


def test_a_task_is_completed_once_and_sets_its_variables(office: Office) -> None:
    task = answering(office)
    path = f"/v2/user-tasks/{task['userTaskKey']}/completion"
    assert office.ask("clerk", "POST", path, {"variables": {"answer": 42}}).status == 204
    told = office.get("clerk", f"/v2/process-instances/{task['processInstanceKey']}")
    assert told["state"] == "COMPLETED"
    before = office.everything()
    again = office.ask("clerk", "POST", path, {"variables": {"answer": 43}})
    assert (again.status, again.body["code"]) == (409, "task_ended")
    assert office.everything() == before


def test_somebody_elses_task_is_not_completed(office: Office) -> None:
    task = answering(office)
    path = f"/v2/user-tasks/{task['userTaskKey']}"
    office.post("clerk", f"{path}/assignment", {"assignee": "li.na"})
    before = office.everything()
    for who, status, code in (
        ("colleague", 403, "task_not_yours"),
        ("clerk", 403, "task_of_another"),
        ("foreigner", 404, "task_unknown"),
    ):
        answer = office.ask(who, "POST", f"{path}/completion", {})
        assert (answer.status, answer.body["code"]) == (status, code)
        assert len(answer.body["detail"]) > 20
    assert office.everything() == before


def test_a_group_of_another_engines_diagram_means_nobody(office: Office) -> None:
    office.deploy(diagram(start("s"), user("u", "sales"), end("e"), flows("s u e"), unit="GD-GZ", starters="*.crc.*"))
    office.start("p")
    path = f"/v2/user-tasks/{office.task()['userTaskKey']}"
    assert office.ask("clerk", "POST", f"{path}/completion", {}).status == 403
    assert office.ask("foreigner", "GET", path).status == 404
    office.post("operator", f"{path}/completion", {})


def test_names_and_forms_are_in_the_readers_language(office: Office) -> None:
    english = b"write: Write the report\n"
    office.deploy(REPORT, ("p0.en.yaml", english), ("report.form", FORM.encode()), ("report.en.yaml", b"days: Days\n"))
    office.start("report")
    path = f"/v2/user-tasks/{office.task()['userTaskKey']}"
    assert office.get("clerk", path)["name"] == "Write the report"
    assert "Days" in office.get("clerk", f"{path}/form")["schema"]
    office.language = "zh"
    assert office.get("clerk", path)["name"] == "write"
    assert "天数" in office.get("clerk", f"{path}/form")["schema"]


def test_what_is_sent_is_checked_against_the_form(office: Office) -> None:
    office.deploy(REPORT, ("report.form", FORM.encode()))
    office.start("report")
    task = office.task()
    form = office.get("clerk", f"/v2/user-tasks/{task['userTaskKey']}/form")
    assert (form["formId"], form["version"], form["formKey"]) == ("report", 1, task["formKey"])
    assert json.loads(form["schema"]) == json.loads(FORM)
    path = f"/v2/user-tasks/{task['userTaskKey']}/completion"
    before = office.everything()
    for variables, element in (({"days": 31}, "days"), ({"days": "3"}, "days"), ({"note": "x"}, "days")):
        answer = office.ask("clerk", "POST", path, {"variables": variables})
        assert (answer.status, answer.body["code"]) == (400, "form_invalid")
        assert answer.body["findings"][0]["element"] == element
        assert "天数" in answer.body["detail"]
    assert office.everything() == before
    assert office.ask("clerk", "POST", path, {"variables": {"days": 3, "smuggled": True}}).status == 204
    names = {row.name for row in office.rows("SELECT name FROM variables")}
    assert names == {"days"}


def test_the_variables_a_task_sees(office: Office) -> None:
    task = answering(office)
    path = f"/v2/user-tasks/{task['userTaskKey']}/variables/search"
    told = office.post("clerk", path)["items"]
    assert {item["name"]: item["value"] for item in told} == {"q": '"联通"', "said": "1"}
    [one] = office.post("clerk", path, {"filter": {"name": {"$like": "sa*"}}})["items"]
    assert one["name"] == "said"


# Jobs


def test_a_job_is_leased_and_completed(office: Office) -> None:
    office.deploy(TALK)
    key = office.start("talk", variables={"q": "联通", "n": 1})
    wanted = {"type": "ask", "timeout": 60_000, "maxJobsToActivate": 1, "worker": "w", "fetchVariable": ["q"]}
    [job] = office.post("worker", "/v2/jobs/activation", wanted)["jobs"]
    assert (job["processInstanceKey"], job["elementId"], job["worker"], job["retries"]) == (key, "ask", "w", 3)
    assert (job["variables"], job["kind"], job["listenerEventType"]) == ({"q": "联通"}, "BPMN_ELEMENT", "UNSPECIFIED")
    assert isinstance(job["deadline"], int)
    [told] = office.post("worker", "/v2/jobs/search", {"filter": {"worker": "w", "type": "ask"}})["items"]
    assert (told["jobKey"], told["state"]) == (job["jobKey"], "CREATED")
    path = f"/v2/jobs/{job['jobKey']}/completion"
    assert office.ask("worker", "POST", path, {"variables": {"said": 1}}).status == 204
    again = office.ask("worker", "POST", path, {"variables": {"said": 2}})
    assert (again.status, again.body["code"]) == (404, "job_unknown")
    assert office.task()["elementId"] == "answer"


def test_no_jobs_are_given_at_once_where_there_are_none(office: Office) -> None:
    wanted = {"type": "nothing", "timeout": 1000, "maxJobsToActivate": 1, "requestTimeout": 1}
    assert office.post("worker", "/v2/jobs/activation", wanted) == {"jobs": []}


def test_a_failed_job_is_tried_again_until_it_is_an_incident_that_is_resolved(office: Office) -> None:
    office.deploy(TALK)
    key = office.start("talk")
    job = office.job()["jobKey"]
    assert (
        office.ask("worker", "PATCH", f"/v2/jobs/{job}", {"changeset": {"retries": 5, "timeout": 1000}}).status == 204
    )
    office.post("worker", f"/v2/jobs/{job}/failure", {"retries": 1, "errorMessage": "busy"})
    assert office.job()["retries"] == 1
    office.post("worker", f"/v2/jobs/{job}/failure", {"retries": 0, "errorMessage": "gone"})
    assert office.get("clerk", f"/v2/process-instances/{key}")["hasIncident"] is True
    [incident] = office.post("clerk", "/v2/incidents/search", {"filter": {"state": "ACTIVE"}})["items"]
    assert (incident["errorType"], incident["elementId"], incident["jobKey"]) == ("JOB_NO_RETRIES", "ask", job)
    assert "gone" in incident["errorMessage"]
    assert office.post("clerk", f"/v2/process-instances/{key}/incidents/search")["items"] == [incident]
    path = f"/v2/incidents/{incident['incidentKey']}"
    assert office.ask("clerk", "POST", f"{path}/resolution").body["code"] == "may_not_operate"
    assert office.ask("operator", "POST", f"{path}/resolution").status == 204
    assert office.get("clerk", path)["state"] == "RESOLVED"
    assert office.ask("operator", "POST", f"{path}/resolution").status == 404
    office.post("worker", f"/v2/jobs/{office.job()['jobKey']}/completion")
    assert office.task()["elementId"] == "answer"


def test_an_error_of_a_job_is_caught_by_the_diagram(office: Office) -> None:
    parts = (start("s"), service("t", "ask"), boundary("no", "t", error("refused")), user("look", "GD-GZ.crc.duty"))
    office.deploy(
        diagram(
            *parts, end("e"), end("f"), flows("s t e", "no look f"), process_id="p", unit="GD-GZ", starters="*.crc.*"
        )
    )
    office.start("p")
    path = f"/v2/jobs/{office.job()['jobKey']}/error"
    assert office.ask("worker", "POST", path, {"errorCode": "refused", "variables": {"why": "x"}}).status == 204
    assert office.task()["elementId"] == "look"


def test_jobs_of_other_units_are_neither_given_nor_answered(office: Office) -> None:
    office.deploy(TALK)
    office.start("talk")
    wanted = {"type": "ask", "timeout": 60_000, "maxJobsToActivate": 5, "requestTimeout": -1}
    assert office.post("foreigner", "/v2/jobs/activation", wanted)["jobs"] == []
    job = office.job()["jobKey"]
    before = office.everything()
    for action, body in (("completion", {}), ("failure", {}), ("error", {"errorCode": "x"})):
        assert office.ask("foreigner", "POST", f"/v2/jobs/{job}/{action}", body).status == 404
        assert office.ask("clerk", "POST", f"/v2/jobs/{job}/{action}", body).body["code"] == "may_not_serve"
    assert office.everything() == before


# Messages and signals


def test_a_message_reaches_who_waits_for_it(office: Office) -> None:
    office.deploy(WAIT)
    key = office.start("wait", variables={"id": "7"})
    body = {"name": "word", "correlationKey": "7", "variables": {"heard": True}}
    sent = office.post("worker", "/v2/messages/correlation", body)
    assert sent["processInstanceKey"] == key
    assert office.get("clerk", f"/v2/process-instances/{key}")["state"] == "COMPLETED"
    nobody = office.ask("worker", "POST", "/v2/messages/correlation", body)
    assert (nobody.status, nobody.body["code"]) == (404, "message_not_awaited")


def test_a_message_is_kept_and_published_once(office: Office) -> None:
    office.deploy(WAIT)
    body = {"name": "word", "correlationKey": "8", "timeToLive": 60_000, "messageId": "m1"}
    assert office.post("worker", "/v2/messages/publication", body)["messageKey"]
    again = office.ask("worker", "POST", "/v2/messages/publication", body)
    assert (again.status, again.body["code"]) == (409, "message_published_already")
    key = office.start("wait", variables={"id": "8"})
    assert office.get("clerk", f"/v2/process-instances/{key}")["state"] == "COMPLETED"


def test_a_signal_needs_nobody(office: Office) -> None:
    assert office.post("worker", "/v2/signals/broadcast", {"signalName": "noon"})["signalKey"]


# Conditional starts


def test_variables_open_what_their_conditions_are_fulfilled_of(office: Office) -> None:
    def opened_by(process_id: str, text: str) -> bytes:
        parts = (start("s", condition(text)), user("do", "GD-GZ.crc.duty"), end("e"), flows("s do e"))
        return diagram(*parts, process_id=process_id, unit="GD-GZ")

    high, low = office.deploy(opened_by("high", "=load > 80"), opened_by("low", "=load < 10"))
    told = office.post("worker", "/v2/conditionals/evaluation", {"variables": {"load": 90}})
    assert [one["processDefinitionKey"] for one in told["processInstances"]] == [str(high)]
    key = told["processInstances"][0]["processInstanceKey"]
    assert office.task(who="admin")["processInstanceKey"] == key
    assert office.rows("SELECT name, value FROM variables") == [("load", 90)]
    # one definition alone, and one that is not there
    only = {"variables": {"load": 5}, "processDefinitionKey": str(high)}
    assert office.post("worker", "/v2/conditionals/evaluation", only)["processInstances"] == []
    both = office.post("worker", "/v2/conditionals/evaluation", {"variables": {"load": 5}})["processInstances"]
    assert [one["processDefinitionKey"] for one in both] == [str(low)]
    unknown = {"variables": {}, "processDefinitionKey": "5"}
    assert office.ask("worker", "POST", "/v2/conditionals/evaluation", unknown).status == 404


def test_only_the_latest_version_of_a_conditional_start_is_asked(office: Office) -> None:
    old = diagram(start("s", condition("=load > 80")), end("e"), flows("s e"), process_id="p", unit="GD-GZ")
    new = diagram(start("s", condition("=load > 95")), end("e"), flows("s e"), process_id="p", unit="GD-GZ")
    office.deploy(old)
    office.deploy(new)
    assert office.post("worker", "/v2/conditionals/evaluation", {"variables": {"load": 90}})["processInstances"] == []
    [one] = office.post("worker", "/v2/conditionals/evaluation", {"variables": {"load": 96}})["processInstances"]
    assert office.rows("SELECT key, state FROM instances") == [(int(one["processInstanceKey"]), "completed")]


# Variables


def test_variables_are_told_as_json_texts(office: Office) -> None:
    office.deploy(TALK)
    long = "x" * 10_000
    key = office.start("talk", variables={"long": long, "n": 5, "no": {"a": [None, "联"]}})
    told = office.post("clerk", "/v2/variables/search", {"filter": {"processInstanceKey": key}})["items"]
    by_name = {item["name"]: item for item in told}
    assert by_name["no"]["value"] == '{"a":[null,"联"]}'
    assert (by_name["long"]["isTruncated"], len(by_name["long"]["value"])) == (True, 8191)
    assert by_name["n"]["scopeKey"] == by_name["n"]["processInstanceKey"] == key
    whole = office.post("clerk", "/v2/variables/search?truncateValues=false", {"filter": {"name": "long"}})["items"]
    assert json.loads(whole[0]["value"]) == long
    one = office.get("clerk", f"/v2/variables/{by_name['long']['variableKey']}")
    assert (one["name"], json.loads(one["value"])) == ("long", long)
    assert [i["name"] for i in office.post("clerk", "/v2/variables/search", {"filter": {"value": "5.0"}})["items"]] == [
        "n"
    ]
    for wrong in (int(by_name["n"]["variableKey"]) + 1, 5, "9" * 27, "abc"):
        assert office.ask("clerk", "GET", f"/v2/variables/{wrong}").status == 404


def test_operators_set_variables_of_a_case(office: Office) -> None:
    office.deploy(TALK)
    key = office.start("talk", variables={"n": 1})
    path, body = f"/v2/element-instances/{key}/variables", {"variables": {"n": 2, "m": {"a": 1}}}
    assert office.ask("clerk", "PUT", path, body).body["code"] == "may_not_operate"
    assert office.ask("operator", "PUT", path, body).status == 204
    told = office.post("clerk", "/v2/variables/search", {"filter": {"processInstanceKey": key}})["items"]
    assert {item["name"]: item["value"] for item in told} == {"n": "2", "m": '{"a":1}'}
    assert office.ask("operator", "PUT", path.replace(key, str(int(key) + 999)), body).status == 404


# Incidents


@pytest.mark.parametrize(
    ("part", "kind"),
    [
        (call("x", "nowhere"), "CALLED_ELEMENT_ERROR"),
        (exclusive("x"), "CONDITION_ERROR"),
        (receive("x", "word", "=missing"), "EXTRACT_VALUE_ERROR"),
    ],
)
def test_what_cannot_go_on_is_an_incident_with_a_sentence(office: Office, part: Any, kind: str) -> None:
    ways = flows("s x e", "x f", x_e="=false", x_f="=false") if kind == "CONDITION_ERROR" else flows("s x e")
    ends = (end("e"), end("f")) if kind == "CONDITION_ERROR" else (end("e"),)
    office.deploy(diagram(start("s"), part, *ends, ways, process_id="p", unit="GD-GZ", starters="*.crc.*"))
    key = office.start("p")
    [incident] = office.post("clerk", "/v2/incidents/search", {"filter": {"processInstanceKey": key}})["items"]
    assert (incident["errorType"], incident["elementId"], incident["state"]) == (kind, "x", "ACTIVE")
    assert len(incident["errorMessage"]) > 20
    assert "{" not in incident["errorMessage"]
    path = f"/v2/element-instances/{incident['elementInstanceKey']}/incidents/search"
    assert [one["incidentKey"] for one in office.post("clerk", path)["items"]] == [incident["incidentKey"]]


def test_searches_of_jobs_say_what_is_wrong(office: Office) -> None:
    office.deploy(with_job("quiet", "quiet"))
    office.start("quiet", "operator")
    assert len(office.post("operator", "/v2/jobs/search", {"filter": {"state": "CREATED"}})["items"]) == 1
    assert office.ask("operator", "POST", "/v2/jobs/search", {"filter": {"state": "DONE"}}).status == 400
