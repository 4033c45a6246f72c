"""Process instances: created, searched, told."""

from typing import Any

from marshmallow import fields

from web.schemas.fields import Anything, Choice, Flag, Inner, Key, Made, Moment, Several, Shape, Text, Variables, Whole
from web.schemas.search import (
    Filter,
    Tenant,
    default_tenant,
    key_filter,
    page_of,
    search_body,
    text_filter,
    value_filter,
)

STATES = {"ACTIVE": "active", "COMPLETED": "completed", "TERMINATED": "canceled"}
LONGEST_WAIT = 60_000


class VariableWanted(Shape):
    """A variable of the case with the value it must have, as JSON text."""

    name = Text(required=True)
    value = value_filter()


class ProcessInstance(Shape):
    """One process instance. `held`, `suspended`, `caseNo` and `unit` are ours."""

    process_definition_id = Text(attribute="process_id")
    process_definition_name = Text(attribute="process_name")
    process_definition_version = Whole(attribute="version")
    process_definition_version_tag = Text(attribute="version_tag")
    process_definition_key = Key(attribute="definition_key")
    process_instance_key = Key(attribute="key")
    parent_process_instance_key = Key(attribute="parent_key")
    parent_element_instance_key = Key(attribute="parent_element_key")
    root_process_instance_key = Key(attribute="root_key")
    start_date = Moment(attribute="started_at")
    end_date = Moment(attribute="ended_at")
    state = Choice(STATES)
    has_incident = Made(lambda row: row.incidents > 0, "boolean")
    tenant_id = default_tenant()
    tags = Made(lambda _: [], "array", metadata={"items": {"type": "string"}})
    business_id = Text()
    case_no = Text()
    unit = Text()
    held = Flag()
    suspended = Flag()


FILTERS: dict[str, fields.Field[Any]] = {
    "process_instance_key": key_filter("key"),
    "process_definition_id": text_filter("process_id"),
    "process_definition_name": text_filter("process_name"),
    "process_definition_version": Filter(Whole(), "version"),
    "process_definition_key": key_filter("definition_key"),
    "parent_process_instance_key": key_filter("parent_key"),
    "parent_element_instance_key": key_filter("parent_element_key"),
    "start_date": Filter(Moment(), "started_at"),
    "end_date": Filter(Moment(), "ended_at"),
    "state": Filter(Choice(STATES), "state"),
    "has_incident": Flag(attribute="has_incident"),
    "business_id": text_filter("business_id"),
    "case_no": text_filter("case_no"),
    "unit": text_filter("unit"),
    "variables": Several(Inner(VariableWanted)),
}
ProcessInstanceSearch = search_body(
    "ProcessInstance",
    FILTERS,
    {
        "processInstanceKey": "key",
        "processDefinitionId": "process_id",
        "processDefinitionName": "process_name",
        "processDefinitionVersion": "version",
        "processDefinitionVersionTag": "version_tag",
        "processDefinitionKey": "definition_key",
        "parentProcessInstanceKey": "parent_key",
        "parentElementInstanceKey": "parent_element_key",
        "startDate": "started_at",
        "endDate": "ended_at",
        "state": "state",
        "hasIncident": "incidents",
        "businessId": "business_id",
        "caseNo": "case_no",
    },
)
ProcessInstancePage = page_of(ProcessInstance)


class StartInstruction(Shape):
    """Where to begin instead of the start event; not served."""

    element_id = Text(required=True)


class ProcessInstanceCreation(Shape):
    """What to start, by the process's id (and version) or by a definition's key."""

    process_definition_id = Text(shortest=1)
    process_definition_key = Key()
    process_definition_version = Whole(-1)
    variables = Variables()
    business_id = Text(256, 1)
    await_completion = Flag()
    request_timeout = Whole(0, LONGEST_WAIT)
    fetch_variables = Several(Text())
    tenant_id = Tenant()
    operation_reference = Whole(1, 2**63 - 1)
    start_instructions = Several(Inner(StartInstruction))
    runtime_instructions = Several(Anything())
    tags = Several(Text())


class ProcessInstanceCreated(Shape):
    """A started instance. `variables` are those it ended with, where the end was waited for."""

    process_definition_id = Text(attribute="process_id")
    process_definition_version = Whole(attribute="version")
    process_definition_key = Key(attribute="definition_key")
    process_instance_key = Key(attribute="key")
    tenant_id = default_tenant()
    variables = Variables()
    tags = Made(lambda _: [], "array", metadata={"items": {"type": "string"}})
    business_id = Text()
    case_no = Text()


class Operation(Shape):
    """A body that says nothing we need."""

    operation_reference = Whole(1, 2**63 - 1)
