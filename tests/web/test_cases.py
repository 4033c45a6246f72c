"""Process instances over the API: started, searched, told, cancelled, with actions and history."""

import json
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import text

import engine
from engine import store
from engine.instances import suspend
from engine.store import case_clock
from tests.engine.factories import call, catch, diagram, end, flows, message, script, start, task, timer, user
from tests.web.office import TALK, WAIT, Office, with_job

QUICK = diagram(
    start("s"),
    script("add", "a + 1", "b"),
    end("e"),
    flows("s add e"),
    process_id="quick",
    unit="GD-GZ",
    starters="*.crc.*",
    prefix="QCK",
)
SLOW = diagram(
    start("s"), catch("w", timer(duration="PT1H")), end("e"), flows("s w e"), process_id="slow", starters="*.crc.*"
)


def test_a_case_is_started_by_the_id_of_its_process(office: Office) -> None:
    [key] = office.deploy(TALK)
    started = office.post(
        "clerk",
        "/v2/process-instances",
        {"processDefinitionId": "talk", "variables": {"q": "联通"}, "businessId": "o-1"},
    )
    assert started["processDefinitionKey"] == str(key)
    assert started["processDefinitionVersion"] == 1
    assert (started["businessId"], started["tenantId"], started["variables"]) == ("o-1", "<default>", {})
    told = office.get("clerk", f"/v2/process-instances/{started['processInstanceKey']}")
    assert told["state"] == "ACTIVE"
    assert told["startDate"].endswith("Z")
    assert (told["endDate"], told["hasIncident"], told["parentProcessInstanceKey"]) == (None, False, None)
    assert told["rootProcessInstanceKey"] == started["processInstanceKey"]
    assert (told["unit"], told["processDefinitionName"]) == ("GD-GZ", "询问")


def test_a_case_is_started_by_version_or_key(office: Office) -> None:
    [first] = office.deploy(TALK)
    [second] = office.deploy(TALK.replace("询问".encode(), "再问".encode()))
    for body, key in (
        ({"processDefinitionId": "talk"}, second),
        ({"processDefinitionId": "talk", "processDefinitionVersion": -1}, second),
        ({"processDefinitionId": "talk", "processDefinitionVersion": 1}, first),
        ({"processDefinitionKey": str(first)}, first),
    ):
        assert office.post("clerk", "/v2/process-instances", body)["processDefinitionKey"] == str(key)


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"processDefinitionId": "nothing"}, 404, "process_unknown"),
        ({"processDefinitionId": "talk", "processDefinitionVersion": 7}, 404, "process_unknown"),
        ({"processDefinitionKey": "16777216"}, 404, "definition_unknown"),
        ({}, 400, "process_not_named"),
        ({"processDefinitionId": "talk", "processDefinitionKey": "1"}, 400, "process_not_named"),
        ({"processDefinitionId": "talk", "variables": [1]}, 400, "request_invalid"),
        ({"processDefinitionId": "talk", "variables": {"": 1}}, 400, "request_invalid"),
        ({"processDefinitionId": "talk", "variables": {"a": "\x00"}}, 400, "request_invalid"),
        ({"processDefinitionId": "talk", "startInstructions": [{"elementId": "answer"}]}, 400, "not_supported"),
        ({"processDefinitionId": "talk", "tags": ["x"]}, 400, "not_supported"),
    ],
)
def test_what_cannot_be_started_changes_nothing(office: Office, body: Any, status: int, code: str) -> None:
    office.deploy(TALK)
    before = office.everything()
    answer = office.ask("clerk", "POST", "/v2/process-instances", body)
    assert (answer.status, answer.body["code"]) == (status, code)
    assert len(answer.body["detail"]) > 20
    assert office.everything() == before


@pytest.mark.parametrize("body", ['{"variables": {"a": "\\ud800"}}', '{"variables": {"a": 1e999999}}'])
def test_variables_that_cannot_be_kept_are_refused(office: Office, body: str) -> None:
    office.deploy(TALK)
    body = '{"processDefinitionId": "talk", ' + body[1:]
    answer = office.ask("clerk", "POST", "/v2/process-instances", data=body, content_type="application/json")
    assert (answer.status, answer.body["findings"][0]["element"]) == (400, "variables")


def test_a_business_id_names_one_running_case(office: Office) -> None:
    office.deploy(TALK)
    first = office.start("talk", businessId="o-1")
    again = office.ask("clerk", "POST", "/v2/process-instances", {"processDefinitionId": "talk", "businessId": "o-1"})
    assert (again.status, again.body["title"], again.body["code"]) == (409, "INVALID_STATE", "business_id_in_use")
    assert office.ask("operator", "POST", f"/v2/process-instances/{first}/cancellation").status == 204
    assert office.start("talk", businessId="o-1")


def test_only_its_starters_start_a_process(office: Office) -> None:
    office.deploy(TALK)
    answer = office.ask("colleague", "POST", "/v2/process-instances", {"processDefinitionId": "talk"})
    assert (answer.status, answer.body["code"]) == (403, "may_not_start")
    assert office.rows("SELECT key FROM instances") == []


def test_waiting_for_the_end_gives_the_variables(office: Office) -> None:
    office.deploy(QUICK)
    body = {"processDefinitionId": "quick", "variables": {"a": 1}, "awaitCompletion": True}
    ended = office.post("clerk", "/v2/process-instances", body)
    assert ended["variables"] == {"a": 1, "b": 2, "no": ended["caseNo"]}
    assert ended["caseNo"].startswith("QCK-GD-")
    assert office.post("clerk", "/v2/process-instances", {**body, "fetchVariables": ["b"]})["variables"] == {"b": 2}


def test_waiting_ends_though_the_case_goes_on(office: Office) -> None:
    office.deploy(SLOW)
    body = {"processDefinitionId": "slow", "awaitCompletion": True, "requestTimeout": 1}
    answer = office.ask("clerk", "POST", "/v2/process-instances", body)
    assert (answer.status, answer.body["title"]) == (504, "DEADLINE_EXCEEDED")
    [row] = office.rows("SELECT key, state FROM instances")
    assert row.state == "active"
    assert str(row.key) in answer.body["detail"]


@pytest.mark.parametrize("trouble", ["40P01", "55P03", "57P01"])
def test_trouble_while_the_end_is_waited_for_starts_no_second_case(
    office: Office, monkeypatch: pytest.MonkeyPatch, trouble: str
) -> None:
    office.deploy(QUICK)
    get, looks = engine.queries.process_instances.get, []

    def troubled(session: engine.Session, *given: Any) -> Any:
        looks.append(given)
        if len(looks) == 1:
            session.execute(text(f"DO $$ BEGIN RAISE SQLSTATE '{trouble}'; END $$"))
        return get(session, *given)

    monkeypatch.setattr(engine.queries.process_instances, "get", troubled)
    body = {"processDefinitionId": "quick", "variables": {"a": 1}, "awaitCompletion": True}
    assert office.post("clerk", "/v2/process-instances", body)["variables"]["b"] == 2
    assert len(looks) == 2
    assert len(office.rows("SELECT key FROM instances")) == 1


def test_cases_are_found_by_camundas_filters(office: Office) -> None:
    office.deploy(TALK, QUICK)
    first = office.start("talk", businessId="order-1", variables={"customer": "联通", "amount": 5})
    second = office.start("talk", businessId="order-2", variables={"customer": "移动", "amount": {"$eq": 1}})
    third = office.start("quick", variables={"a": 1})

    def found(**conditions: Any) -> set[str]:
        items = office.post("clerk", "/v2/process-instances/search", {"filter": conditions})["items"]
        return {item["processInstanceKey"] for item in items}

    assert found() == {first, second, third}
    assert found(processDefinitionId="talk") == {first, second}
    assert found(processDefinitionId={"$neq": "talk"}) == {third}
    assert found(processInstanceKey=first) == {first}
    assert found(processInstanceKey={"$in": [first, third]}) == {first, third}
    assert found(processInstanceKey={"$notIn": [first, third]}) == {second}
    assert found(processInstanceKey={"$gt": first}) == {second, third}
    assert found(businessId={"$like": "order-?"}) == {first, second}
    assert found(businessId={"$like": "order-*", "$neq": "order-1"}) == {second}
    assert found(businessId={"$exists": False}) == {third}
    assert found(state="COMPLETED") == {third}
    assert found(state={"$in": ["ACTIVE", "TERMINATED"]}) == {first, second}
    assert found(endDate={"$exists": True}) == {third}
    assert found(startDate={"$gte": "2020-01-01T00:00:00Z", "$lt": "2021-01-01T00:00:00+08:00"}) == set()
    assert found(variables=[{"name": "customer", "value": '"联通"'}]) == {first}
    assert found(variables=[{"name": "amount", "value": "5.0"}]) == {first}
    assert found(variables=[{"name": "amount", "value": '{"$eq": 1}'}]) == {second}
    assert found(hasIncident=True) == set()
    assert found(parentProcessInstanceKey={"$exists": False}, processDefinitionName="询问") == {first, second}


def test_pages_follow_each_other_by_number_and_cursor(office: Office) -> None:
    office.deploy(QUICK)
    keys = [office.start("quick", variables={"a": n}) for n in range(5)]

    def page(**wanted: Any) -> Any:
        body = {"page": wanted, "sort": [{"field": "startDate", "order": "DESC"}, {"field": "processInstanceKey"}]}
        told = office.post("clerk", "/v2/process-instances/search", body)
        assert (told["page"]["totalItems"], told["page"]["hasMoreTotalItems"]) == (5, False)
        return [item["processInstanceKey"] for item in told["items"]], told["page"]

    everything, _ = page()
    assert sorted(everything) == sorted(keys)
    assert page(**{"from": 1, "limit": 2})[0] == everything[1:3]
    first, told = page(limit=2)
    second, told_second = page(limit=2, after=told["endCursor"])
    third, _ = page(limit=2, after=told_second["endCursor"])
    assert first + second + third == everything
    assert page(limit=2, before=told_second["startCursor"])[0] == first
    empty, told = page(**{"from": 9})
    assert (empty, told["startCursor"], told["endCursor"]) == ([], None, None)


@pytest.mark.parametrize(
    "body",
    [
        {"filter": {"nothing": 1}},
        {"filter": {"state": "GONE"}},
        {"filter": {"state": {"$eqq": "ACTIVE"}}},
        {"filter": {"processInstanceKey": 5}},
        {"filter": {"processInstanceKey": {"$in": "5"}}},
        {"filter": {"businessId": {"$exists": "yes"}}},
        {"filter": {"startDate": {"$gt": "yesterday"}}},
        {"filter": {"variables": [{"value": "1"}]}},
        {"filter": {"variables": [{"name": "a", "value": "联通"}]}},
        {"sort": [{"field": "snapshot"}]},
        {"sort": [{"field": "state", "order": "UP"}]},
        {"page": {"limit": -1}},
        {"page": {"limit": 100_000}},
        {"page": {"after": "nonsense"}},
        {"page": {"after": "WzEsMiwzXQ=="}},
        {"page": {"after": "W10=", "before": "W10="}},
    ],
)
def test_a_search_that_makes_no_sense_is_refused(office: Office, body: Any) -> None:
    answer = office.ask("clerk", "POST", "/v2/process-instances/search", body)
    assert (answer.status, answer.body["title"]) == (400, "INVALID_ARGUMENT"), answer.body
    assert len(answer.body["detail"]) > 20


@pytest.mark.parametrize("text", ["'; DROP TABLE instances; --", "%' OR '1'='1", "\\", "*' OR 1=1 --", "\\%_", "🙂"])
def test_sql_in_a_search_is_a_text_like_any_other(office: Office, text: str) -> None:
    office.deploy(TALK)
    key = office.start("talk", businessId=text)
    for condition in (text, {"$eq": text}, {"$in": [text]}):
        body = {"filter": {"businessId": condition}}
        [item] = office.post("clerk", "/v2/process-instances/search", body)["items"]
        assert item["processInstanceKey"] == key
    assert office.post("clerk", "/v2/process-instances/search", {"filter": {"businessId": {"$like": text + "x"}}})
    others = {"filter": {"businessId": {"$like": "%"}, "processDefinitionId": text}}
    assert office.post("clerk", "/v2/process-instances/search", others)["items"] == []


def test_a_case_is_cancelled_by_operators_once(office: Office) -> None:
    office.deploy(TALK)
    key = office.start("talk")
    assert office.ask("clerk", "POST", f"/v2/process-instances/{key}/cancellation").body["code"] == "may_not_operate"
    assert office.ask("operator", "POST", f"/v2/process-instances/{key}/cancellation", {}).status == 204
    assert office.get("clerk", f"/v2/process-instances/{key}")["state"] == "TERMINATED"
    again = office.ask("operator", "POST", f"/v2/process-instances/{key}/cancellation")
    assert (again.status, again.body["code"]) == (409, "instance_ended")


def test_a_called_case_is_cancelled_with_the_one_that_called_it(office: Office) -> None:
    rights = {"unit": "GD-GZ", "starters": "*.crc.*"}
    caller = diagram(start("s"), call("c", "talk"), end("e"), flows("s c e"), process_id="caller", **rights)
    office.deploy(caller, TALK)
    root = office.start("caller")
    body = {"filter": {"parentProcessInstanceKey": root}}
    [called] = office.post("operator", "/v2/process-instances/search", body)["items"]
    path = f"/v2/process-instances/{called['processInstanceKey']}"
    refused = office.ask("operator", "POST", f"{path}/cancellation", {})
    assert (refused.status, refused.body["code"]) == (409, "instance_called")
    assert root in refused.body["detail"]
    assert office.ask("operator", "POST", f"/v2/process-instances/{root}/cancellation", {}).status == 204
    assert office.get("operator", path)["state"] == "TERMINATED"


def test_held_and_suspended_are_told(office: Office) -> None:
    office.deploy(WAIT)
    key = office.start("wait", variables={"id": "1"})
    with store.transaction() as session:
        suspend(session, int(key))
    told = office.get("clerk", f"/v2/process-instances/{key}")
    assert (told["suspended"], told["held"]) == (True, False)


def test_history_tells_what_happened_and_who_did_it(office: Office) -> None:
    office.deploy(TALK)
    key = office.start("talk")
    office.post("worker", f"/v2/jobs/{office.job()['jobKey']}/completion")
    told = office.get("clerk", f"/v2/process-instances/{key}/history?limit=1000")
    kinds = [item["kind"] for item in told["items"]]
    assert kinds[0] == "instance_started"
    assert "element_completed" in kinds
    actors = {item["actor"] for item in told["items"]}
    assert actors == {"token:clerk", "token:worker"}
    assert told["page"]["totalItems"] == len(kinds)
    first = office.get("clerk", f"/v2/process-instances/{key}/history?limit=1&from=1")
    assert [item["kind"] for item in first["items"]] == kinds[1:2]
    assert office.ask("clerk", "GET", f"/v2/process-instances/{key}/history?limit=many").status == 400


def test_the_clock_stands_where_it_is_pinned_and_goes_on_after_a_reset(office: Office) -> None:
    moment = 1_800_000_000_000
    assert office.ask("clerk", "PUT", "/v2/clock", {"timestamp": moment}).body["code"] == "may_not_set_clock"
    assert office.ask("operator", "PUT", "/v2/clock", {"timestamp": moment}).status == 204
    office.deploy(TALK)
    key = office.start("talk")
    assert office.get("clerk", f"/v2/process-instances/{key}")["startDate"] == "2027-01-15T08:00:00.000Z"
    assert office.ask("operator", "PUT", "/v2/clock", {"timestamp": -1}).status == 400
    assert office.ask("operator", "POST", "/v2/clock/reset").status == 204
    with store.transaction() as session:
        assert session.connection().exec_driver_sql("SELECT mode FROM case_clock").scalar() == "offset"
    assert case_clock.READ_CASE_TIME


def test_in_demo_mode_everybody_moves_the_clock(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    app = office.client.application
    monkeypatch.setitem(app.config, "SETTINGS", replace(app.config["SETTINGS"], demo=True))
    assert office.ask("clerk", "PUT", "/v2/clock", {"timestamp": 1}).status == 204


ORDER = json.dumps({"id": "order-form", "components": [{"type": "number", "key": "days", "validate": {"max": 30}}]})


def hold_process() -> bytes:
    """A case that people of the response centre may hold, filling in a form, while somebody works on it."""
    from tests.engine.factories import event_sub

    event = start(
        "hold_it",
        message("hold", "=no"),
        interrupting=False,
        properties={"action.form": "order-form", "action.roles": "GD-GZ.crc.duty", "action.label": "挂起"},
    )
    inside = event_sub("holding", event, task("note"), end("held"), flows("hold_it note held"))
    return diagram(
        start("s"),
        user("work", "GD-GZ.noc.duty"),
        end("e"),
        inside,
        flows("s work e"),
        process_id="holdable",
        unit="GD-GZ",
        starters="*.crc.*",
        prefix="HLD",
    )


def test_an_action_is_listed_while_it_is_open_and_sent_by_whom_it_is_for(office: Office) -> None:
    office.deploy(hold_process(), ("order.form", ORDER.encode()))
    key = office.start("holdable")
    [action] = office.get("clerk", f"/v2/process-instances/{key}/actions")["items"]
    assert (action["name"], action["label"], action["formId"]) == ("hold", "挂起", "order-form")
    assert office.get("colleague", f"/v2/process-instances/{key}/actions")["items"] == []

    def send(who: str, **body: Any) -> Any:
        return office.ask(who, "POST", f"/v2/process-instances/{key}/actions", {"action": "hold", **body})

    assert send("colleague").status == 403
    before = office.everything()
    refused = send("clerk", variables={"days": 31})
    assert (refused.status, refused.body["findings"][0]["element"]) == (400, "days")
    assert send("clerk", action="nothing").status == 404
    assert office.everything() == before
    assert send("clerk", variables={"days": 3}).status == 204
    kinds = [item["kind"] for item in office.get("clerk", f"/v2/process-instances/{key}/history")["items"]]
    assert "action_sent" in kinds


def test_the_elements_a_case_has_visited_are_told(office: Office) -> None:
    office.deploy(TALK)
    key = office.start("talk")
    told = office.post("clerk", "/v2/element-instances/search", {"filter": {"processInstanceKey": key}})["items"]
    seen = {item["elementId"]: (item["type"], item["state"], item["elementName"]) for item in told}
    assert seen["s"] == ("START_EVENT", "COMPLETED", "s")
    assert seen["ask"] == ("SERVICE_TASK", "ACTIVE", "ask")
    [ask] = [item for item in told if item["elementId"] == "ask"]
    one = office.get("clerk", f"/v2/element-instances/{ask['elementInstanceKey']}")
    assert (one["elementId"], one["endDate"], one["incidentKey"]) == ("ask", None, None)
    missing = office.ask("clerk", "POST", "/v2/element-instances/search", {"filter": {"elementId": "ask"}})
    assert (missing.status, missing.body["code"]) == (400, "search_needs_instance")


def test_somebody_elses_process_is_not_seen(office: Office) -> None:
    office.deploy(with_job("quiet", "quiet"))
    key = office.start("quiet", "operator")
    assert office.ask("foreigner", "GET", f"/v2/process-instances/{key}").status == 404
    assert office.post("foreigner", "/v2/process-instances/search")["items"] == []
    assert office.get("analyst", f"/v2/process-instances/{key}")["unit"] == "GD-GZ"
