"""Operations on many cases at once: cancelled, migrated, modified, their incidents resolved; with what came of it."""

from collections.abc import Mapping
from typing import Any

from flask import Response

import engine
from web.answers import nothing
from web.asking import principal
from web.parsing import Blueprint
from web.rights import require_operator
from web.schemas.batches import (
    BatchCreated,
    BatchOfCases,
    BatchOperation,
    BatchOperationItemPage,
    BatchOperationItemSearch,
    BatchOperationPage,
    BatchOperationSearch,
    MigrationBatch,
    ModificationBatch,
    moves,
)
from web.schemas.modifications import mapping
from web.schemas.process_instances import Operation
from web.schemas.search import found, order, page, wanted

blueprint = Blueprint("batch-operations", __name__, url_prefix="/v2", description="Many cases at once")


@blueprint.route("/process-instances/cancellation", methods=["POST"])
@blueprint.body(BatchOfCases)
@blueprint.answer(200, BatchCreated)
def cancel_process_instances(body: Mapping[str, Any]) -> dict[str, Any]:
    """End all running cases that fit and that no other case called."""
    return _create(body, "cancel", {})


@blueprint.route("/process-instances/incident-resolution", methods=["POST"])
@blueprint.body(BatchOfCases)
@blueprint.answer(200, BatchCreated)
def resolve_incidents(body: Mapping[str, Any]) -> dict[str, Any]:
    """Try again wherever the cases that fit stand."""
    return _create(body, "resolve", {})


@blueprint.route("/process-instances/migration", methods=["POST"])
@blueprint.body(MigrationBatch)
@blueprint.answer(200, BatchCreated)
def migrate_process_instances(body: Mapping[str, Any]) -> dict[str, Any]:
    """Bring the cases that fit to another version of their process."""
    plan = body["migration_plan"]
    key = plan["target_process_definition_key"]
    return _create(body, "migrate", {"definition_key": key, "mapping": mapping(plan)})


@blueprint.route("/process-instances/modification", methods=["POST"])
@blueprint.body(ModificationBatch)
@blueprint.answer(200, BatchCreated)
def modify_process_instances(body: Mapping[str, Any]) -> dict[str, Any]:
    """Move what the cases that fit are at."""
    return _create(body, "modify", {"moves": moves(body)})


@blueprint.route("/batch-operations/search", methods=["POST"])
@blueprint.body(BatchOperationSearch)
@blueprint.answer(200, BatchOperationPage)
def search_batch_operations(body: Mapping[str, Any]) -> dict[str, Any]:
    """Search the batches of one's units."""
    require_operator()
    filter_ = engine.queries.BatchFilter(**wanted(body))
    with engine.transaction() as session:
        return found(engine.queries.batches.search(session, filter_, order(body), page(body), principal()))


@blueprint.route("/batch-operations/<batch_key>", methods=["GET"])
@blueprint.answer(200, BatchOperation)
def get_batch_operation(batch_key: int) -> Any:
    """One batch, and how far it has come."""
    require_operator()
    with engine.transaction() as session:
        return engine.queries.batches.get(session, batch_key, principal())


@blueprint.route("/batch-operations/<batch_key>/cancellation", methods=["POST"])
@blueprint.body(Operation)
@blueprint.answer(204)
def cancel_batch_operation(body: Mapping[str, Any], batch_key: int) -> Response:
    """Leave alone the cases that are not done yet."""
    require_operator()
    with engine.transaction() as session:
        engine.queries.batches.get(session, batch_key, principal())
        engine.cancel_batch(session, batch_key)
    return nothing()


@blueprint.route("/batch-operation-items/search", methods=["POST"])
@blueprint.body(BatchOperationItemSearch)
@blueprint.answer(200, BatchOperationItemPage)
def search_batch_operation_items(body: Mapping[str, Any]) -> dict[str, Any]:
    """Search what came of batches for each case."""
    require_operator()
    filter_ = engine.queries.BatchItemFilter(**wanted(body))
    with engine.transaction() as session:
        return found(engine.queries.batches.search_items(session, filter_, order(body), page(body), principal()))


def _create(body: Mapping[str, Any], kind: str, plan: Mapping[str, Any]) -> dict[str, Any]:
    """A batch of the cases that fit and the asker sees. All there are is never meant by saying nothing."""
    require_operator()
    named = wanted(body)
    if not named:
        raise engine.Invalid("batch_filter_empty")
    with engine.transaction() as session:
        filter_ = engine.queries.ProcessInstanceFilter(**named)
        # One that another case called ends with its caller, and would be refused by itself.
        keys = engine.queries.process_instances.keys(session, filter_, principal(), roots=kind == "cancel")
        return {"key": engine.create_batch(session, kind, keys, plan), "kind": kind}
