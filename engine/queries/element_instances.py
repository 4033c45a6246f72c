"""Element instances: what history tells of each token, and whether it is still there."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, Text, case, func, select
from sqlalchemy.dialects.postgresql import ARRAY, aggregate_order_by
from sqlalchemy.orm import Session

from engine.directory.principal import Principal
from engine.errors import NotFound
from engine.store.models import HistoryRow, Incident, Instance

from . import searching
from .filters import Condition
from .page import FIRST, Page, PageRequest
from .rights import sees_case

# An element that is entered and left in one step has one row, the one that tells of its end; one that got stuck on
# entering has its incident's. The process itself is the element whose key is the instance's. A migration may bring it
# to another element.
_BEGUN = ("element_activated", "instance_started", "incident_raised", "element_migrated")
_COMPLETED = ("element_completed", "instance_completed")
_TERMINATED = ("element_terminated", "instance_canceled")
# An incident may be that of a join in it.
_last = aggregate_order_by(HistoryRow.element, HistoryRow.kind == "incident_raised", HistoryRow.key.desc())
_element = func.array_agg(_last, type_=ARRAY(Text))[1]
_ended = func.max(HistoryRow.at).filter(HistoryRow.kind.not_in(_BEGUN))
_terminated = func.bool_or(HistoryRow.kind.in_(_TERMINATED))
_completed = func.bool_or(HistoryRow.kind.in_(_COMPLETED))
_TOKENS = (
    select(
        HistoryRow.element_key.label("key"),
        HistoryRow.instance_key.label("instance_key"),
        _element.label("element"),
        func.min(HistoryRow.at).label("started_at"),
        _ended.label("ended_at"),
        case((_completed, "completed"), (_terminated, "terminated"), else_="active").label("state"),
    )
    .where(HistoryRow.kind.in_(_BEGUN + _COMPLETED + _TERMINATED), HistoryRow.element_key.is_not(None))
    .group_by(HistoryRow.instance_key, HistoryRow.element_key)
    .subquery("tokens")
)
_has_incident = select(Incident.key).where(Incident.element_key == _TOKENS.c.key, Incident.state == "active").exists()


@dataclass(frozen=True, slots=True, kw_only=True)
class ElementInstanceFilter:
    """`state`: active, completed, terminated. Naming the instance keeps the search in its history."""

    key: Condition = None
    instance_key: Condition = None
    element: Condition = None
    state: Condition = None
    process_id: Condition = None
    definition_key: Condition = None
    started_at: Condition = None
    ended_at: Condition = None
    has_incident: bool | None = None


FIELDS = {
    "key": _TOKENS.c.key,
    "instance_key": _TOKENS.c.instance_key,
    "element": _TOKENS.c.element,
    "state": _TOKENS.c.state,
    "process_id": Instance.process_id,
    "definition_key": Instance.definition_key,
    "root_key": Instance.root_key,
    "started_at": _TOKENS.c.started_at,
    "ended_at": _TOKENS.c.ended_at,
    "has_incident": _has_incident,
}
TABLE = searching.Searchable(
    select(*(column.label(name) for name, column in FIELDS.items())).join(
        Instance, Instance.key == _TOKENS.c.instance_key
    ),
    FIELDS,
    _TOKENS.c.key,
    {"has_incident": lambda wanted: _has_incident if wanted else ~_has_incident},
    "element_instance_unknown",
)


def search(
    session: Session,
    wanted: ElementInstanceFilter | None = None,
    sort: searching.Sort = (),
    page: PageRequest = FIRST,
    principal: Principal | None = None,
) -> Page:
    """A page of the element instances of cases that the principal sees."""
    return searching.search(session, TABLE, wanted, sort, page, sees_case(principal, _TOKENS.c.instance_key))


def get(session: Session, key: int, principal: Principal | None = None) -> Row[Any]:
    """One element instance. Raises NotFound, also for one that is not seen."""
    wanted = ElementInstanceFilter(key=key, instance_key=key >> 24 << 24)
    page = search(session, wanted, principal=principal)
    if not page.items:
        raise NotFound(TABLE.unknown, key=str(key))
    return page.items[0]
