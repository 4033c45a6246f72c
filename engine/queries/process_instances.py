"""Process instances."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, or_, select
from sqlalchemy.orm import Session

from engine.directory.principal import Principal
from engine.store.models import Definition, Incident, Instance, InvolvedUnit, Variable

from . import searching
from .filters import Condition, holds, within
from .page import FIRST, Page, PageRequest
from .rights import sees_case


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcessInstanceFilter:
    """`text` is looked for in case numbers and business ids; `variables` are {name, value} of the case itself.

    `involved_unit`: a unit that the case is seen by; `element`: an element with an open incident.
    """

    key: Condition = None
    process_id: Condition = None
    definition_key: Condition = None
    version: Condition = None
    process_name: Condition = None
    state: Condition = None
    held: Condition = None
    suspended: Condition = None
    parent_key: Condition = None
    parent_element_key: Condition = None
    root_key: Condition = None
    business_id: Condition = None
    case_no: Condition = None
    unit: Condition = None
    starter: Condition = None
    started_at: Condition = None
    ended_at: Condition = None
    has_incident: bool | None = None
    incident_element: str | None = None
    involved_unit: Condition = None
    text: str | None = None
    variables: Sequence[Mapping[str, Any]] | None = None


def _has_incident(wanted: bool) -> ColumnElement[bool]:
    return Instance.incidents > 0 if wanted else Instance.incidents == 0


def _incident_element(element: str) -> ColumnElement[bool]:
    there = (within(Incident.key, Instance.key), Incident.element == element, Incident.state == "active")
    return select(Incident.key).where(*there).exists()


def _involved(condition: Condition) -> ColumnElement[bool]:
    unit = holds(InvolvedUnit.unit, condition, "involved_unit")
    return select(InvolvedUnit.unit).where(InvolvedUnit.instance_key == Instance.key, unit).exists()


def _text(text: str) -> ColumnElement[bool]:
    return or_(Instance.case_no.contains(text, autoescape=True), Instance.business_id.contains(text, autoescape=True))


def _variables(wanted: Sequence[Mapping[str, Any]]) -> ColumnElement[bool]:
    return and_(*(_variable(one["name"], one.get("value")) for one in wanted))


def _variable(name: str, value: Condition) -> ColumnElement[bool]:
    there = (Variable.instance_key == Instance.key, Variable.scope_key == Instance.key, Variable.name == name)
    return select(Variable.name).where(*there, holds(Variable.value, value, name)).exists()


FIELDS = {
    "key": Instance.key,
    "process_id": Instance.process_id,
    "definition_key": Instance.definition_key,
    "version": Instance.version,
    "version_tag": Definition.version_tag,
    "process_name": Definition.name,
    "state": Instance.state,
    "held": Instance.held,
    "suspended": Instance.suspended,
    "parent_key": Instance.parent_key,
    "parent_element_key": Instance.parent_element_key,
    "root_key": Instance.root_key,
    "business_id": Instance.business_id,
    "case_no": Instance.case_no,
    "unit": Instance.unit,
    "starter": Instance.starter,
    "started_at": Instance.started_at,
    "ended_at": Instance.ended_at,
    "incidents": Instance.incidents,
}
TABLE = searching.Searchable(
    select(*(column.label(name) for name, column in FIELDS.items())).join(
        Definition, Definition.key == Instance.definition_key
    ),
    FIELDS,
    Instance.key,
    {
        "has_incident": _has_incident,
        "incident_element": _incident_element,
        "involved_unit": _involved,
        "text": _text,
        "variables": _variables,
    },
    "instance_unknown",
)


def search(
    session: Session,
    wanted: ProcessInstanceFilter | None = None,
    sort: searching.Sort = (),
    page: PageRequest = FIRST,
    principal: Principal | None = None,
) -> Page:
    """A page of the cases that the principal sees."""
    return searching.search(session, TABLE, wanted, sort, page, sees_case(principal, Instance.key))


def keys(session: Session, wanted: ProcessInstanceFilter | None, principal: Principal, *, roots: bool) -> list[int]:
    """The keys of all running cases that fit and the principal sees; with `roots`, of those that no other called."""
    query = select(Instance.key).join(Definition, Definition.key == Instance.definition_key)
    query = query.where(Instance.state == "active", *searching.conditions(TABLE, wanted))
    visible = sees_case(principal, Instance.key)
    if visible is not None:
        query = query.where(visible)
    if roots:
        query = query.where(Instance.parent_key.is_(None))
    return list(session.execute(query.order_by(Instance.key)).scalars())


def get(session: Session, key: int, principal: Principal | None = None) -> Row[Any]:
    """One case. Raises NotFound, also for one that is not seen."""
    return searching.get(session, TABLE, key, sees_case(principal, Instance.key))


def callers(session: Session, key: int | None, principal: Principal | None = None) -> list[Row[Any]]:
    """A case and those it was called by, the root first; the way ends above one that is not seen."""
    found: list[Row[Any]] = []
    while key is not None:
        page = search(session, ProcessInstanceFilter(key=key), principal=principal)
        if not page.items:
            break
        found.insert(0, page.items[0])
        key = page.items[0].parent_key
    return found


def units_of(session: Session, key: int) -> Sequence[Row[Any]]:
    """The involved units of a case: unit, why, since, the oldest first."""
    columns = select(InvolvedUnit.unit, InvolvedUnit.why, InvolvedUnit.since)
    return session.execute(columns.where(InvolvedUnit.instance_key == key).order_by(InvolvedUnit.since)).all()
