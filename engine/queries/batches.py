"""Batches, and what came of them for each instance."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Row, func, select
from sqlalchemy.orm import Session

from engine.directory.principal import Principal
from engine.store.models import Batch, BatchItem, Instance

from . import searching
from .filters import Condition
from .page import FIRST, Page, PageRequest


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchFilter:
    """`kind`: cancel, migrate, modify, resolve; `state`: active, completed, canceled."""

    key: Condition = None
    kind: Condition = None
    state: Condition = None
    created_by: Condition = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchItemFilter:
    """`state`: active, completed, failed, canceled."""

    batch_key: Condition = None
    instance_key: Condition = None
    kind: Condition = None
    state: Condition = None


def _count(state: str) -> Any:
    items = select(func.count()).where(BatchItem.batch_key == Batch.key, BatchItem.state == state)
    return items.correlate(Batch).scalar_subquery()


FIELDS = {
    "key": Batch.key,
    "kind": Batch.kind,
    "state": Batch.state,
    "created_by": Batch.created_by,
    "total": Batch.total,
    "started_at": Batch.started_at,
    "ended_at": Batch.ended_at,
}
COUNTS = {"completed": _count("completed"), "failed": _count("failed")}
TABLE = searching.Searchable(
    select(*(column.label(name) for name, column in {**FIELDS, **COUNTS}.items())),
    FIELDS,
    Batch.key,
    unknown="batch_unknown",
)
ITEM_FIELDS = {
    "batch_key": BatchItem.batch_key,
    "kind": Batch.kind,
    "instance_key": BatchItem.instance_key,
    "root_key": Instance.root_key,
    "state": BatchItem.state,
    "processed_at": BatchItem.processed_at,
    "error": BatchItem.error,
}
ITEMS = searching.Searchable(
    select(*(column.label(name) for name, column in ITEM_FIELDS.items()))
    .join(Batch, Batch.key == BatchItem.batch_key)
    # A key that names no instance is refused like any other, and what came of it has to be told too.
    .join(Instance, Instance.key == BatchItem.instance_key, isouter=True),
    ITEM_FIELDS,
    BatchItem.instance_key,
)


def search(
    session: Session,
    wanted: BatchFilter | None = None,
    sort: searching.Sort = (),
    page: PageRequest = FIRST,
    principal: Principal | None = None,
) -> Page:
    """A page of the batches of the principal's units."""
    return searching.search(session, TABLE, wanted, sort, page, _seen(principal))


def get(session: Session, key: int, principal: Principal | None = None) -> Row[Any]:
    """One batch. Raises NotFound, also for one that is not seen."""
    return searching.get(session, TABLE, key, _seen(principal))


def search_items(
    session: Session,
    wanted: BatchItemFilter | None = None,
    sort: searching.Sort = (),
    page: PageRequest = FIRST,
    principal: Principal | None = None,
) -> Page:
    """A page of what came of batches for each instance."""
    # An instance may be in several batches: without their order a page could not go on after its last row.
    order = [*sort, ("batch_key", sort[-1][1] if sort else "ASC")]
    return searching.search(session, ITEMS, wanted, order, page, _seen(principal))


def _seen(principal: Principal | None) -> ColumnElement[bool] | None:
    return None if principal is None or principal.is_admin() else Batch.unit.in_(principal.units)
