"""History rows, as a case page and an auditor read them."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.directory.principal import Principal
from engine.store.models import HistoryRow

from . import searching
from .filters import Condition
from .page import FIRST, Page, PageRequest
from .rights import sees_case


@dataclass(frozen=True, slots=True, kw_only=True)
class EventFilter:
    """`at` is case time, `machine_at` real time."""

    key: Condition = None
    instance_key: Condition = None
    root_key: Condition = None
    kind: Condition = None
    element: Condition = None
    element_key: Condition = None
    actor: Condition = None
    on_behalf_of: Condition = None
    unit: Condition = None
    source: Condition = None
    request_id: Condition = None
    at: Condition = None
    machine_at: Condition = None


FIELDS = {
    "key": HistoryRow.key,
    "at": HistoryRow.at,
    "machine_at": HistoryRow.machine_at,
    "instance_key": HistoryRow.instance_key,
    "root_key": HistoryRow.root_key,
    "kind": HistoryRow.kind,
    "element": HistoryRow.element,
    "element_key": HistoryRow.element_key,
    "actor": HistoryRow.actor,
    "on_behalf_of": HistoryRow.on_behalf_of,
    "unit": HistoryRow.unit,
    "source": HistoryRow.source,
    "request_id": HistoryRow.request_id,
    "data": HistoryRow.data,
}
TABLE = searching.Searchable(
    select(*(column.label(name) for name, column in FIELDS.items())), FIELDS, HistoryRow.key, unknown="event_unknown"
)


def search(
    session: Session,
    wanted: EventFilter | None = None,
    sort: searching.Sort = (),
    page: PageRequest = FIRST,
    principal: Principal | None = None,
) -> Page:
    """A page of what happened in the cases that the principal sees, in the order of the keys."""
    return searching.search(session, TABLE, wanted, sort, page, sees_case(principal, HistoryRow.instance_key))
