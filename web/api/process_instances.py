"""Process instances: started, searched, told, cancelled; what belongs to one: actions, incidents, history."""

from collections.abc import Mapping
from typing import Any

from flask import Response

import engine
from web.answers import nothing, refuse
from web.asking import principal
from web.parsing import Blueprint
from web.rights import require_operator, require_starter
from web.schemas.batches import BatchCreated
from web.schemas.modifications import Migration, Modification, mapping, modification
from web.schemas.process_instances import (
    Operation,
    ProcessInstance,
    ProcessInstanceCreated,
    ProcessInstanceCreation,
    ProcessInstancePage,
    ProcessInstanceSearch,
)
from web.schemas.search import found, order, page, wanted
from web.schemas.statistics import Caller, FlowsTaken
from web.waiting import DEFAULT_WAIT, end_of

blueprint = Blueprint("process-instances", __name__, url_prefix="/v2/process-instances", description="Cases")


@blueprint.route("", methods=["POST"])
@blueprint.body(ProcessInstanceCreation)
@blueprint.answer(200, ProcessInstanceCreated)
@blueprint.also(504, "The instance was started and did not end in time")
def create_process_instance(body: Mapping[str, Any]) -> Any:
    """Start an instance; with `awaitCompletion`, answer when it has ended."""
    refuse(body, "start_instructions", "runtime_instructions", "tags")
    started = _start(body)
    if not body.get("await_completion"):
        # A caller that does not wait for the end is told no variables, as Camunda does.
        return {**_members(started), "variables": {}}
    seconds = (body.get("request_timeout") or DEFAULT_WAIT) / 1000
    variables = end_of(started.key, seconds)
    names = body.get("fetch_variables")
    told = {name: value for name, value in variables.items() if not names or name in names}
    return {**_members(started), "variables": told}


@blueprint.route("/search", methods=["POST"])
@blueprint.body(ProcessInstanceSearch)
@blueprint.answer(200, ProcessInstancePage)
def search_process_instances(body: Mapping[str, Any]) -> dict[str, Any]:
    """Search the cases one may see."""
    filter_ = engine.queries.ProcessInstanceFilter(**wanted(body))
    with engine.transaction() as session:
        return found(engine.queries.process_instances.search(session, filter_, order(body), page(body), principal()))


@blueprint.route("/<instance_key>", methods=["GET"])
@blueprint.answer(200, ProcessInstance)
def get_process_instance(instance_key: int) -> Any:
    """One case."""
    with engine.transaction() as session:
        return engine.queries.process_instances.get(session, instance_key, principal())


@blueprint.route("/<instance_key>/sequence-flows", methods=["GET"])
@blueprint.answer(200, FlowsTaken)
def get_sequence_flows(instance_key: int) -> dict[str, Any]:
    """The sequence flows that tokens of a case went along."""
    with engine.transaction() as session:
        row = engine.queries.process_instances.get(session, instance_key, principal())
        flows = engine.queries.case_path.case_path(session, instance_key).flows
    return {"items": [{**row._mapping, "flow": flow} for flow in flows]}


@blueprint.route("/<instance_key>/call-hierarchy", methods=["GET"])
@blueprint.answer(200, Caller(many=True))
def get_call_hierarchy(instance_key: int) -> list[Any]:
    """The cases from the root down to this one, as far as one sees them."""
    with engine.transaction() as session:
        row = engine.queries.process_instances.get(session, instance_key, principal())
        return [*engine.queries.process_instances.callers(session, row.parent_key, principal()), row]


@blueprint.route("/<instance_key>/incident-resolution", methods=["POST"])
@blueprint.body(Operation)
@blueprint.answer(200, BatchCreated)
def resolve_incidents_of_instance(body: Mapping[str, Any], instance_key: int) -> dict[str, Any]:
    """Try again wherever a case stands, as a batch of one."""
    with engine.transaction() as session:
        engine.queries.process_instances.get(session, instance_key, principal())
        # Seen first, allowed second: whoever does not see the case is not told that it is there.
        require_operator()
        return {"key": engine.create_batch(session, "resolve", [instance_key], {}), "kind": "resolve"}


@blueprint.route("/<instance_key>/cancellation", methods=["POST"])
@blueprint.body(Operation)
@blueprint.answer(204)
def cancel_process_instance(body: Mapping[str, Any], instance_key: int) -> Response:
    """End a case and those it called."""
    with engine.transaction() as session:
        engine.queries.process_instances.get(session, instance_key, principal())
        require_operator()
        engine.cancel(session, instance_key)
    return nothing()


@blueprint.route("/<instance_key>/modification", methods=["POST"])
@blueprint.body(Modification)
@blueprint.answer(204)
def modify_process_instance(body: Mapping[str, Any], instance_key: int) -> Response:
    """Begin at elements of a running case, end or move what it is at."""
    with engine.transaction() as session:
        engine.queries.process_instances.get(session, instance_key, principal())
        require_operator()
        engine.modify(session, instance_key, modification(body))
    return nothing()


@blueprint.route("/<instance_key>/migration", methods=["POST"])
@blueprint.body(Migration)
@blueprint.answer(204)
def migrate_process_instance(body: Mapping[str, Any], instance_key: int) -> Response:
    """Bring a running case to another version of its process."""
    with engine.transaction() as session:
        engine.queries.process_instances.get(session, instance_key, principal())
        require_operator()
        engine.migrate(session, instance_key, body["target_process_definition_key"], mapping(body))
    return nothing()


def _start(body: Mapping[str, Any]) -> engine.Instance:
    with engine.transaction() as session:
        key = _definition_key(session, body)
        require_starter(session, key)
        variables, business_id = body.get("variables", {}), body.get("business_id")
        return engine.start(session, definition_key=key, variables=variables, business_id=business_id)


def _definition_key(session: engine.Session, body: Mapping[str, Any]) -> int:
    process_id, key = body.get("process_definition_id"), body.get("process_definition_key")
    if (process_id is None) == (key is None):
        raise engine.Invalid("process_not_named")
    if key is not None:
        return int(key)
    # Camunda's -1 stands for the latest one.
    version = body.get("process_definition_version", -1)
    return engine.latest_key(session, "process", str(process_id), None if version == -1 else version)


def _members(started: engine.Instance) -> dict[str, Any]:
    return {
        "process_id": started.process_id,
        "version": started.version,
        "definition_key": started.definition_key,
        "key": started.key,
        "business_id": started.business_id,
        "case_no": started.case_no,
    }
