"""Searching: filter, rights, order and page become one statement, and one more for the total where it is not plain."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, func, or_, select
from sqlalchemy.orm import Session

from engine.errors import Invalid, NotFound

from .filters import Condition, holds, is_instance, within
from .page import FIRST, MOST, Page, PageRequest, cursor, place

Special = Callable[[Any], ColumnElement[bool]]
Sort = Sequence[tuple[str, str]]  # field, ASC or DESC


@dataclass(frozen=True)
class Searchable:
    """What can be searched: the rows, their fields by name, the key that makes every order whole.

    `special` are filters that are no comparison with a field. `inside`: the rows' keys are those of their instance.
    """

    rows: Select[Any]
    fields: Mapping[str, Any]
    key: Any
    special: Mapping[str, Special] = field(default_factory=dict)
    unknown: str = "unknown"
    inside: bool = False


def search(
    session: Session,
    table: Searchable,
    wanted: Any = None,
    sort: Sort = (),
    page: PageRequest = FIRST,
    visible: ColumnElement[bool] | None = None,
) -> Page:
    """One page of what fits. `wanted` is a filter dataclass; raises Invalid for fields, orders and cursors unknown."""
    query = table.rows.where(*conditions(table, wanted))
    if visible is not None:
        query = query.where(visible)
    fitting = query
    order = ordered(table, sort, turned=page.before is not None)
    text = page.before if page.after is None else page.after
    if text is not None:
        query = query.where(beyond(order, place(text, [column.type.python_type for column, _ in order])))
    query = query.add_columns(*(column.label(f"_order_{n}") for n, (column, _) in enumerate(order)))
    query = query.order_by(*(column.desc().nulls_last() if down else column.asc() for column, down in order))
    found = list(session.execute(query.limit(page.limit).offset(page.start)).all())
    if page.before is not None:
        found.reverse()
    total = len(found) if _is_whole(page, found) else counted(session, fitting)
    ends = [cursor(row[-len(order) :]) for row in (found[0], found[-1])] if found else [None, None]
    return Page(found, min(total, MOST), total > MOST, *ends)


def _is_whole(page: PageRequest, found: Sequence[Any]) -> bool:
    """Whether a page has all that fits, so that nothing is left to count."""
    return page.start == 0 and page.after is None and page.before is None and len(found) < page.limit


def get(session: Session, table: Searchable, key: int, visible: ColumnElement[bool] | None = None) -> Row[Any]:
    """The one row of a key. Raises NotFound, also for what may not be seen."""
    query = table.rows.where(table.key == key)
    found = session.execute(query if visible is None else query.where(visible)).one_or_none()
    if found is None:
        raise NotFound(table.unknown, key=str(key))
    return found


def conditions(table: Searchable, wanted: Any) -> list[ColumnElement[bool]]:
    """The filter's fields that ask for something, as SQL."""
    if wanted is None:
        return []
    asked = {f.name: getattr(wanted, f.name) for f in fields(wanted)}
    return [_condition(table, name, value) for name, value in asked.items() if value is not None]


def _condition(table: Searchable, name: str, value: Condition) -> ColumnElement[bool]:
    if table.inside and name == "instance_key" and isinstance(value, int) and is_instance(value):
        return within(table.key, value)
    return table.special[name](value) if name in table.special else holds(table.fields[name], value, name)


def counted(session: Session, query: Select[Any]) -> int:
    """How many fit, counted no further than one beyond what is told."""
    few = query.with_only_columns(1, maintain_column_froms=True).limit(MOST + 1).subquery()
    return session.execute(select(func.count()).select_from(few)).scalar_one()


def ordered(table: Searchable, sort: Sort, *, turned: bool) -> list[tuple[Any, bool]]:
    """The columns of the order, each with whether it goes down; the key comes last."""
    order = []
    for name, direction in sort:
        if name not in table.fields or direction.upper() not in ("ASC", "DESC"):
            raise Invalid("sort_unknown", field=name, order=direction)
        order.append((table.fields[name], (direction.upper() == "DESC") is not turned))
    # Rows of one value go in the direction the last column goes, which one index can serve.
    return [*order, (table.key, order[-1][1] if order else turned)]


def beyond(order: list[tuple[Any, bool]], values: Sequence[Any]) -> ColumnElement[bool]:
    """The rows after a place: those equal in the first columns and beyond in the next. Nulls come last."""
    ways = []
    for n, ((column, down), value) in enumerate(zip(order, values, strict=True)):
        same = [_same(c, v) for (c, _), v in zip(order[:n], values[:n], strict=True)]
        further = _further(column, value, down)
        if further is not None:
            ways.append(and_(*same, further))
    return or_(*ways)


def _same(column: Any, value: Any) -> ColumnElement[bool]:
    return column.is_(None) if value is None else column == value  # type: ignore[no-any-return]


def _further(column: Any, value: Any, down: bool) -> ColumnElement[bool] | None:
    """Beyond null there is nothing."""
    if value is None:
        return None
    further = column < value if down else column > value
    return or_(further, column.is_(None))
