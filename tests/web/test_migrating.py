"""Migrating cases over the API, by operators alone, with a sentence for all that cannot follow."""

import pytest

from engine import store
from engine.instances import start
from engine.queries import case_path
from tests.engine.factories import diagram, end, flows, user
from tests.engine.factories import start as begins
from tests.web.office import Office


def version(element: str) -> bytes:
    return diagram(begins("s"), user(element), end("e"), flows(f"s {element} e"), process_id="row", unit="GD-GZ")


@pytest.fixture
def case(office: Office) -> str:
    """Path of the migration of a case that is at `a`."""
    office.deploy(version("a"))
    with store.transaction() as session:
        return f"/v2/process-instances/{start(session, process_id='row').key}"


def test_a_case_goes_on_in_another_version(case: str, office: Office) -> None:
    [second] = office.deploy(version("b"))
    mapping = [{"sourceElementId": "a", "targetElementId": "b"}]
    body = {"targetProcessDefinitionKey": str(second), "mappingInstructions": mapping}
    assert office.ask("clerk", "POST", f"{case}/migration", body).status == 403
    assert office.ask("foreigner", "POST", f"{case}/migration", body).status == 404
    assert office.ask("operator", "POST", f"{case}/migration", body).status == 204
    told = office.get("operator", case)
    assert (told["processDefinitionKey"], told["processDefinitionVersion"]) == (str(second), 2)
    [task] = office.post("operator", "/v2/user-tasks/search")["items"]
    assert (task["elementId"], task["processDefinitionKey"]) == ("b", str(second))


def test_where_a_case_stands_is_told_by_the_version_it_has_come_to(case: str, office: Office) -> None:
    """Also by elements that this version has no more, if they had ended."""

    def version_of(name: str, first: str) -> bytes:
        parts = (begins("s"), user(first, name=f"先 {first}"), user(name), end("e"), flows(f"s {first} {name} e"))
        return diagram(*parts, process_id="two", unit="GD-GZ")

    office.deploy(version_of("b", "z"))
    with store.transaction() as session:
        key = start(session, process_id="two").key
    path = f"/v2/process-instances/{key}"
    [task] = office.post("operator", "/v2/user-tasks/search", {"filter": {"processInstanceKey": str(key)}})["items"]
    assert office.ask("operator", "POST", f"/v2/user-tasks/{task['userTaskKey']}/completion", {}).status == 204
    [second] = office.deploy(version_of("a", "y"))
    mapping = [{"sourceElementId": "b", "targetElementId": "a"}]
    body = {"targetProcessDefinitionKey": str(second), "mappingInstructions": mapping}
    assert office.ask("operator", "POST", f"{path}/migration", body).status == 204

    search = {"filter": {"processInstanceKey": str(key)}}
    found = office.post("operator", "/v2/element-instances/search", search)["items"]
    assert {one["elementId"]: (one["type"], one["state"], one["elementName"]) for one in found} == {
        "two": ("PROCESS", "ACTIVE", "流程"),
        "s": ("START_EVENT", "COMPLETED", "s"),
        "z": ("USER_TASK", "COMPLETED", "先 z"),
        "a": ("USER_TASK", "ACTIVE", "a"),
    }
    counts = office.get("operator", f"{path}/statistics/element-instances")["items"]
    assert {one["elementId"]: one["active"] for one in counts} == {"s": 0, "z": 0, "a": 1}
    with store.transaction() as session:
        assert case_path.case_path(session, key).active == {"a": 1}


def test_what_cannot_follow_is_said(case: str, office: Office) -> None:
    [second] = office.deploy(version("b"))
    body = {"targetProcessDefinitionKey": str(second), "mappingInstructions": []}
    answer = office.ask("operator", "POST", f"{case}/migration", body)
    assert answer.status == 400
    assert "the new version has no “a”" in str(answer.body)
    assert office.ask("operator", "POST", f"{case}/migration", {}).status == 400
