"""Migrating cases over the API, by operators alone, with a sentence for all that cannot follow."""

import pytest

from engine import store
from engine.instances import start
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


def test_what_cannot_follow_is_said(case: str, office: Office) -> None:
    [second] = office.deploy(version("b"))
    body = {"targetProcessDefinitionKey": str(second), "mappingInstructions": []}
    answer = office.ask("operator", "POST", f"{case}/migration", body)
    assert answer.status == 400
    assert "the new version has no “a”" in str(answer.body)
    assert office.ask("operator", "POST", f"{case}/migration", {}).status == 400
