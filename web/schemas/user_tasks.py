"""User tasks: searched, assigned, completed."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from marshmallow import EXCLUDE

from web.schemas.fields import (
    Choice,
    Clearable,
    Flag,
    Inner,
    Key,
    Made,
    Moment,
    Several,
    Shape,
    Text,
    Variables,
    Whole,
)
from web.schemas.process_instances import VariableWanted
from web.schemas.search import Filter, default_tenant, key_filter, page_of, search_body, text_filter

STATES = {"CREATED": "created", "COMPLETED": "completed", "CANCELED": "canceled"}
AMONG = ("$eq", "$in", "$exists")


class UserTask(Shape):
    """One user task; while its listeners are asked, the state says what about.

    What follows `tags` is ours: when people were warned, it became overdue, they were reminded.
    """

    name = Text()
    state = Made(
        lambda row: str(row.get("transition") or row["state"]).upper(),
        metadata={"enum": ["CREATED", "ASSIGNING", "UPDATING", "COMPLETING", "COMPLETED", "CANCELED"]},
    )
    assignee = Text()
    element_id = Text(attribute="element")
    candidate_groups = Several(Text())
    candidate_users = Several(Text())
    process_definition_id = Text(attribute="process_id")
    process_definition_version = Whole(attribute="version")
    process_name = Text()
    creation_date = Moment(attribute="created_at")
    completion_date = Moment(attribute="completed_at")
    follow_up_date = Moment(attribute="follow_up_at")
    due_date = Moment(attribute="due_at")
    tenant_id = default_tenant()
    external_form_reference = Made(lambda _: None)
    custom_headers = Made(lambda _: {}, "object")
    priority = Whole()
    user_task_key = Key(attribute="key")
    element_instance_key = Key(attribute="element_key")
    process_definition_key = Key(attribute="definition_key")
    process_instance_key = Key(attribute="instance_key")
    root_process_instance_key = Key(attribute="root_key")
    form_key = Key()
    tags = Made(lambda _: [], "array", metadata={"items": {"type": "string"}})
    form_id = Text()
    case_no = Text()
    business_id = Text()
    held = Flag()
    warning_date = Moment(attribute="warned_at")
    overdue_date = Moment(attribute="overdue_at")
    reminder_date = Moment(attribute="reminded_at")
    completed_by = Text()
    denied_reason = Text()


UserTaskSearch = search_body(
    "UserTask",
    {
        "user_task_key": key_filter("key"),
        "state": Filter(Choice(STATES), "state"),
        "assignee": text_filter("assignee"),
        "candidate_group": Filter(Text(), "candidate_group", AMONG),
        "candidate_user": Filter(Text(), "candidate_user", AMONG),
        "priority": Filter(Whole(), "priority"),
        "element_id": text_filter("element"),
        "element_instance_key": key_filter("element_key"),
        "process_definition_id": text_filter("process_id"),
        "process_definition_key": key_filter("definition_key"),
        "process_instance_key": key_filter("instance_key"),
        "creation_date": Filter(Moment(), "created_at"),
        "completion_date": Filter(Moment(), "completed_at"),
        "follow_up_date": Filter(Moment(), "follow_up_at"),
        "due_date": Filter(Moment(), "due_at"),
        "process_instance_variables": Several(Inner(VariableWanted), attribute="variables"),
        "case_no": text_filter("case_no"),
        "business_id": text_filter("business_id"),
        "unit": text_filter("unit"),
        "overdue": Flag(attribute="overdue"),
    },
    {
        "creationDate": "created_at",
        "completionDate": "completed_at",
        "followUpDate": "follow_up_at",
        "dueDate": "due_at",
        "priority": "priority",
    },
)
UserTaskPage = page_of(UserTask)


class UserTaskAssignment(Shape):
    """To whom the task goes; without `allowOverride` it stays with whoever has it."""

    assignee = Text(200, 1)
    allow_override = Flag(allow_none=True)
    action = Text(allow_none=True)


class UserTaskCompletion(Shape):
    """What the form was filled in with."""

    variables = Variables(allow_none=True)
    action = Text(allow_none=True)


class Attributes(Shape):
    """Attributes that change; null leaves one as it is, an empty text or list clears it."""

    class Meta:
        # as Camunda has it: other attributes are passed over
        unknown = EXCLUDE

    due_date = Clearable(allow_none=True, attribute="due_at")
    follow_up_date = Clearable(allow_none=True, attribute="follow_up_at")
    candidate_users = Several(Text(200, 1), allow_none=True)
    candidate_groups = Several(Text(200, 1), allow_none=True)
    priority = Whole(0, 100, allow_none=True)


class UserTaskUpdate(Shape):
    """What is changed of a task, and what its listeners are told it is."""

    changeset = Inner(Attributes, allow_none=True)
    action = Text(200, allow_none=True)


def changes(attributes: Mapping[str, Any] | None) -> dict[str, Any]:
    """What a changeset, or a listener's corrections, ask for: by the engine's names, as JSON."""
    given = {name: value for name, value in (attributes or {}).items() if value is not None}
    return {
        name: value.isoformat() if isinstance(value, datetime) else None if value == "" else value
        for name, value in given.items()
    }
