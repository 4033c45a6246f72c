"""Modifying cases over the API: begin, move and end, by operators alone, with everything that is wrong at once."""

from typing import Any

import pytest

from engine import store
from engine.instances import start
from tests.engine.factories import ad_hoc, diagram, end, flows, user
from tests.engine.factories import start as begins
from tests.web.office import Office

ROW = diagram(begins("s"), user("a"), user("b"), end("e"), flows("s a b e"), process_id="row", unit="GD-GZ")


@pytest.fixture
def case(office: Office) -> str:
    """Path of a case that is at `a`."""
    office.deploy(ROW)
    with store.transaction() as session:
        return f"/v2/process-instances/{start(session, process_id='row').key}"


def test_activities_of_an_ad_hoc_sub_process_are_begun_by_operators(office: Office) -> None:
    inner = ad_hoc("h", user("a"), user("b"), active='=["a"]', collect="r", output="=n")
    office.deploy(diagram(begins("s"), inner, end("e"), flows("s h e"), process_id="free", unit="GD-GZ"))
    with store.transaction() as session:
        key = start(session, process_id="free").key
    search = {"filter": {"processInstanceKey": str(key), "elementId": "h"}}
    [around] = office.post("operator", "/v2/element-instances/search", search)["items"]
    path = f"/v2/element-instances/ad-hoc-activities/{around['elementInstanceKey']}/activation"
    more = {"elements": [{"elementId": "b", "variables": {"n": 1}}, {"elementId": "b"}]}
    assert office.ask("operator", "POST", path, more).status == 204
    assert tasks(office) == [("a", "CREATED"), ("b", "CREATED"), ("b", "CREATED")]
    last = {"elements": [{"elementId": "a"}], "cancelRemainingInstances": True}
    assert office.ask("operator", "POST", path, last).status == 204
    assert tasks(office) == [("a", "CANCELED"), ("a", "CREATED"), ("b", "CANCELED"), ("b", "CANCELED")]
    assert office.ask("operator", "POST", path, {"elements": [{"elementId": "s"}]}).status == 400
    assert office.ask("operator", "POST", f"{path[:-11]}9/activation", last).status == 404


def tasks(office: Office) -> list[tuple[str, str]]:
    found = office.post("operator", "/v2/user-tasks/search")["items"]
    return sorted((task["elementId"], task["state"]) for task in found)


@pytest.mark.parametrize(
    "body",
    [
        {
            "activateInstructions": [
                {
                    "elementId": "b",
                    "ancestorElementInstanceKey": "-1",
                    "variableInstructions": [{"variables": {"n": 1}}, {"variables": {"m": 2}, "scopeId": "b"}],
                }
            ],
            "terminateInstructions": [{"elementId": "a"}],
        },
        {
            "moveInstructions": [
                {
                    "sourceElementInstruction": {"sourceType": "byId", "sourceElementId": "a"},
                    "targetElementId": "b",
                    "ancestorScopeInstruction": {"ancestorScopeType": "inferred"},
                    "variableInstructions": [{"variables": {"n": 1}}, {"variables": {"m": 2}, "scopeId": "b"}],
                }
            ]
        },
    ],
)
def test_a_case_goes_on_elsewhere(body: Any, case: str, office: Office) -> None:
    answer = office.ask("operator", "POST", f"{case}/modification", body)
    assert (answer.status, answer.body) == (204, b"")
    assert tasks(office) == [("a", "CANCELED"), ("b", "CREATED")]
    variables = office.post("operator", "/v2/variables/search")["items"]
    assert sorted((one["name"], one["value"]) for one in variables) == [("m", "2"), ("n", "1")]


@pytest.mark.parametrize(("who", "status"), [("clerk", 403), ("foreigner", 404), (None, 401)])
def test_only_its_operators_modify_a_case(who: str | None, status: int, case: str, office: Office) -> None:
    answer = office.ask(who, "POST", f"{case}/modification", {"terminateInstructions": [{"elementId": "a"}]})
    assert answer.status == status
    assert tasks(office) == [("a", "CREATED")]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({}, 400),
        ({"terminateInstructions": [{}]}, 400),
        ({"terminateInstructions": [{"elementId": "a", "elementInstanceKey": "1"}]}, 400),
        ({"activateInstructions": [{"elementId": "nowhere"}]}, 400),
        ({"activateInstructions": [{"elementId": "b", "ancestorElementInstanceKey": "x"}]}, 400),
        ({"activateInstructions": [{}]}, 400),
    ],
)
def test_what_cannot_be_done_is_said(body: Any, status: int, case: str, office: Office) -> None:
    assert office.ask("operator", "POST", f"{case}/modification", body).status == status
    assert tasks(office) == [("a", "CREATED")]


def test_every_finding_has_its_sentence(case: str, office: Office) -> None:
    body = {"activateInstructions": [{"elementId": "nowhere"}, {"elementId": "s"}]}
    told = office.ask("operator", "POST", f"{case}/modification", body).body
    assert "“nowhere”" in str(told)
    assert "only its event" in str(told)
