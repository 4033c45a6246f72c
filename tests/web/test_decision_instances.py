"""What decisions said, over the API: searched, told with their trace, seen with the case, or with who asked."""

import json

import pytest

from tests.engine.factories import decision, diagram, end, flows, start
from tests.web.office import Office
from tests.web.test_definitions import DMN

CASE = diagram(
    start("s"),
    decision("grade", "level"),
    end("e"),
    flows("s grade e"),
    process_id="graded",
    unit="GD-GZ",
    starters="*.crc.*",
)


@pytest.fixture
def graded(office: Office) -> Office:
    office.deploy(CASE, ("levels.dmn", DMN))
    return office


def search(office: Office, **filter_: object) -> list[dict[str, object]]:
    return office.post("clerk", "/v2/decision-instances/search", {"filter": filter_})["items"]


def test_a_decision_is_found_by_its_case_and_told_with_its_trace(graded: Office) -> None:
    key = graded.start("graded", variables={"users": 20})
    graded.start("graded", variables={"users": 500})
    [found] = search(graded, processInstanceKey=str(key))
    assert (found["decisionDefinitionId"], found["decisionDefinitionName"]) == ("level", "故障级别")
    assert (found["state"], found["result"], found["evaluationFailure"]) == ("EVALUATED", '"minor"', None)
    assert (found["decisionDefinitionType"], found["decisionDefinitionVersion"]) == ("DECISION_TABLE", 1)
    assert found["elementId"] == "grade"
    assert found["decisionEvaluationInstanceKey"] == f"{found['decisionEvaluationKey']}-1"
    told = graded.get("clerk", f"/v2/decision-instances/{found['decisionEvaluationInstanceKey']}")
    assert {name: told[name] for name in found} == found
    assert told["evaluatedInputs"] == [{"inputId": "i", "inputName": "用户数", "inputValue": "20"}]
    [rule] = told["matchedRules"]
    assert (rule["ruleId"], rule["ruleIndex"], rule["annotations"]) == ("r1", 1, {})
    assert json.loads(rule["evaluatedOutputs"][0]["outputValue"]) == "minor"
    assert told["tables"] == []


@pytest.mark.parametrize(("language", "words"), [("en", "rules 1, 2 all match"), ("zh", "规则 1, 2 同时匹配")])
def test_one_that_failed_says_why_in_the_readers_language(graded: Office, language: str, words: str) -> None:
    graded.start("graded", variables={"users": 60})
    graded.language = language
    [found] = search(graded, state="FAILED")
    assert words in str(found["evaluationFailure"])
    assert found["result"] == "null"
    [incident] = graded.post("clerk", "/v2/incidents/search")["items"]
    assert words in incident["errorMessage"]


def test_filters_and_orders(graded: Office) -> None:
    for users in (20, 60, 500):
        graded.start("graded", variables={"users": users})
    assert len(search(graded, decisionDefinitionId="level", decisionDefinitionType="DECISION_TABLE")) == 3
    assert search(graded, decisionDefinitionId="other") == []
    body = {"filter": {"state": "EVALUATED"}, "sort": [{"field": "evaluationDate", "order": "DESC"}]}
    last = graded.post("clerk", "/v2/decision-instances/search", body)["items"]
    assert [one["result"] for one in last] == ['"major"', '"minor"']
    by_id = search(graded, decisionEvaluationInstanceKey=last[0]["decisionEvaluationInstanceKey"])
    assert by_id == [last[0]]


def test_one_that_was_evaluated_by_itself_is_kept_for_the_unit_that_asked(graded: Office) -> None:
    body = {"decisionDefinitionId": "level", "variables": {"users": 20}}
    told = graded.post("clerk", "/v2/decision-definitions/evaluation", body)
    [found] = search(graded)
    instance = told["evaluatedDecisions"][0]["decisionEvaluationInstanceKey"]
    assert (found["decisionEvaluationInstanceKey"], found["result"]) == (instance, told["output"])
    assert found["decisionEvaluationKey"] == told["decisionEvaluationKey"] == told["decisionInstanceKey"]
    assert {found[name] for name in ("processInstanceKey", "processDefinitionKey", "elementId")} == {None}
    assert search(graded, processInstanceKey={"$exists": False}) == [found]
    whole = graded.get("colleague", f"/v2/decision-instances/{instance}")
    assert whole["matchedRules"] == told["evaluatedDecisions"][0]["matchedRules"]
    for who, seen in (("operator", 1), ("analyst", 1), ("admin", 1), ("foreigner", 0)):
        assert len(graded.post(who, "/v2/decision-instances/search")["items"]) == seen, who
    assert graded.ask("foreigner", "GET", f"/v2/decision-instances/{instance}").status == 404


def test_one_that_allows_no_answer_by_itself_is_kept_with_the_reason(graded: Office) -> None:
    body = {"decisionDefinitionId": "level", "variables": {"users": 60}}
    told = graded.post("clerk", "/v2/decision-definitions/evaluation", body)
    [found] = search(graded, state="FAILED")
    assert found["evaluationFailure"] == told["failureMessage"]


@pytest.mark.parametrize("given", ["1", "1-1", "16777217-2", "x-1", "16777217-x", "16777217-", "16777217-99999999999"])
def test_one_that_is_not_there(graded: Office, given: str) -> None:
    graded.start("graded", variables={"users": 20})
    answer = graded.ask("clerk", "GET", f"/v2/decision-instances/{given}")
    assert answer.status == (400 if given == "x-1" else 404)
    assert len(answer.body["detail"]) > 20


def test_a_file_is_found_told_and_given_back(graded: Office) -> None:
    [found] = graded.post("clerk", "/v2/decision-requirements/search", {"filter": {"version": 1}})["items"]
    assert (found["resourceName"], found["version"]) == ("levels.dmn", 1)
    place = f"/v2/decision-requirements/{found['decisionRequirementsKey']}"
    assert graded.get("clerk", place) == found
    assert graded.ask("clerk", "GET", f"{place}/xml").body == DMN
    assert graded.ask("clerk", "GET", "/v2/decision-requirements/16777216").status == 404
