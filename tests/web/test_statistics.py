"""What operators count, and what other systems look up beside it: flows, callers, awaited messages, people, FEEL."""

from collections.abc import Mapping
from typing import Any

import pytest

from tests.engine.factories import call, diagram, end, exclusive, flows, parallel, receive, service, start, sub, user
from tests.engine.factories import flow as flow_of
from tests.web.office import Office

FORK = diagram(
    start("s"),
    exclusive("which", default="f_hear"),
    receive("hear", "word", "=id"),
    user("answer", "GD-GZ.crc.duty"),
    receive("stuck", "word", "=missing"),
    end("e"),
    flow_of("f_begin", "s", "which"),
    flow_of("f_answer", "which", "answer", '=to = "answer"'),
    flow_of("f_stuck", "which", "stuck", '=to = "stuck"'),
    flow_of("f_hear", "which", "hear"),
    flows("answer e", "hear e", "stuck e"),
    process_id="fork",
    name="分岔",
    unit="GD-GZ",
    starters="*.crc.*",
)


@pytest.fixture
def cases(office: Office) -> dict[str, str]:
    """Three cases of one version, by where they went: one waits for a person, one for a message, one is stuck."""
    office.deploy(FORK)
    return {to: office.start("fork", variables={"to": to, "id": "7"}) for to in ("answer", "hear", "stuck")}


def by_element(answer: Mapping[str, Any]) -> dict[str, tuple[int, int, int, int]]:
    names = ("active", "completed", "canceled", "incidents")
    return {one["elementId"]: tuple(one[name] for name in names) for one in answer["items"]}  # type: ignore[misc]


def test_each_element_of_a_case_is_counted(office: Office, cases: dict[str, str]) -> None:
    told = by_element(office.get("clerk", f"/v2/process-instances/{cases['answer']}/statistics/element-instances"))
    assert told == {"s": (0, 1, 0, 0), "which": (0, 1, 0, 0), "answer": (1, 0, 0, 0)}
    office.post("operator", f"/v2/process-instances/{cases['answer']}/cancellation")
    told = by_element(office.get("clerk", f"/v2/process-instances/{cases['answer']}/statistics/element-instances"))
    assert told["answer"] == (0, 0, 1, 0)


def test_a_join_that_waits_in_vain_is_counted_with_its_incident_and_the_scope_around_it_as_itself(
    office: Office,
) -> None:
    parts = [start("bs"), exclusive("x", default="x_j"), user("never"), parallel("j"), end("be")]
    inner = sub("b", *parts, flows("bs x j be", "x never j", x_never="=false"))
    around = {"process_id": "vain", "unit": "GD-GZ", "starters": "*.crc.*"}
    office.deploy(diagram(start("s"), inner, end("e"), flows("s b e"), **around))
    key = office.start("vain")
    told = by_element(office.get("clerk", f"/v2/process-instances/{key}/statistics/element-instances"))
    assert told == {
        "s": (0, 1, 0, 0),
        "b": (1, 0, 0, 0),
        "bs": (0, 1, 0, 0),
        "x": (0, 1, 0, 0),
        "j": (0, 0, 0, 1),
    }
    found = office.post("clerk", "/v2/element-instances/search", {"filter": {"processInstanceKey": key}})["items"]
    assert {one["elementId"]: one["type"] for one in found if one["state"] == "ACTIVE"} == {
        "vain": "PROCESS",
        "b": "SUB_PROCESS",
    }


def test_each_element_of_a_version_is_counted_in_the_cases_one_sees(office: Office, cases: dict[str, str]) -> None:
    definition = office.get("clerk", f"/v2/process-instances/{cases['hear']}")["processDefinitionKey"]
    path = f"/v2/process-definitions/{definition}/statistics/element-instances"
    assert by_element(office.post("clerk", path)) == {
        "s": (0, 3, 0, 0),
        "which": (0, 3, 0, 0),
        "answer": (1, 0, 0, 0),
        "hear": (1, 0, 0, 0),
        "stuck": (1, 0, 0, 1),
    }
    stuck = by_element(office.post("clerk", path, {"filter": {"hasIncident": True}}))
    assert stuck["s"] == (0, 1, 0, 0)
    assert office.post("foreigner", path) == {"items": []}


def test_the_flows_a_case_went_along(office: Office, cases: dict[str, str]) -> None:
    items = office.get("clerk", f"/v2/process-instances/{cases['hear']}/sequence-flows")["items"]
    assert [one["sequenceFlowId"] for one in items] == ["f_begin", "f_hear"]
    assert {one["processInstanceKey"] for one in items} == {cases["hear"]}


def test_running_cases_of_processes_and_versions(office: Office, cases: dict[str, str]) -> None:
    office.deploy(FORK.replace("分岔".encode(), "新分岔".encode()))
    office.start("fork", variables={"to": "answer", "id": "8"})
    [process] = office.post("clerk", "/v2/process-definitions/statistics/process-instances")["items"]
    assert process["latestProcessDefinitionName"] == "新分岔"
    assert process["hasMultipleVersions"] is True
    assert (process["activeInstancesWithIncidentCount"], process["activeInstancesWithoutIncidentCount"]) == (1, 3)
    path = "/v2/process-definitions/statistics/process-instances-by-version"
    versions = office.post("clerk", path, {"filter": {"processDefinitionId": "fork"}, "page": {"limit": 1}})
    assert [one["processDefinitionVersion"] for one in versions["items"]] == [2]
    assert versions["page"]["totalItems"] == 2
    nothing = office.post("foreigner", "/v2/process-definitions/statistics/process-instances")
    assert (nothing["items"], nothing["page"]["totalItems"]) == ([], 0)


def test_cases_stuck_at_an_error(office: Office, cases: dict[str, str]) -> None:
    [error] = office.post("operator", "/v2/incidents/statistics/process-instances-by-error")["items"]
    assert error["activeInstancesWithErrorCount"] == 1
    assert "missing" in error["errorMessage"]
    path = "/v2/incidents/statistics/process-instances-by-definition"
    [version] = office.post("operator", path, {"filter": {"errorHashCode": error["errorHashCode"]}})["items"]
    assert (version["processDefinitionId"], version["activeInstancesWithErrorCount"]) == ("fork", 1)
    assert office.post("operator", path, {"filter": {"errorHashCode": 1}})["items"] == []
    assert office.post("foreigner", "/v2/incidents/statistics/process-instances-by-error")["items"] == []


def test_all_incidents_of_a_case_are_tried_again(office: Office, cases: dict[str, str]) -> None:
    made = office.post("operator", f"/v2/process-instances/{cases['stuck']}/incident-resolution")
    assert made["batchOperationType"] == "RESOLVE_INCIDENT"
    items = office.post("operator", "/v2/batch-operation-items/search")["items"]
    assert [one["processInstanceKey"] for one in items] == [cases["stuck"]]


def test_messages_that_are_waited_for(office: Office, cases: dict[str, str]) -> None:
    [waiting] = office.post("clerk", "/v2/message-subscriptions/search")["items"]
    assert (waiting["messageName"], waiting["correlationKey"], waiting["elementId"]) == ("word", "7", "hear")
    assert (waiting["messageSubscriptionState"], waiting["processDefinitionVersion"]) == ("CREATED", 1)
    done = {"filter": {"messageSubscriptionState": "CORRELATED"}}
    assert office.post("clerk", "/v2/message-subscriptions/search", done)["items"] == []
    assert office.post("foreigner", "/v2/message-subscriptions/search")["page"]["totalItems"] == 0
    [counted] = office.post("clerk", "/v2/process-definitions/statistics/message-subscriptions")["items"]
    assert (counted["processInstancesWithActiveSubscriptions"], counted["activeSubscriptions"]) == (1, 1)


def test_the_way_down_from_the_root(office: Office) -> None:
    inner = diagram(start("s"), service("work", "work"), end("e"), flows("s work e"), process_id="inner", name="内")
    outer = diagram(
        start("s"),
        call("c", "inner"),
        end("e"),
        flows("s c e"),
        process_id="outer",
        name="外",
        unit="GD-GZ",
        starters="*.crc.*",
    )
    office.deploy(inner, outer)
    root = office.start("outer")
    called = office.post("clerk", "/v2/process-instances/search", {"filter": {"parentProcessInstanceKey": root}})
    [below] = called["items"]
    way = office.get("clerk", f"/v2/process-instances/{below['processInstanceKey']}/call-hierarchy")
    assert [(one["processInstanceKey"], one["processDefinitionName"]) for one in way] == [
        (root, "外"),
        (below["processInstanceKey"], "内"),
    ]


def test_a_task_sees_the_nearest_variable_of_a_name(office: Office) -> None:
    office.deploy(
        diagram(
            start("s"),
            user("answer", "GD-GZ.crc.duty", inputs={"to": '="nearest"'}),
            end("e"),
            flows("s answer e"),
            process_id="near",
            unit="GD-GZ",
            starters="*.crc.*",
        )
    )
    office.start("near", variables={"to": "far", "other": 1})
    [task] = office.post("clerk", "/v2/user-tasks/search")["items"]
    path = f"/v2/user-tasks/{task['userTaskKey']}/effective-variables/search"
    found = office.post("clerk", path, {"sort": [{"field": "name", "order": "DESC"}]})
    assert [(one["name"], one["value"]) for one in found["items"]] == [("to", '"nearest"'), ("other", "1")]
    named = office.post("clerk", path, {"filter": {"value": '"far"'}})
    assert named["items"] == []


def test_operators_look_up_people_and_groups(office: Office) -> None:
    people = office.post("operator", "/v2/users/search", {"filter": {"username": {"$like": "li.*"}}})
    assert "li.na" in {one["username"] for one in people["items"]}
    assert office.get("operator", "/v2/users/li.na")["name"] == "李娜"
    assert office.get("operator", "/v2/groups/GD-GZ.crc.duty")["groupId"] == "GD-GZ.crc.duty"
    members = office.post("operator", "/v2/groups/GD-GZ.crc.duty/users/search")["items"]
    assert {"username": "li.na"} in members
    groups = office.post("operator", "/v2/groups/search", {"filter": {"groupId": {"$like": "GD-GZ.*"}}})
    assert all(one["groupId"].startswith("GD-GZ.") for one in groups["items"])
    assert office.ask("operator", "GET", "/v2/users/nobody").body["code"] == "person_unknown"
    assert office.ask("operator", "GET", "/v2/groups/GD-GZ.none").body["code"] == "group_unknown"


@pytest.mark.parametrize(
    ("expression", "result", "warned"),
    [
        ("=sum(numbers) * 2", 12, ""),
        ("numbers[item > 1]", [2, 3], ""),
        ("=nothing + 1", None, "nothing"),
        ('=date("2026-11-27") + duration("P3D")', "2026-11-30", ""),
    ],
)
def test_an_expression_is_tried_out(office: Office, expression: str, result: Any, warned: str) -> None:
    told = office.post(
        "clerk", "/v2/expression/evaluation", {"expression": expression, "variables": {"numbers": [1, 2, 3]}}
    )
    assert told["result"] == result
    assert bool(told["warnings"]) is bool(warned)
    assert warned in str(told["warnings"])


@pytest.mark.parametrize(
    ("expression", "status", "code"),
    [
        ("=1 +", 400, "expression_malformed"),
        ("=__import__('os').system('true')", 400, "expression_malformed"),
        ("=count(for x in 1..1000000, y in 1..1000000 return x)", 409, "expression_too_costly"),
    ],
)
def test_an_expression_that_is_none_or_without_end_is_refused(
    office: Office, expression: str, status: int, code: str
) -> None:
    answer = office.ask("clerk", "POST", "/v2/expression/evaluation", {"expression": expression})
    assert (answer.status, answer.body["code"]) == (status, code)
    assert len(answer.body["detail"]) > 20
