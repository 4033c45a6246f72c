"""Incidents."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, func, select
from sqlalchemy.orm import Session

from engine.directory.principal import Principal
from engine.store.models import Definition, Incident, Instance

from . import searching
from .filters import Condition
from .page import FIRST, Page, PageRequest
from .rights import sees_case

MOST_GROUPS = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentFilter:
    """`kind` is Camunda 8's errorType."""

    key: Condition = None
    kind: Condition = None
    code: Condition = None
    state: Condition = None
    element: Condition = None
    element_key: Condition = None
    job_key: Condition = None
    instance_key: Condition = None
    root_key: Condition = None
    process_id: Condition = None
    definition_key: Condition = None
    created_at: Condition = None
    resolved_at: Condition = None


FIELDS = {
    "key": Incident.key,
    "kind": Incident.kind,
    "code": Incident.code,
    "parameters": Incident.parameters,
    "state": Incident.state,
    "element": Incident.element,
    "element_key": Incident.element_key,
    "job_key": Incident.job_key,
    "instance_key": Incident.instance_key,
    "root_key": Instance.root_key,
    "case_no": Instance.case_no,
    "process_id": Incident.process_id,
    "process_name": Definition.name,
    "definition_key": Incident.definition_key,
    "created_at": Incident.created_at,
    "resolved_at": Incident.resolved_at,
}
TABLE = searching.Searchable(
    select(*(column.label(name) for name, column in FIELDS.items()))
    .join(Instance, Instance.key == Incident.instance_key)
    .join(Definition, Definition.key == Incident.definition_key),
    FIELDS,
    Incident.key,
    unknown="incident_unknown",
    inside=True,
)


def search(
    session: Session,
    wanted: IncidentFilter | None = None,
    sort: searching.Sort = (),
    page: PageRequest = FIRST,
    principal: Principal | None = None,
) -> Page:
    """A page of the incidents of cases that the principal sees."""
    return searching.search(session, TABLE, wanted, sort, page, sees_case(principal, Incident.instance_key))


def get(session: Session, key: int, principal: Principal | None = None) -> Row[Any]:
    """One incident. Raises NotFound, also for one that is not seen."""
    return searching.get(session, TABLE, key, sees_case(principal, Incident.instance_key))


def groups(session: Session, principal: Principal | None = None) -> list[Row[Any]]:
    """Open incidents of one cause: the same code at the same element of one version. The largest group first.

    Each row has `number`, `cases`, `oldest`, `latest`, and one incident's `key` and `parameters` as an example.
    """
    same = (Incident.process_id, Instance.version, Incident.definition_key, Incident.element, Incident.code)
    query = select(
        *same,
        func.count().label("number"),
        func.count(Incident.instance_key.distinct()).label("cases"),
        func.min(Incident.created_at).label("oldest"),
        func.max(Incident.created_at).label("latest"),
        func.min(Incident.key).label("key"),
    ).join(Instance, Instance.key == Incident.instance_key)
    query = query.where(Incident.state == "active")
    visible = sees_case(principal, Incident.instance_key)
    if visible is not None:
        query = query.where(visible)
    found = query.group_by(*same).subquery()
    # Parameters differ within a group: they are read of the one incident that stands for it.
    told = select(found, Incident.parameters).join(Incident, Incident.key == found.c.key)
    return list(session.execute(told.order_by(found.c.number.desc(), found.c.key).limit(MOST_GROUPS)))
