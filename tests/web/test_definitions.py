"""Deployments, process definitions, decisions and forms over the API; files that are wrong."""

import json
from typing import Any

import pytest

from tests.engine.factories import OPENING, diagram, element, end, flows, start
from tests.web.office import TALK, Office

DMN = """<?xml version="1.0" encoding="UTF-8"?>
<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="levels" name="级别" namespace="tests">
  <decision id="level" name="故障级别">
    <decisionTable id="t" hitPolicy="UNIQUE">
      <input id="i" label="用户数">
        <inputExpression id="ie" typeRef="number"><text>users</text></inputExpression>
      </input>
      <output id="o" name="level" typeRef="string"/>
      <rule id="r1">
        <inputEntry id="a"><text>&lt; 100</text></inputEntry>
        <outputEntry id="b"><text>"minor"</text></outputEntry>
      </rule>
      <rule id="r2">
        <inputEntry id="c"><text>[50..1000]</text></inputEntry>
        <outputEntry id="d"><text>"major"</text></outputEntry>
      </rule>
    </decisionTable>
  </decision>
</definitions>
""".encode()
FORM = {"id": "ask-form", "components": [{"type": "textfield", "key": "q", "label": "问题"}]}
WITH_FORM = diagram(start("s", properties={"form": "ask-form"}), end("e"), flows("s e"), process_id="asked")
ENTITY = (
    b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/hostname">]>'
    + OPENING.split("\n", 1)[1].encode()
)


def test_files_are_deployed_together_and_told_as_camunda_does(office: Office) -> None:
    form = json.dumps(FORM, ensure_ascii=False).encode()
    answer = office.upload("analyst", ("talk.bpmn", TALK), ("levels.dmn", DMN), ("ask.form", form))
    assert answer.status == 200
    told = answer.body
    things = {name: thing for entry in told["deployments"] for name, thing in entry.items() if thing is not None}
    assert things.keys() == {"processDefinition", "decisionDefinition", "decisionRequirements", "form"}
    assert all(len(entry) == 5 for entry in told["deployments"])
    assert things["processDefinition"]["processDefinitionId"] == "talk"
    assert things["processDefinition"]["resourceName"] == "talk.bpmn"
    assert things["decisionDefinition"]["decisionDefinitionId"] == "level"
    assert (
        things["decisionRequirements"]["decisionRequirementsKey"]
        == (things["decisionDefinition"]["decisionRequirementsKey"])
    )
    assert (things["form"]["formId"], things["form"]["version"]) == ("ask-form", 1)
    assert told["tenantId"] == "<default>"


def test_a_process_is_found_told_and_its_file_given_back(office: Office) -> None:
    office.deploy(TALK)
    [newer] = office.deploy(TALK.replace("询问".encode(), "再问".encode()))
    body = {"filter": {"processDefinitionId": "talk", "isLatestVersion": True}}
    [found] = office.post("clerk", "/v2/process-definitions/search", body)["items"]
    assert (found["processDefinitionKey"], found["name"], found["version"]) == (str(newer), "再问", 2)
    assert office.get("clerk", f"/v2/process-definitions/{newer}") == found
    by_version = {"filter": {"version": 1}, "sort": [{"field": "version", "order": "DESC"}]}
    assert [one["name"] for one in office.post("clerk", "/v2/process-definitions/search", by_version)["items"]] == [
        "询问"
    ]
    xml = office.ask("clerk", "GET", f"/v2/process-definitions/{newer}/xml")
    assert xml.headers["Content-Type"].startswith("text/xml")
    assert xml.body == TALK.replace("询问".encode(), "再问".encode())
    assert found["hasStartForm"] is False
    assert office.ask("clerk", "GET", f"/v2/process-definitions/{newer}/form").status == 204
    assert office.ask("clerk", "GET", "/v2/process-definitions/16777216/xml").status == 404


def test_the_form_a_process_starts_with(office: Office) -> None:
    [key, _] = office.deploy(WITH_FORM, ("ask.form", json.dumps(FORM).encode()))
    assert office.get("clerk", f"/v2/process-definitions/{key}")["hasStartForm"] is True
    form = office.get("clerk", f"/v2/process-definitions/{key}/form")
    assert (form["formId"], json.loads(form["schema"])) == ("ask-form", FORM)


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("a.bpmn", b"no xml at all", "bpmn_not_xml"),
        ("a.bpmn", TALK[:-20], "bpmn_not_xml"),
        ("a.bpmn", b"<html/>", "bpmn_not_bpmn"),
        ("a.bpmn", ENTITY + b"</bpmn:definitions>", "bpmn_has_dtd"),
        ("a.bpmn", diagram(start("s"), element("choreographyTask", "x"), flows("s x")), None),
        ("a.dmn", b"<definitions", None),
        ("a.form", b"{", "form_not_json"),
        ("a.exe", b"MZ", "file_kind_unknown"),
        ("a.bpmn", b"", None),
    ],
)
def test_a_file_that_is_wrong_is_named_and_changes_nothing(
    office: Office, name: str, content: bytes, code: str | None
) -> None:
    before = office.everything()
    answer = office.upload("analyst", ("good.bpmn", TALK), (name, content))
    assert (answer.status, answer.body["title"]) == (400, "INVALID_ARGUMENT")
    findings = answer.body["findings"]
    assert code is None or code in {finding["code"] for finding in findings}
    assert all(finding["file"] == name for finding in findings)
    assert name in answer.body["detail"]
    assert not any(finding["message"].startswith(finding["code"]) for finding in findings), "a finding has no sentence"
    assert office.everything() == before


def test_an_element_that_is_not_served_is_named_with_its_line(office: Office) -> None:
    broken = diagram(start("s"), element("choreographyTask", "strange"), end("e"), flows("s strange e"))
    broken = broken.replace(b"<bpmn:choreographyTask", b"\n<bpmn:choreographyTask")
    answer = office.upload("analyst", ("a.bpmn", broken))
    [finding] = [one for one in answer.body["findings"] if one.get("element") == "strange"]
    assert finding["line"] == 3
    assert "choreographyTask" in finding["message"]


def test_a_deployment_without_files_is_told_how_to_send_them(office: Office) -> None:
    answer = office.ask("analyst", "POST", "/v2/deployments", data={}, content_type="multipart/form-data")
    assert (answer.status, answer.body["code"]) == (400, "no_resources")
    assert office.ask("analyst", "POST", "/v2/deployments", {"resources": []}).status == 400
    tenant = {"resources": [], "tenantId": "other"}
    assert (
        office.ask("analyst", "POST", "/v2/deployments", data=tenant, content_type="multipart/form-data").status == 400
    )


def test_only_analysts_deploy(office: Office) -> None:
    for who in ("clerk", "operator", "worker"):
        answer = office.upload(who, ("talk.bpmn", TALK))
        assert (answer.status, answer.body["code"]) == (403, "may_not_deploy")
    assert office.rows("SELECT key FROM definitions") == []


def test_remarks_on_a_file_are_told_in_the_readers_language(office: Office) -> None:
    other = TALK.replace(b"<bpmn:definitions ", b'<bpmn:definitions xmlns:x="urn:x" x:y="1" ')
    office.language = "zh"
    answer = office.upload("analyst", ("talk.bpmn", other))
    assert answer.status == 200
    assert all(finding["severity"] != "error" for finding in answer.body["findings"])


# Decisions


def evaluated(office: Office, **body: Any) -> Any:
    return office.post("clerk", "/v2/decision-definitions/evaluation", body)


def test_a_decision_is_evaluated_and_tells_which_rules_matched(office: Office) -> None:
    [key] = office.deploy(("levels.dmn", DMN))
    told = evaluated(office, decisionDefinitionId="level", variables={"users": 20})
    assert (json.loads(told["output"]), told["decisionDefinitionKey"]) == ("minor", str(key))
    [decision] = told["evaluatedDecisions"]
    assert decision["decisionDefinitionType"] == "DECISION_TABLE"
    assert [(rule["ruleId"], rule["ruleIndex"]) for rule in decision["matchedRules"]] == [("r1", 1)]
    assert decision["matchedRules"][0]["evaluatedOutputs"][0]["outputValue"] == '"minor"'
    assert decision["evaluatedInputs"][0]["inputValue"] == "20"
    assert evaluated(office, decisionDefinitionKey=str(key), variables={"users": 500})["output"] == '"major"'


def test_each_decision_on_the_way_has_its_own_key_and_version(office: Office) -> None:
    logic = "<literalExpression><text>users * 2</text></literalExpression>"
    below = f'<decision id="size" name="size"><variable name="size"/>{logic}</decision>'
    needs = '<informationRequirement><requiredDecision href="#size"/></informationRequirement><decisionTable'
    graph = DMN.decode().replace("<decisionTable", needs).replace("<text>users</text>", "<text>size</text>")
    office.deploy(("levels.dmn", DMN))
    office.deploy(("levels.dmn", graph.replace("</definitions>", below + "</definitions>").encode()))
    told = evaluated(office, decisionDefinitionId="level", variables={"users": 20})
    size, level = told["evaluatedDecisions"]
    keys = {one["decisionDefinitionId"]: one["decisionDefinitionKey"] for one in (size, level)}
    assert keys == {
        one["decisionDefinitionId"]: one["decisionDefinitionKey"]
        for one in office.post("clerk", "/v2/decision-definitions/search", {})["items"]
        if one["decisionRequirementsKey"] == told["decisionRequirementsKey"]
    }
    assert [one["decisionDefinitionVersion"] for one in (size, level)] == [1, 2]
    assert (size["decisionDefinitionType"], size["output"]) == ("LITERAL_EXPRESSION", "40")


def test_a_table_that_allows_no_answer_says_so(office: Office) -> None:
    office.deploy(("levels.dmn", DMN))
    told = evaluated(office, decisionDefinitionId="level", variables={"users": 60})
    assert (told["failedDecisionDefinitionId"], told["output"]) == ("level", "null")
    assert told["failureMessage"]


def test_decisions_that_are_not_there(office: Office) -> None:
    for body, status in (({"decisionDefinitionId": "x"}, 404), ({"decisionDefinitionKey": "16777216"}, 404), ({}, 400)):
        assert office.ask("clerk", "POST", "/v2/decision-definitions/evaluation", body).status == status


def test_a_decision_is_found_told_and_its_file_given_back(office: Office) -> None:
    [key] = office.deploy(("levels.dmn", DMN))
    [found] = office.post("clerk", "/v2/decision-definitions/search", {"filter": {"decisionDefinitionId": "level"}})[
        "items"
    ]
    assert (found["decisionDefinitionKey"], found["name"], found["version"]) == (str(key), "故障级别", 1)
    assert office.get("clerk", f"/v2/decision-definitions/{key}") == found
    assert office.ask("clerk", "GET", f"/v2/decision-definitions/{key}/xml").body == DMN
    assert office.ask("clerk", "GET", f"/v2/process-definitions/{key}").status == 404
