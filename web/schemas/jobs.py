"""Jobs: leased by workers, answered, searched."""

import json
from datetime import datetime
from typing import Any

from marshmallow import EXCLUDE

from web.schemas.fields import (
    Choice,
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
from web.schemas.search import Filter, Tenant, default_tenant, key_filter, page_of, search_body, text_filter
from web.schemas.user_tasks import Attributes

STATES = {"CREATED": "created", "ACTIVATED": "activated", "FAILED": "failed", "ERROR_THROWN": "error_thrown"}
# What the engine adds to a listener's headers.
EVENT, RESERVED = "listenerEventType", "io.camunda.zeebe:"
LONGEST_LEASE = 7 * 24 * 3600 * 1000


def milliseconds(moment: datetime) -> int:
    """Since 1970."""
    return int(moment.timestamp() * 1000)


class JobActivation(Shape):
    """How many jobs of a type a worker wants, for how long, and how long it waits for the first (milliseconds)."""

    type = Text(200, 1, required=True)
    timeout = Whole(1, LONGEST_LEASE, required=True)
    max_jobs_to_activate = Whole(1, 1000, required=True)
    worker = Text(200)
    fetch_variable = Several(Text())
    request_timeout = Whole(-1, 2**31 - 1)
    tenant_ids = Several(Tenant())
    tenant_filter = Choice({"PROVIDED": "PROVIDED", "ASSIGNED": "ASSIGNED"})


def _kind(job: Any) -> str:
    # Camunda has no name for reminders, which are ours.
    return "BPMN_ELEMENT" if job.kind == "REMINDER" else str(job.kind)


def _listens_to(job: Any) -> str:
    if not job.kind.endswith("LISTENER"):
        return "UNSPECIFIED"
    event = str(job.headers.get(EVENT, "UNSPECIFIED"))
    return "BEFORE_ALL" if event == "beforeAll" else event.upper()


def _headers(job: Any) -> dict[str, str]:
    return {name: text for name, text in job.headers.items() if name != EVENT}


def _user_task(job: Any) -> dict[str, Any] | None:
    """The task that a listener hears of; null for every other job."""
    if job.kind != "TASK_LISTENER":
        return None
    told = {name.removeprefix(RESERVED): text for name, text in job.headers.items() if name.startswith(RESERVED)}
    lists = ("candidateGroups", "candidateUsers", "changedAttributes")
    texts = ("action", "assignee", "dueDate", "followUpDate", "formKey", "userTaskKey")
    return {
        **{name: told.get(name) for name in texts},
        **{name: json.loads(told.get(name, "[]")) for name in lists},
        "priority": int(told["priority"]),
    }


class ActivatedJob(Shape):
    """A job in a worker's hands until `deadline` (milliseconds since 1970). `caseNo` and `businessId` are ours."""

    type = Text()
    process_definition_id = Text(attribute="process_id")
    process_definition_version = Whole(attribute="process_version")
    process_definition_key = Key(attribute="definition_key")
    process_instance_key = Key(attribute="instance_key")
    root_process_instance_key = Made(lambda _: None)
    element_id = Text(attribute="element")
    element_instance_key = Key(attribute="element_key")
    job_key = Key(attribute="key")
    custom_headers = Made(_headers, "object")
    worker = Text()
    retries = Whole()
    deadline = Made(lambda job: milliseconds(job.deadline), "integer")
    variables = Variables()
    tenant_id = default_tenant()
    kind = Made(_kind)
    listener_event_type = Made(_listens_to)
    user_task = Made(_user_task, "object")
    tags = Made(lambda _: [], "array", metadata={"items": {"type": "string"}})
    case_no = Text()
    business_id = Text()


class JobActivated(Shape):
    """The jobs a worker has got."""

    jobs = Several(Inner(ActivatedJob))


class Corrections(Attributes):
    """What a task's listener makes of it; like a changeset, and the assignee besides."""

    assignee = Text(200, allow_none=True)


class JobResult(Shape):
    """What a listener of a user task says: no and why, or yes and what is corrected."""

    class Meta:
        unknown = EXCLUDE

    type = Choice({"userTask": "userTask"}, allow_none=True)
    denied = Flag(allow_none=True)
    denied_reason = Text(4000, allow_none=True)
    corrections = Inner(Corrections, allow_none=True)


class JobCompletion(Shape):
    """The result of a job."""

    variables = Variables(allow_none=True)
    result = Inner(JobResult, allow_none=True)


class JobFailure(Shape):
    """A run that did not succeed; `retryBackOff` in milliseconds."""

    retries = Whole(0)
    error_message = Text()
    retry_back_off = Whole(0, LONGEST_LEASE)
    variables = Variables()


class JobError(Shape):
    """The answer no, as an error of the diagram."""

    error_code = Text(500, 1, required=True)
    error_message = Text(allow_none=True)
    variables = Variables(allow_none=True)


class JobChanges(Shape):
    """New retries, or a new end of the lease in milliseconds from now."""

    retries = Whole(1, allow_none=True)
    timeout = Whole(1, LONGEST_LEASE, allow_none=True)


class JobUpdate(Shape):
    """What is changed of a job."""

    changeset = Inner(JobChanges, required=True)
    operation_reference = Whole(1, 2**63 - 1)


def _told_state(row: Any) -> str:
    # Camunda has no state for a job in a worker's hands.
    return "CREATED" if row.state == "activated" else str(row.state).upper()


class Job(Shape):
    """A job that is not done yet."""

    custom_headers = Made(_headers, "object")
    deadline = Moment(attribute="lease_until")
    denied_reason = Made(lambda _: None)
    element_id = Text(attribute="element")
    element_instance_key = Key(attribute="element_key")
    end_time = Made(lambda _: None)
    error_code = Text()
    error_message = Text()
    has_failed_with_retries_left = Made(lambda row: row.error_message is not None and row.retries > 0, "boolean")
    is_denied = Made(lambda _: None, "boolean")
    job_key = Key(attribute="key")
    kind = Made(_kind)
    listener_event_type = Made(_listens_to)
    process_definition_id = Text(attribute="process_id")
    process_definition_key = Key(attribute="definition_key")
    process_instance_key = Key(attribute="instance_key")
    root_process_instance_key = Key(attribute="root_key")
    retries = Whole()
    attempts = Whole()
    state = Made(_told_state)
    tenant_id = default_tenant()
    type = Text()
    worker = Made(lambda row: row.worker or "")
    creation_time = Moment(attribute="created_at")
    last_update_time = Made(lambda _: None)


JobSearch = search_body(
    "Job",
    {
        "job_key": key_filter("key"),
        "type": text_filter("type"),
        "state": Filter(Choice(STATES), "state"),
        "worker": text_filter("worker"),
        "retries": Filter(Whole(), "retries"),
        "element_id": text_filter("element"),
        "element_instance_key": key_filter("element_key"),
        "process_instance_key": key_filter("instance_key"),
        "process_definition_id": text_filter("process_id"),
        "process_definition_key": key_filter("definition_key"),
        "deadline": Filter(Moment(), "lease_until"),
        "error_code": text_filter("error_code"),
        "error_message": text_filter("error_message"),
        "creation_time": Filter(Moment(), "created_at"),
    },
    {
        "jobKey": "key",
        "type": "type",
        "state": "state",
        "worker": "worker",
        "retries": "retries",
        "elementId": "element",
        "elementInstanceKey": "element_key",
        "processInstanceKey": "instance_key",
        "processDefinitionId": "process_id",
        "processDefinitionKey": "definition_key",
        "deadline": "lease_until",
        "errorCode": "error_code",
        "errorMessage": "error_message",
    },
)
JobPage = page_of(Job)
