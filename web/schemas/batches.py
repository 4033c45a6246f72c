"""Operations on many cases at once, as Camunda asks for them and tells of them."""

from collections.abc import Mapping
from typing import Any

import engine
from web.asking import language
from web.schemas.fields import Choice, Inner, Key, Made, Moment, Several, Shape, Text, Whole
from web.schemas.modifications import MappingInstruction
from web.schemas.process_instances import FILTERS
from web.schemas.search import Filter, Tenant, key_filter, page_of, search_body, shape

TYPES = {
    "CANCEL_PROCESS_INSTANCE": "cancel",
    "MIGRATE_PROCESS_INSTANCE": "migrate",
    "MODIFY_PROCESS_INSTANCE": "modify",
    "RESOLVE_INCIDENT": "resolve",
}
STATES = {"ACTIVE": "active", "COMPLETED": "completed", "CANCELED": "canceled"}
ITEM_STATES = {**STATES, "FAILED": "failed"}
Wanted = shape("BatchOperationInstances", **FILTERS, tenant_id=Tenant())


class BatchOfCases(Shape):
    """Which cases."""

    filter = Inner(Wanted, required=True)
    operation_reference = Whole(1, 2**63 - 1)


class MigrationPlan(Shape):
    """The version to go on with."""

    target_process_definition_key = Key(required=True)
    mapping_instructions = Several(Inner(MappingInstruction), required=True)


class MigrationBatch(BatchOfCases):
    """Which cases, and to which version."""

    migration_plan = Inner(MigrationPlan, required=True)


class MovePlan(Shape):
    """End all of an element and begin at another for each."""

    source_element_id = Text(required=True)
    target_element_id = Text(required=True)


class ModificationBatch(BatchOfCases):
    """Which cases, and what moves in them."""

    move_instructions = Several(Inner(MovePlan), required=True)


class BatchCreated(Shape):
    """A batch that workers now work on."""

    batch_operation_key = Key(attribute="key")
    batch_operation_type = Choice(TYPES, attribute="kind")


class BatchOperation(Shape):
    """One batch, and how far it has come."""

    batch_operation_key = Key(attribute="key")
    batch_operation_type = Choice(TYPES, attribute="kind")
    state = Choice(STATES)
    start_date = Moment(attribute="started_at")
    end_date = Moment(attribute="ended_at")
    actor_type = Made(lambda _: "USER")
    actor_id = Text(attribute="created_by")
    operations_total_count = Whole(attribute="total")
    operations_failed_count = Whole(attribute="failed")
    operations_completed_count = Whole(attribute="completed")
    errors = Made(lambda _: [], "array", metadata={"items": {"type": "object"}})


BatchOperationSearch = search_body(
    "BatchOperation",
    {
        "batch_operation_key": key_filter("key"),
        "operation_type": Filter(Choice(TYPES), "kind"),
        "state": Filter(Choice(STATES), "state"),
        "actor_id": Filter(Text(), "created_by"),
    },
    {
        "batchOperationKey": "key",
        "operationType": "kind",
        "state": "state",
        "startDate": "started_at",
        "endDate": "ended_at",
        "actorId": "created_by",
    },
)
BatchOperationPage = page_of(BatchOperation)


def _message(row: Any) -> str | None:
    """Why it could not be done, in the reader's language."""
    if row.error is None:
        return None
    found = (engine.Finding(one["code"], one["parameters"]) for one in row.error["findings"])
    return " ".join(engine.words(finding, language()) for finding in found)


class BatchOperationItem(Shape):
    """What came of a batch for one case."""

    operation_type = Choice(TYPES, attribute="kind")
    batch_operation_key = Key(attribute="batch_key")
    item_key = Made(lambda row: str(row.instance_key))
    process_instance_key = Key(attribute="instance_key")
    root_process_instance_key = Key(attribute="root_key")
    state = Choice(ITEM_STATES)
    processed_date = Moment(attribute="processed_at")
    error_message = Made(_message)


BatchOperationItemSearch = search_body(
    "BatchOperationItem",
    {
        "batch_operation_key": key_filter("batch_key"),
        "process_instance_key": key_filter("instance_key"),
        "operation_type": Filter(Choice(TYPES), "kind"),
        "state": Filter(Choice(ITEM_STATES), "state"),
    },
    {
        "batchOperationKey": "batch_key",
        "itemKey": "instance_key",
        "processInstanceKey": "instance_key",
        "processedDate": "processed_at",
        "state": "state",
    },
)
BatchOperationItemPage = page_of(BatchOperationItem)


def moves(body: Mapping[str, Any]) -> list[list[str]]:
    """Source and target of each move."""
    return [[one["source_element_id"], one["target_element_id"]] for one in body["move_instructions"]]
