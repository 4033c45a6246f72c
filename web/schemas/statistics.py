"""Counts that operators look at, in Camunda's shapes."""

from collections.abc import Mapping, Sequence
from typing import Any

from marshmallow import fields

import engine
from web.schemas.fields import Choice, Flag, Inner, Key, Made, Several, Shape, Text, Whole
from web.schemas.process_instances import FILTERS
from web.schemas.search import PageWanted, Tenant, default_tenant, page_of, shape


class ElementCount(Shape):
    """How many tokens came to an element: there now, stuck, left, ended."""

    element_id = Text(attribute="element")
    active = Whole()
    canceled = Whole()
    incidents = Whole()
    completed = Whole()


class ElementCounts(Shape):
    """Those of every element that was reached."""

    items = Several(Inner(ElementCount))


class FlowTaken(Shape):
    """A sequence flow that a token went along."""

    sequence_flow_id = Text(attribute="flow")
    element_id = Made(lambda row: row["flow"])
    process_instance_key = Key(attribute="key")
    root_process_instance_key = Key(attribute="root_key")
    process_definition_key = Key(attribute="definition_key")
    process_definition_id = Text(attribute="process_id")
    tenant_id = default_tenant()


class FlowsTaken(Shape):
    """All of them."""

    items = Several(Inner(FlowTaken))


class Caller(Shape):
    """A case on the way from the root to the one asked for."""

    process_instance_key = Key(attribute="key")
    process_definition_key = Key(attribute="definition_key")
    process_definition_name = Text(attribute="process_name")


class ElementCountsQuery(Shape):
    """Which cases are counted."""

    filter = Inner(
        shape(
            "CasesCounted",
            **{name: field for name, field in FILTERS.items() if not name.startswith("process_definition")},
            tenant_id=Tenant(),
        )
    )


class ProcessCount(Shape):
    """Running cases of a process."""

    process_definition_id = Text(attribute="process_id")
    tenant_id = default_tenant()
    latest_process_definition_name = Text(attribute="name")
    has_multiple_versions = Flag()
    active_instances_with_incident_count = Whole(attribute="stuck")
    active_instances_without_incident_count = Whole(attribute="flowing")


class VersionCount(Shape):
    """Running cases of a version."""

    process_definition_id = Text(attribute="process_id")
    process_definition_key = Key(attribute="definition_key")
    process_definition_name = Text(attribute="name")
    process_definition_version = Whole(attribute="version")
    tenant_id = default_tenant()
    active_instances_with_incident_count = Whole(attribute="stuck")
    active_instances_without_incident_count = Whole(attribute="flowing")


class ErrorCount(Shape):
    """Running cases that stand at an error. `errorCode` is ours."""

    error_hash_code = Whole()
    error_message = Text(attribute="message")
    error_code = Text(attribute="code")
    active_instances_with_error_count = Whole(attribute="cases")


class ErrorVersionCount(Shape):
    """Running cases of a version that stand at an error."""

    process_definition_id = Text(attribute="process_id")
    process_definition_key = Key(attribute="definition_key")
    process_definition_name = Text(attribute="name")
    process_definition_version = Whole(attribute="version")
    tenant_id = default_tenant()
    active_instances_with_error_count = Whole(attribute="cases")


class WaitingCount(Shape):
    """Cases of a version that wait for messages."""

    process_definition_id = Text(attribute="process_id")
    tenant_id = default_tenant()
    process_definition_key = Key(attribute="definition_key")
    process_instances_with_active_subscriptions = Whole(attribute="cases")
    active_subscriptions = Whole(attribute="subscriptions")


def counts_query(name: str, required: bool = False, **filters: fields.Field[Any]) -> type[Shape]:
    """The body that asks for counts; they come in an order of their own."""
    filter_ = Inner(shape(f"{name}Filter", **filters, tenant_id=Tenant()), required=required)
    sort = shape(f"{name}Sort", field=Text(required=True), order=Choice({"ASC": "ASC", "DESC": "DESC"}))
    return shape(f"{name}Query", filter=filter_, sort=Several(Inner(sort)), page=Inner(PageWanted))


def counted(body: Mapping[str, Any], rows: Sequence[Any]) -> dict[str, Any]:
    """The part of the counts that is wanted. Raises Invalid for an order or a cursor, which counts do not have."""
    wanted = engine.queries.PageRequest(**body.get("page", {}))
    if body.get("sort") or wanted.after is not None or wanted.before is not None:
        raise engine.Invalid("counts_in_their_order")
    page = engine.queries.Page((), len(rows), False, None, None)
    return {"items": rows[wanted.start : wanted.start + wanted.limit], "page": page}


ProcessCountsQuery = counts_query("ProcessCounts")
VersionCountsQuery = counts_query("VersionCounts", required=True, process_definition_id=Text(required=True, shortest=1))
ErrorCountsQuery = counts_query("ErrorCounts")
ErrorVersionCountsQuery = counts_query("ErrorVersionCounts", required=True, error_hash_code=Whole(required=True))
WaitingCountsQuery = counts_query("WaitingCounts")
ProcessCountPage = page_of(ProcessCount)
VersionCountPage = page_of(VersionCount)
ErrorCountPage = page_of(ErrorCount)
ErrorVersionCountPage = page_of(ErrorVersionCount)
WaitingCountPage = page_of(WaitingCount)
