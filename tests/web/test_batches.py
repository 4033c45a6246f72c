"""Batch operations over the API: created by operators, on what they see, with results for each case."""

from typing import Any

import camunda_orchestration_sdk.models as shapes
import pytest

from engine import store
from engine.instances import apply_due_commands, start
from tests.engine.factories import diagram, end, flows, user
from tests.engine.factories import start as begins
from tests.web.office import Office


def version(element: str) -> bytes:
    return diagram(begins("s"), user(element), end("e"), flows(f"s {element} e"), process_id="row", unit="GD-GZ")


MINE = {"filter": {"processDefinitionId": "row"}}


@pytest.fixture
def cases(office: Office) -> list[int]:
    office.deploy(version("a"))
    with store.transaction() as session:
        return [start(session, process_id="row").key for _ in range(3)]


def test_many_are_migrated_and_each_has_its_result(cases: list[int], office: Office) -> None:
    [second] = office.deploy(version("b"))
    mapping = [{"sourceElementId": "a", "targetElementId": "b"}]
    plan = {"targetProcessDefinitionKey": str(second), "mappingInstructions": mapping}
    path = f"/v2/process-instances/{cases[0]}/cancellation"
    created = office.post("operator", "/v2/process-instances/migration", {**MINE, "migrationPlan": plan})
    assert created["batchOperationType"] == "MIGRATE_PROCESS_INSTANCE"
    key = created["batchOperationKey"]
    assert office.get("operator", f"/v2/batch-operations/{key}")["state"] == "ACTIVE"
    assert office.ask("operator", "POST", path, {}).status == 204
    apply_due_commands()
    told = office.get("operator", f"/v2/batch-operations/{key}")
    counts = [told[f"operations{name}Count"] for name in ("Total", "Completed", "Failed")]
    assert (told["state"], counts, told["endDate"] is None) == ("COMPLETED", [3, 2, 1], False)
    wanted = {"filter": {"batchOperationKey": key, "state": "FAILED"}}
    [item] = office.post("operator", "/v2/batch-operation-items/search", wanted)["items"]
    assert item["processInstanceKey"] == str(cases[0])
    assert "has ended" in item["errorMessage"]
    assert shapes.BatchOperationCreatedResult.from_dict(created).batch_operation_key == key
    assert shapes.BatchOperationResponse.from_dict(told).operations_failed_count == 1
    assert shapes.BatchOperationItemResponse.from_dict(item).item_key == str(cases[0])
    found = office.post("operator", "/v2/batch-operations/search", {"filter": {"state": "COMPLETED"}})["items"]
    assert [one["batchOperationKey"] for one in found] == [key]


@pytest.mark.parametrize(
    ("kind", "more", "state"),
    [
        ("cancellation", {}, "TERMINATED"),
        ("modification", {"moveInstructions": [{"sourceElementId": "a", "targetElementId": "e"}]}, "COMPLETED"),
        ("incident-resolution", {}, "ACTIVE"),
    ],
)
def test_what_is_asked_for_is_done_to_each(
    kind: str, more: dict[str, Any], state: str, cases: list[int], office: Office
) -> None:
    office.post("operator", f"/v2/process-instances/{kind}", {**MINE, **more})
    apply_due_commands()
    assert {office.get("operator", f"/v2/process-instances/{key}")["state"] for key in cases} == {state}


def test_a_batch_is_its_units_alone(cases: list[int], office: Office) -> None:
    path = "/v2/process-instances/cancellation"
    assert office.ask("clerk", "POST", path, MINE).status == 403
    key = office.post("foreigner", path, MINE)["batchOperationKey"]
    assert office.get("foreigner", f"/v2/batch-operations/{key}")["operationsTotalCount"] == 0
    assert office.ask("operator", "GET", f"/v2/batch-operations/{key}").status == 404
    key = office.post("operator", path, MINE)["batchOperationKey"]
    assert office.ask("foreigner", "POST", f"/v2/batch-operations/{key}/cancellation", {}).status == 404
    assert office.ask("operator", "POST", f"/v2/batch-operations/{key}/cancellation", {}).status == 204
    apply_due_commands()
    assert {office.get("operator", f"/v2/process-instances/{case}")["state"] for case in cases} == {"ACTIVE"}
    assert office.post("foreigner", "/v2/batch-operation-items/search")["items"] == []


@pytest.mark.parametrize("body", [{}, {"filter": {}}, {"filter": {"nothing": 1}}])
def test_a_batch_of_everything_is_refused(body: dict[str, Any], office: Office) -> None:
    assert office.ask("operator", "POST", "/v2/process-instances/cancellation", body).status == 400
