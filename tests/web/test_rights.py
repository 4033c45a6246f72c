"""Rights of every route: as a stranger, from a foreign unit, without the role, and with nonsense. A route without an
entry in the table fails the test."""

import io
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pytest

from tests.engine.factories import decision, diagram, end, flows, receive, service, start, user
from tests.web.office import Office
from tests.web.test_definitions import DMN

PUBLIC = frozenset({"/v2/license", "/healthz", "/readyz", "/openapi.json", "/api", "/oauth/token"})
# A case of Guangzhou that stands at a job, a task, an incident and a message at once.
CASE = diagram(
    start("s"),
    decision("decided", "level", "said"),
    service("ask", "ask"),
    user("answer", "GD-GZ.crc.duty"),
    receive("stuck", "word", "=missing"),
    end("e"),
    flows("s decided ask e", "s answer e", "s stuck e"),
    process_id="case",
    unit="GD-GZ",
    starters="*.crc.*",
)
SECRET = "秘密"


@dataclass(frozen=True)
class Route:
    """What a route answers. `foreign`: an operator and worker of another city; `plain`: somebody of the case's own city
    without a role. `body` is good, `wrong` is not; None where the route takes no body."""

    foreign: int
    plain: int
    body: Any = None
    wrong: Any = None


CASES = {"filter": {"processInstanceKey": "KEY"}}
SEARCH = Route(200, 200, {}, {"filter": {"nonsense": True}})
ROUTES: Mapping[tuple[str, str], Route] = {
    ("POST", "/v2/deployments"): Route(403, 403, {}, {"resources": 1}),
    ("POST", "/v2/process-definitions/search"): SEARCH,
    ("GET", "/v2/process-definitions/<definition_key>"): Route(200, 200),
    ("GET", "/v2/process-definitions/<definition_key>/xml"): Route(200, 200),
    ("GET", "/v2/process-definitions/<definition_key>/form"): Route(204, 204),
    # operators start every process
    ("POST", "/v2/process-instances"): Route(200, 403, {"processDefinitionId": "closed"}, {"variables": 1}),
    ("POST", "/v2/process-instances/search"): SEARCH,
    ("GET", "/v2/process-instances/<instance_key>"): Route(404, 200),
    ("POST", "/v2/process-instances/<instance_key>/cancellation"): Route(404, 403, {}, {"operationReference": "x"}),
    ("POST", "/v2/process-instances/<instance_key>/modification"): Route(
        404, 403, {"terminateInstructions": [{"elementId": "answer"}]}, {"activateInstructions": 1}
    ),
    ("POST", "/v2/process-instances/<instance_key>/migration"): Route(
        404, 403, {"targetProcessDefinitionKey": "16777216", "mappingInstructions": []}, {"mappingInstructions": 1}
    ),
    ("GET", "/v2/process-instances/<instance_key>/sequence-flows"): Route(404, 200),
    ("GET", "/v2/process-instances/<instance_key>/call-hierarchy"): Route(404, 200),
    ("GET", "/v2/process-instances/<instance_key>/statistics/element-instances"): Route(404, 200),
    ("POST", "/v2/process-instances/<instance_key>/incident-resolution"): Route(404, 403, {}, {"nonsense": 1}),
    ("POST", "/v2/process-definitions/<definition_key>/statistics/element-instances"): Route(
        200, 200, {}, {"filter": {"nonsense": 1}}
    ),
    ("POST", "/v2/process-definitions/statistics/process-instances"): Route(200, 200, {}, {"sort": [{"field": "x"}]}),
    ("POST", "/v2/process-definitions/statistics/process-instances-by-version"): Route(
        200, 200, {"filter": {"processDefinitionId": "case"}}, {}
    ),
    ("POST", "/v2/process-definitions/statistics/message-subscriptions"): Route(
        200, 200, {}, {"page": {"after": "W10="}}
    ),
    ("POST", "/v2/incidents/statistics/process-instances-by-error"): Route(200, 200, {}, {"page": {"from": -1}}),
    ("POST", "/v2/incidents/statistics/process-instances-by-definition"): Route(
        200, 200, {"filter": {"errorHashCode": 1}}, {"filter": {}}
    ),
    ("POST", "/v2/message-subscriptions/search"): SEARCH,
    ("POST", "/v2/users/search"): Route(200, 403, {}, {"filter": {"nonsense": True}}),
    ("GET", "/v2/users/<person>"): Route(200, 403),
    ("POST", "/v2/groups/search"): Route(200, 403, {}, {"filter": {"nonsense": True}}),
    ("GET", "/v2/groups/<group>"): Route(200, 403),
    ("POST", "/v2/groups/<group>/users/search"): Route(200, 403, {}, {"filter": {"nonsense": True}}),
    ("POST", "/v2/expression/evaluation"): Route(200, 200, {"expression": "=1 + 1"}, {"expression": 1}),
    # a batch takes only the cases that its maker sees
    ("POST", "/v2/process-instances/cancellation"): Route(200, 403, CASES, {"filter": {}}),
    ("POST", "/v2/process-instances/incident-resolution"): Route(200, 403, CASES, {"filter": {}}),
    ("POST", "/v2/process-instances/modification"): Route(
        200, 403, {**CASES, "moveInstructions": [{"sourceElementId": "ask", "targetElementId": "e"}]}, CASES
    ),
    ("POST", "/v2/process-instances/migration"): Route(
        200,
        403,
        {**CASES, "migrationPlan": {"targetProcessDefinitionKey": "16777216", "mappingInstructions": []}},
        CASES,
    ),
    ("POST", "/v2/batch-operations/search"): Route(200, 403, {}, {"filter": {"nonsense": True}}),
    ("GET", "/v2/batch-operations/<batch_key>"): Route(404, 403),
    ("POST", "/v2/batch-operations/<batch_key>/cancellation"): Route(404, 403),
    ("POST", "/v2/batch-operation-items/search"): Route(200, 403, {}, {"filter": {"nonsense": True}}),
    ("GET", "/v2/process-instances/<instance_key>/actions"): Route(404, 200),
    ("POST", "/v2/process-instances/<instance_key>/actions"): Route(404, 404, {"action": "hold"}, {}),
    ("GET", "/v2/process-instances/<instance_key>/history"): Route(404, 200),
    ("POST", "/v2/process-instances/<instance_key>/incidents/search"): Route(404, 200, {}, {"filter": 1}),
    ("POST", "/v2/user-tasks/search"): SEARCH,
    ("GET", "/v2/user-tasks/<task_key>"): Route(404, 200),
    ("PATCH", "/v2/user-tasks/<task_key>"): Route(404, 403, {"changeset": {}}, {"changeset": {"priority": "x"}}),
    ("GET", "/v2/user-tasks/<task_key>/form"): Route(404, 204),
    ("POST", "/v2/user-tasks/<task_key>/assignment"): Route(404, 403, {"assignee": "li.na"}, {"assignee": 1}),
    ("DELETE", "/v2/user-tasks/<task_key>/assignee"): Route(404, 403),
    ("POST", "/v2/user-tasks/<task_key>/completion"): Route(404, 403, {}, {"variables": "x"}),
    ("POST", "/v2/user-tasks/<task_key>/variables/search"): Route(404, 200, {}, {"filter": {"nonsense": 1}}),
    ("POST", "/v2/user-tasks/<task_key>/effective-variables/search"): Route(404, 200, {}, {"filter": {"nonsense": 1}}),
    ("POST", "/v2/jobs/activation"): Route(
        200, 403, {"type": "ask", "timeout": 1000, "maxJobsToActivate": 5, "requestTimeout": -1}, {"type": "ask"}
    ),
    ("POST", "/v2/jobs/<job_key>/completion"): Route(404, 403, {}, {"variables": 1}),
    ("POST", "/v2/jobs/<job_key>/failure"): Route(404, 403, {}, {"retries": -1}),
    ("POST", "/v2/jobs/<job_key>/error"): Route(404, 403, {"errorCode": "x"}, {}),
    ("PATCH", "/v2/jobs/<job_key>"): Route(404, 403, {"changeset": {"retries": 2}}, {"changeset": {"retries": 0}}),
    ("POST", "/v2/jobs/search"): SEARCH,
    ("POST", "/v2/messages/publication"): Route(200, 403, {"name": "nobody"}, {"name": ""}),
    ("POST", "/v2/messages/correlation"): Route(404, 403, {"name": "nobody"}, {"name": 1}),
    ("POST", "/v2/signals/broadcast"): Route(200, 403, {"signalName": "nobody"}, {}),
    ("POST", "/v2/conditionals/evaluation"): Route(200, 403, {"variables": {}}, {}),
    ("POST", "/v2/variables/search"): SEARCH,
    ("GET", "/v2/variables/<number>"): Route(404, 200),
    ("POST", "/v2/element-instances/search"): Route(
        200, 200, {"filter": {"processInstanceKey": "KEY"}}, {"filter": {"nonsense": 1}}
    ),
    ("GET", "/v2/element-instances/<element_key>"): Route(404, 200),
    ("POST", "/v2/element-instances/<element_key>/incidents/search"): Route(404, 200, {}, {"page": {"limit": "x"}}),
    ("POST", "/v2/element-instances/ad-hoc-activities/<element_key>/activation"): Route(
        404, 403, {"elements": [{"elementId": "answer"}]}, {"elements": 1}
    ),
    ("PUT", "/v2/element-instances/<element_key>/variables"): Route(404, 403, {"variables": {"a": 1}}, {"local": True}),
    ("POST", "/v2/incidents/search"): SEARCH,
    ("GET", "/v2/incidents/<incident_key>"): Route(404, 200),
    ("POST", "/v2/incidents/<incident_key>/resolution"): Route(404, 403, {}, {"nonsense": 1}),
    ("GET", "/v2/failed-commands"): Route(200, 403),
    ("POST", "/v2/failed-commands/<int:command_id>/retry"): Route(404, 403),
    ("POST", "/v2/decision-definitions/search"): SEARCH,
    ("GET", "/v2/decision-definitions/<definition_key>"): Route(404, 404),
    ("GET", "/v2/decision-definitions/<definition_key>/xml"): Route(404, 404),
    ("POST", "/v2/decision-definitions/evaluation"): Route(
        404, 404, {"decisionDefinitionId": "none"}, {"variables": 1}
    ),
    ("POST", "/v2/decision-requirements/search"): SEARCH,
    ("GET", "/v2/decision-requirements/<requirements_key>"): Route(200, 200),
    ("GET", "/v2/decision-requirements/<requirements_key>/xml"): Route(200, 200),
    ("POST", "/v2/decision-instances/search"): SEARCH,
    ("GET", "/v2/decision-instances/<evaluation>"): Route(404, 200),
    # everybody known may hand in a file; without one it is refused
    ("POST", "/v2/documents"): Route(400, 400),
    ("GET", "/v2/documents/<document_id>"): Route(404, 200),
    ("DELETE", "/v2/documents/<document_id>"): Route(404, 403),
    ("PUT", "/v2/clock"): Route(204, 403, {"timestamp": 1_800_000_000_000}, {"timestamp": "now"}),
    ("POST", "/v2/clock/reset"): Route(204, 403),
    ("GET", "/v2/topology"): Route(200, 200),
    ("GET", "/v2/status"): Route(204, 204),
    ("GET", "/v2/authentication/me"): Route(200, 200),
}
# What changes something for whoever may, though the case is not theirs.
CHANGES = {
    "/v2/clock",
    "/v2/clock/reset",
    "/v2/conditionals/evaluation",
    "/v2/messages/publication",
    "/v2/process-instances",
    "/v2/process-instances/cancellation",
    "/v2/process-instances/incident-resolution",
    "/v2/process-instances/migration",
    "/v2/process-instances/modification",
    "/v2/signals/broadcast",
}


@dataclass
class Case:
    """The keys of a case to ask for."""

    office: Office
    keys: Mapping[str, str]

    def path(self, rule: str) -> str:
        for name, key in self.keys.items():
            rule = rule.replace(f"<{name}>", key)
        assert "<" not in rule, rule
        return rule

    def body(self, route: Route) -> Any:
        body = route.body
        if body and body.get("filter", {}).get("processInstanceKey") == "KEY":
            return {**body, "filter": {"processInstanceKey": self.keys["instance_key"]}}
        return body


@pytest.fixture(scope="module")
def case(lasting_office: Office, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Case]:
    """One for all tests here, since none of them changes it."""
    with pytest.MonkeyPatch.context() as settings:
        settings.setenv("TRUNKLINE_DATA", str(tmp_path_factory.mktemp("documents")))
        yield _case(lasting_office)


def _case(office: Office) -> Case:
    # what a decision was given, and said, belongs to the case
    [definition, _] = office.deploy(CASE, ("levels.dmn", DMN.replace(b'"minor"', b'"' + SECRET.encode() + b'"')))
    office.deploy(diagram(start("s"), end("e"), flows("s e"), process_id="closed", starters="HQ.mgmt.*"))
    key = office.start("case", variables={"secret": SECRET, "users": 20})
    token = office.rows("SELECT element_key, key FROM jobs")[0]
    variable = office.post("clerk", "/v2/variables/search")["items"][0]
    keys = {
        "definition_key": definition,
        "instance_key": key,
        "task_key": office.rows("SELECT key FROM tasks")[0].key,
        "job_key": token.key,
        "element_key": token.element_key,
        "incident_key": office.rows("SELECT key FROM incidents")[0].key,
        "number": variable["variableKey"],
        "evaluation": office.rows("SELECT evaluation_key || '-' || number AS id FROM decision_instances")[0].id,
        "requirements_key": office.rows("SELECT drg_key FROM decision_instances")[0].drg_key,
        "document_id": _document(office, key),
        "batch_key": _batch(office, key),
        "person": "li.na",
        "group": "GD-GZ.crc.duty",
        "int:command_id": _failed_command(office, key),
    }
    return Case(office, {name: str(value) for name, value in keys.items()})


def _failed_command(office: Office, instance_key: str) -> int:
    """A command of the case that was given up."""
    statement = """
        INSERT INTO commands (instance_key, kind, payload, failed_at, error)
        VALUES (:key, 'proceed', '{}', now(), 'Error: broken') RETURNING id
    """
    return int(office.rows(statement, key=instance_key)[0].id)


def _batch(office: Office, instance_key: str) -> str:
    """A batch that no worker has begun."""
    body = {"filter": {"processInstanceKey": instance_key}}
    return str(office.post("admin", "/v2/process-instances/incident-resolution", body)["batchOperationKey"])


def _document(office: Office, instance_key: str) -> str:
    file = (io.BytesIO(SECRET.encode()), "secret.txt", "text/plain")
    parts = {"file": file, "metadata": json.dumps({"processInstanceKey": instance_key})}
    kept = office.ask("clerk", "POST", "/v2/documents", data=parts, content_type="multipart/form-data")
    assert kept.status == 201, kept.body
    return str(kept.body["documentId"])


def test_every_route_has_an_entry(case: Case) -> None:
    routes = {
        (method, rule.rule)
        for rule in case.office.client.application.url_map.iter_rules()
        for method in rule.methods or ()
        if method not in ("HEAD", "OPTIONS")
        # pages have their own test of rights
        if rule.rule.startswith(("/v2", "/api", "/healthz", "/readyz", "/openapi", "/oauth"))
        if rule.rule not in PUBLIC and not rule.rule.startswith("/api/")
    }
    assert routes == ROUTES.keys()


@pytest.mark.parametrize(("method", "rule"), ROUTES, ids=lambda part: str(part))
def test_a_stranger_gets_nothing(case: Case, method: str, rule: str) -> None:
    before = case.office.everything()
    answer = case.office.ask(None, method, case.path(rule), case.body(ROUTES[method, rule]))
    assert (answer.status, answer.body["code"]) == (401, "credentials_missing")
    assert case.office.everything() == before


@pytest.mark.parametrize(("method", "rule"), ROUTES, ids=lambda part: str(part))
def test_another_unit_learns_nothing_and_changes_nothing(case: Case, method: str, rule: str) -> None:
    route, before = ROUTES[method, rule], case.office.everything()
    answer = case.office.ask("foreigner", method, case.path(rule), case.body(route))
    assert answer.status == route.foreign, answer.body
    assert SECRET not in str(answer.body)
    if route.foreign >= 400:
        assert len(answer.body["detail"]) > 20
    else:
        assert case.keys["instance_key"] not in str(answer.body)
    if rule not in CHANGES:
        assert case.office.everything() == before


@pytest.mark.parametrize(("method", "rule"), ROUTES, ids=lambda part: str(part))
def test_without_the_role_nothing_is_changed(case: Case, method: str, rule: str) -> None:
    route, before = ROUTES[method, rule], case.office.everything()
    answer = case.office.ask("colleague", method, case.path(rule), case.body(route))
    assert answer.status == route.plain, answer.body
    if route.plain >= 400:
        assert len(answer.body["detail"]) > 20
    assert case.office.everything() == before


@pytest.mark.parametrize(("method", "rule"), ROUTES, ids=lambda part: str(part))
def test_nonsense_is_refused_with_a_sentence(case: Case, method: str, rule: str) -> None:
    route, before = ROUTES[method, rule], case.office.everything()
    if route.wrong is not None:
        answer = case.office.ask("admin", method, case.path(rule), route.wrong)
        assert answer.status == 400, answer.body
        assert len(answer.body["detail"]) > 20
    if "<" in rule:
        place = rule.replace(rule[rule.index("<") : rule.index(">") + 1], "{}")
        for key, statuses in (("nonsense", (400, 404)), ("16777216000", (404,))):
            answer = case.office.ask("admin", method, place.format(key), case.body(route))
            assert answer.status in statuses, answer.body
            assert len(answer.body["detail"]) > 20
    assert case.office.everything() == before
