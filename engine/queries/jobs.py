"""Jobs that are not done yet; of ended ones history tells."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from engine.directory.principal import Principal
from engine.store.models import Instance, Job

from . import searching
from .filters import Condition
from .page import FIRST, Page, PageRequest
from .rights import sees_case


@dataclass(frozen=True, slots=True, kw_only=True)
class JobFilter:
    """`lease_until` and `available_at` are machine time."""

    key: Condition = None
    type: Condition = None
    kind: Condition = None
    state: Condition = None
    worker: Condition = None
    retries: Condition = None
    attempts: Condition = None
    element: Condition = None
    element_key: Condition = None
    instance_key: Condition = None
    root_key: Condition = None
    process_id: Condition = None
    definition_key: Condition = None
    lease_until: Condition = None
    available_at: Condition = None
    error_code: Condition = None
    error_message: Condition = None
    created_at: Condition = None


FIELDS = {
    "key": Job.key,
    "type": Job.type,
    "kind": Job.kind,
    "state": Job.state,
    "worker": Job.worker,
    "retries": Job.retries,
    "attempts": Job.attempts,
    "priority": Job.priority,
    "headers": Job.headers,
    "element": Job.element,
    "element_key": Job.element_key,
    "instance_key": Job.instance_key,
    "root_key": Instance.root_key,
    "case_no": Instance.case_no,
    "process_id": Job.process_id,
    "definition_key": Job.definition_key,
    "lease_until": Job.lease_until,
    "available_at": Job.available_at,
    "handled": Job.handled,
    "error_code": Job.error_code,
    "error_message": Job.error_message,
    "created_at": Job.created_at,
}
TABLE = searching.Searchable(
    select(*(column.label(name) for name, column in FIELDS.items())).join(Instance, Instance.key == Job.instance_key),
    FIELDS,
    Job.key,
    unknown="job_unknown",
    inside=True,
)


def search(
    session: Session,
    wanted: JobFilter | None = None,
    sort: searching.Sort = (),
    page: PageRequest = FIRST,
    principal: Principal | None = None,
) -> Page:
    """A page of the jobs of cases that the principal sees."""
    return searching.search(session, TABLE, wanted, sort, page, sees_case(principal, Job.instance_key))


def get(session: Session, key: int, principal: Principal | None = None) -> Row[Any]:
    """One job. Raises NotFound, also for one that is not seen."""
    return searching.get(session, TABLE, key, sees_case(principal, Job.instance_key))
