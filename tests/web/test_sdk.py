"""Camunda's own Python SDK, unmodified, against a real server process on a loopback port."""

import asyncio
import json
import os
import socket
import subprocess
import sys
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import camunda_orchestration_sdk as sdk
import camunda_orchestration_sdk.models as shapes
import pytest
from camunda_orchestration_sdk import errors

from engine import store
from engine.directory.people import add_person
from tests.databases import lent
from tests.engine.factories import diagram, end, flows, receive, service, start, user
from tests.web.test_definitions import DMN
from tests.web.test_work import FORM

ROOT = Path(__file__).parents[2]
# Everything the SDK is to do, in one case.
REPAIR = diagram(
    start("s"),
    service("measure", "measure"),
    receive("hear", "parts arrived", "=order"),
    user("close", "GD-GZ.crc.duty", form="report"),
    end("e"),
    flows("s measure hear close e"),
    process_id="repair",
    name="维修",
    unit="GD-GZ",
    starters="*.crc.*",
)


@pytest.fixture(scope="module")
def address(server: store.EmbeddedServer, staff: dict[str, str], tmp_path_factory: Any) -> Iterator[str]:
    """Where a web server listens that runs in a process of its own."""
    with lent(server, "staffed") as url:
        store.configure(url)
        with store.transaction() as session:
            groups = ["GD-GZ.crc.duty"]
            add_person(session, "sdk", "测试", "HQ", password="only for tests", roles=["admin"], groups=groups)
        store.dispose()
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        log = tmp_path_factory.mktemp("sdk") / "web.log"
        settings = {"TRUNKLINE_DATABASE_URL": url, "TRUNKLINE_PORT": str(port), "TRUNKLINE_DATA": str(log.parent)}
        with log.open("w") as lines:
            process = subprocess.Popen(
                [sys.executable, "-m", "web"], cwd=ROOT, env={**os.environ, **settings}, stdout=lines, stderr=lines
            )
        try:
            _wait_until_ready(f"http://127.0.0.1:{port}/readyz", process, log)
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
            process.wait(10)


def _wait_until_ready(url: str, process: "subprocess.Popen[bytes]", log: Path) -> None:
    pause = threading.Event()
    for _ in range(300):
        assert process.poll() is None, log.read_text()
        try:
            urllib.request.urlopen(url, timeout=5).close()
        except (urllib.error.URLError, ConnectionError):
            pause.wait(0.1)
        else:
            return
    pytest.fail(log.read_text())


def configuration(address: str) -> dict[str, str]:
    return {
        "CAMUNDA_REST_ADDRESS": f"{address}/v2",
        "CAMUNDA_AUTH_STRATEGY": "BASIC",
        "CAMUNDA_BASIC_AUTH_USERNAME": "sdk",
        "CAMUNDA_BASIC_AUTH_PASSWORD": "only for tests",
    }


@pytest.fixture(scope="module")
def client(address: str, tmp_path_factory: Any) -> Iterator[sdk.CamundaClient]:
    """Logged in with name and password; the process, a decision and a form are deployed by it."""
    folder = tmp_path_factory.mktemp("files")
    for name, content in (("repair.bpmn", REPAIR), ("levels.dmn", DMN), ("report.form", FORM.encode())):
        (folder / name).write_bytes(content)
    with sdk.CamundaClient(configuration=configuration(address)) as made:
        deployed = made.deploy_resources_from_files([str(path) for path in sorted(folder.iterdir())])
        assert [one.process_definition_id for one in deployed.processes] == ["repair"]
        assert [one.decision_definition_id for one in deployed.decisions] == ["level"]
        assert [one.form_id for one in deployed.forms] == ["report"]
        yield made


def begin(client: sdk.CamundaClient, order: str) -> Any:
    variables = shapes.ProcessInstanceCreationInstructionByIdVariables.from_dict({"order": order})
    return client.create_process_instance(
        data=sdk.ProcessCreationById(process_definition_id=sdk.ProcessDefinitionId("repair"), variables=variables)
    ).process_instance_key


def lease(client: sdk.CamundaClient, wait: int = -1) -> Any:
    wanted = sdk.JobActivationRequest(
        type_="measure", timeout=60_000, max_jobs_to_activate=1, worker="test", request_timeout=wait
    )
    return client.activate_jobs(data=wanted).jobs


def test_a_case_goes_from_deployment_to_its_end(client: sdk.CamundaClient) -> None:
    key = begin(client, "order-1")
    [job] = lease(client)
    assert (job.process_instance_key, job.variables.to_dict()) == (key, {"order": "order-1"})
    result = shapes.JobCompletionRequestVariables.from_dict({"loss": 0.25})
    client.complete_job(job.job_key, data=sdk.JobCompletionRequest(variables=result))

    arrived = sdk.MessagePublicationRequest(name="parts arrived", correlation_key="order-1", time_to_live=60_000)
    assert client.publish_message(data=arrived).message_key

    wanted = shapes.UserTaskFilter(
        process_instance_key=key, state=shapes.AdvancedUserTaskStateFilter(eq=shapes.UserTaskStateEnum.CREATED)
    )
    [task] = client.search_user_tasks(data=sdk.UserTaskSearchQuery(filter_=wanted)).items
    assert (task.element_id, task.candidate_groups, task.process_name) == ("close", ["GD-GZ.crc.duty"], "维修")
    form = client.get_user_task_form(task.user_task_key)
    assert json.loads(form.schema) == json.loads(FORM)
    changes = shapes.Changeset(priority=80, candidate_users=["sdk"])
    client.update_user_task(task.user_task_key, data=sdk.UserTaskUpdateRequest(changeset=changes))
    updated = client.get_user_task(task.user_task_key)
    assert (updated.priority, updated.candidate_users) == (80, ["sdk"])
    client.assign_user_task(task.user_task_key, data=sdk.UserTaskAssignmentRequest(assignee="sdk"))
    done = shapes.UserTaskCompletionRequestVariables.from_dict({"days": 3})
    client.complete_user_task(task.user_task_key, data=sdk.UserTaskCompletionRequest(variables=done))

    told = client.get_process_instance(key)
    assert told.state == shapes.ProcessInstanceStateEnum.COMPLETED
    variables = client.search_variables(
        data=sdk.SearchVariablesData(filter_=shapes.VariableFilter(process_instance_key=key))
    ).items
    assert {one.name: json.loads(one.value) for one in variables} == {"order": "order-1", "loss": 0.25, "days": 3}
    elements = client.search_element_instances(
        data=sdk.ElementInstanceSearchQuery(filter_=shapes.ElementInstanceFilter(process_instance_key=key))
    ).items
    assert {one.element_id for one in elements} >= {"s", "measure", "hear", "close", "e"}
    with pytest.raises(errors.ConflictError) as again:
        client.complete_user_task(task.user_task_key)
    assert again.value.parsed.title == "INVALID_STATE"


def test_conditions_that_nobody_waits_for_open_nothing(client: sdk.CamundaClient) -> None:
    given = shapes.ConditionalEvaluationInstructionVariables.from_dict({"x": 2})
    told = client.evaluate_conditionals(data=sdk.ConditionalEvaluationInstruction(variables=given))
    assert told.process_instances == []
    assert int(told.conditional_evaluation_key) > 0


def test_a_worker_that_waits_gets_the_job_that_comes(client: sdk.CamundaClient) -> None:
    with ThreadPoolExecutor(1) as waiting:
        leased = waiting.submit(lease, client, 20_000)
        key = begin(client, "order-2")
        [job] = leased.result(20)
    assert job.process_instance_key == key
    client.complete_job(job.job_key)


def test_a_failed_job_becomes_an_incident_and_is_resolved(client: sdk.CamundaClient) -> None:
    key = begin(client, "order-3")
    [job] = lease(client)
    client.fail_job(job.job_key, data=sdk.JobFailRequest(retries=0, error_message="no light"))
    wanted = shapes.IncidentFilter(process_instance_key=key)
    [incident] = client.search_incidents(data=sdk.IncidentSearchQuery(filter_=wanted)).items
    assert incident.error_type == shapes.IncidentResultErrorType.JOB_NO_RETRIES
    client.resolve_incident(incident.incident_key)
    [again] = lease(client)
    assert again.job_key == job.job_key
    client.cancel_process_instance(key, data=None)
    assert client.get_process_instance(key).state == shapes.ProcessInstanceStateEnum.TERMINATED


def test_a_job_worker_of_the_sdk_serves_jobs(address: str, client: sdk.CamundaClient) -> None:
    key = begin(client, "order-4")

    async def serve() -> Any:
        done: asyncio.Future[Any] = asyncio.get_running_loop().create_future()

        async def measure(job: Any) -> dict[str, object]:
            if not done.done():
                done.set_result(job.process_instance_key)
            return {"loss": 1}

        async with sdk.CamundaAsyncClient(configuration=configuration(address)) as worker:
            config = sdk.WorkerConfig(job_type="measure", job_timeout_milliseconds=30_000)
            worker.create_job_worker(config=config, callback=measure)
            running = asyncio.ensure_future(worker.run_workers())
            served = await asyncio.wait_for(done, 30)
            wanted = shapes.VariableFilter(process_instance_key=key, name="loss")
            for _ in range(100):
                found = await worker.search_variables(data=sdk.SearchVariablesData(filter_=wanted))
                if found.items:
                    break
                await asyncio.sleep(0.05)
            running.cancel()
            return served, found.items[0].value

    assert asyncio.run(serve()) == (key, "1")


def test_what_the_cluster_is_and_who_asks(client: sdk.CamundaClient) -> None:
    assert client.get_topology().cluster_size == 1
    assert client.get_license().valid_license is True
    me = client.get_authentication()
    assert (me.username, me.display_name, me.roles) == ("sdk", "测试", ["admin"])
    client.get_status()


def test_searches_page_and_decide(client: sdk.CamundaClient) -> None:
    found = client.search_process_definitions(data=sdk.ProcessDefinitionSearchQuery())
    [definition] = found.items
    assert (found.page.total_items, definition.name) == (1, "维修")
    assert "维修" in client.get_process_definition_xml(definition.process_definition_key)
    begin(client, "order-5")
    begin(client, "order-6")
    first = client.search_process_instances(
        data=sdk.ProcessInstanceSearchQuery(page=shapes.LimitBasedPagination(limit=1))
    )
    following = shapes.CursorBasedForwardPagination(after=first.page.end_cursor, limit=1)
    second = client.search_process_instances(data=sdk.ProcessInstanceSearchQuery(page=following))
    assert first.items[0].process_instance_key != second.items[0].process_instance_key
    assert client.search_jobs().items[0].type_ == "measure"
    variables = shapes.DecisionEvaluationByIdVariables.from_dict({"users": 500})
    answer = client.evaluate_decision(
        data=sdk.DecisionEvaluationByID(decision_definition_id=sdk.DecisionDefinitionId("level"), variables=variables)
    )
    assert answer.output == '"major"'
    assert answer.evaluated_decisions[0].matched_rules[0].rule_id == "r2"
    assert answer.evaluated_decisions[0].evaluated_inputs[0].input_value == "500"
    [kept] = client.search_decision_instances().items
    assert kept.decision_evaluation_instance_key == answer.evaluated_decisions[0].decision_evaluation_instance_key
    assert (kept.decision_evaluation_key, kept.result) == (answer.decision_evaluation_key, '"major"')


def test_decisions_and_their_requirements_have_the_sdks_shapes(client: sdk.CamundaClient) -> None:
    wanted = shapes.DecisionDefinitionFilter(decision_definition_id=sdk.DecisionDefinitionId("level"))
    [found] = client.search_decision_definitions(data=sdk.DecisionDefinitionSearchQuery(filter_=wanted)).items
    assert (found.version, found.name) == (1, "故障级别")
    one = client.get_decision_definition(found.decision_definition_key)
    assert (one.decision_definition_id, one.decision_requirements_id) == ("level", found.decision_requirements_id)
    assert "decisionTable" in client.get_decision_definition_xml(found.decision_definition_key)
    requirements = client.search_decision_requirements().items[0]
    assert requirements.resource_name == "levels.dmn"
    assert requirements.decision_requirements_key == found.decision_requirements_key
    same = client.get_decision_requirements(requirements.decision_requirements_key)
    assert (same.version, same.decision_requirements_name) == (1, requirements.decision_requirements_name)
    assert "decisionTable" in client.get_decision_requirements_xml(requirements.decision_requirements_key)
    by_key = sdk.DecisionEvaluationByKey(
        decision_definition_key=found.decision_definition_key,
        variables=shapes.DecisionEvaluationByIdVariables.from_dict({"users": 5}),
    )
    answer = client.evaluate_decision(data=by_key)
    assert (answer.output, answer.decision_definition_key) == ('"minor"', found.decision_definition_key)
    unknown = sdk.DecisionEvaluationByID(decision_definition_id=sdk.DecisionDefinitionId("nobody"))
    with pytest.raises(errors.NotFoundError):
        client.evaluate_decision(data=unknown)


def test_counts_flows_callers_and_lookups_have_the_sdks_shapes(client: sdk.CamundaClient) -> None:
    key = begin(client, "order-7")
    definition = client.get_process_instance(key).process_definition_key
    at = {one.element_id: (one.active, one.completed) for one in client.get_process_instance_statistics(key).items}
    assert at == {"s": (0, 1), "measure": (1, 0)}
    assert {one.element_id for one in client.get_process_definition_statistics(definition).items} >= {"s", "measure"}
    assert [one.sequence_flow_id for one in client.get_process_instance_sequence_flows(key).items] == ["s_measure"]
    assert [one.process_instance_key for one in client.get_process_instance_call_hierarchy(key)] == [key]
    assert client.get_process_definition_instance_statistics().items[0].process_definition_id == "repair"
    wanted = shapes.ProcessDefinitionInstanceVersionStatisticsQueryFilter(process_definition_id="repair")
    by_version = client.get_process_definition_instance_version_statistics(
        data=shapes.ProcessDefinitionInstanceVersionStatisticsQuery(filter_=wanted)
    )
    assert by_version.items[0].process_definition_version == 1
    [job] = [one for one in client.search_jobs().items if one.process_instance_key == key]
    leased = lease(client)
    while leased and leased[0].job_key != job.job_key:
        client.complete_job(leased[0].job_key)
        leased = lease(client)
    client.complete_job(job.job_key)
    waiting = client.search_message_subscriptions().items
    assert (key, "parts arrived", "order-7") in {
        (one.process_instance_key, one.message_name, one.correlation_key) for one in waiting
    }
    assert client.search_users().items
    assert client.get_user("sdk").name == "测试"
    assert client.get_group("GD-GZ.crc.duty").group_id == "GD-GZ.crc.duty"
    said = client.evaluate_expression(data=shapes.ExpressionEvaluationRequest(expression="=1 + 2"))
    assert (said.result, said.warnings) == (3, [])
    assert client.resolve_process_instance_incidents(key).batch_operation_key
    client.cancel_process_instance(key, data=None)


def test_refusals_are_the_sdks_own_errors(address: str, client: sdk.CamundaClient, staff: dict[str, str]) -> None:
    unknown = sdk.ProcessCreationById(process_definition_id=sdk.ProcessDefinitionId("nothing"))
    with pytest.raises(errors.ApiError) as refused:
        client.create_process_instance(data=unknown)
    assert refused.value.status_code == 404
    wrong = configuration(address) | {"CAMUNDA_BASIC_AUTH_PASSWORD": "wrong"}
    with sdk.CamundaClient(configuration=wrong) as stranger, pytest.raises(errors.UnauthorizedError) as told:
        stranger.get_topology()
    assert told.value.parsed.title == "UNAUTHORIZED"


def test_an_api_token_serves_as_a_clients_secret(address: str, staff: dict[str, str]) -> None:
    settings = {
        "CAMUNDA_REST_ADDRESS": f"{address}/v2",
        "CAMUNDA_AUTH_STRATEGY": "OAUTH",
        "CAMUNDA_OAUTH_URL": f"{address}/oauth/token",
        "CAMUNDA_CLIENT_ID": "worker",
        "CAMUNDA_CLIENT_SECRET": staff["worker"],
        "CAMUNDA_TOKEN_AUDIENCE": "trunkline",
        "CAMUNDA_TOKEN_DISK_CACHE_DISABLE": "true",
    }
    with sdk.CamundaClient(configuration=settings) as client:
        assert client.get_authentication().username == "token.worker"
