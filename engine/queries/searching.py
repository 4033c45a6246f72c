"""Searching: filter, rights, order and page become one statement, and one more for the total where it is not plain."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Integer, Row, Select, and_, bindparam, func, or_, select
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Session

from engine.errors import Invalid, NotFound

from .filters import Condition, holds, is_instance, within
from .page import FIRST, MOST, Page, PageRequest, cursor, place

Special = Callable[[Any], ColumnElement[bool]]
Sort = Sequence[tuple[str, str]]  # field, ASC or DESC


class Ordered(NamedTuple):
    """One column of an order. Nulls come last, whichever way it goes; read backwards they come first."""

    column: Any
    down: bool
    nulls_first: bool


# Compared as the object it is: it is a key of the statements kept, and its fields can be none.
@dataclass(frozen=True, eq=False)
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
    asked = _asked(wanted)
    order = ordered(table, sort, turned=page.before is not None)
    text = page.before if page.after is None else page.after
    if text is None and (plain := _plainly(table, asked)) is not None:
        places, values = plain
        fitting, query = _prepared(table, places, tuple(map(tuple, sort)), visible)
    else:
        values = {}
        fitting = _fitting(table, _conditions(table, asked), visible)
        beyond_it = None if text is None else beyond(order, place(text, [one.column.type.python_type for one in order]))
        query = _in_order(fitting if beyond_it is None else fitting.where(beyond_it), order)
    found = list(session.execute(query, values | {"_limit": page.limit, "_offset": page.start}).all())
    if page.before is not None:
        found.reverse()
    total = len(found) if _is_whole(page, found) else counted(session, fitting, values)
    ends = [cursor(row[-len(order) :]) for row in (found[0], found[-1])] if found else [None, None]
    return Page(found, min(total, MOST), total > MOST, *ends)


def _asked(wanted: Any) -> dict[str, Condition]:
    """The filter's fields that ask for something."""
    if wanted is None:
        return {}
    return {f.name: value for f in fields(wanted) if (value := getattr(wanted, f.name)) is not None}


def _plainly(
    table: Searchable, asked: Mapping[str, Condition]
) -> tuple[tuple[tuple[str, bool], ...], dict[str, Any]] | None:
    """The fields asked for, each with whether it is the instance rows lie within, and their values by place.

    None where one is compared otherwise than with a value as it stands.
    """
    places = []
    for name, value in asked.items():
        inside = _is_inside(table, name, value)
        field_asked = table.fields.get(name)
        if not inside and (name in table.special or field_asked is None or isinstance(field_asked.type, JSONB)):
            return None
        if not isinstance(value, str | int | Decimal | datetime):
            return None
        places.append((name, inside))
    return tuple(places), {f"_{name}": value for name, value in asked.items()}


@lru_cache(maxsize=500)
def _prepared(
    table: Searchable,
    places: tuple[tuple[str, bool], ...],
    sort: tuple[tuple[str, str], ...],
    visible: ColumnElement[bool] | None,
) -> tuple[Select[Any], Select[Any]]:
    """What fits and the page of it, with a place for each value, made once: SQLAlchemy takes as long for making a
    statement and finding out which one it is as for having it answered."""
    clauses = []
    for name, inside in places:
        value: Any = bindparam(f"_{name}", type_=table.key.type if inside else table.fields[name].type)
        clauses.append(within(table.key, value) if inside else table.fields[name] == value)
    fitting = _fitting(table, clauses, visible)
    return fitting, _in_order(fitting, ordered(table, sort, turned=False))


def _fitting(
    table: Searchable, clauses: Sequence[ColumnElement[bool]], visible: ColumnElement[bool] | None
) -> Select[Any]:
    return table.rows.where(*clauses) if visible is None else table.rows.where(*clauses, visible)


def _in_order(query: Select[Any], order: list[Ordered]) -> Select[Any]:
    """One page, with the columns of its order at the end of each row."""
    query = query.add_columns(*(one.column.label(f"_order_{n}") for n, one in enumerate(order)))
    query = query.order_by(*map(_directed, order))
    return query.limit(bindparam("_limit", type_=Integer)).offset(bindparam("_offset", type_=Integer))


def _directed(one: Ordered) -> ColumnElement[Any]:
    directed = one.column.desc() if one.down else one.column.asc()
    # Said only where it is not PostgreSQL's own way.
    if one.down is one.nulls_first:
        return directed  # type: ignore[no-any-return]
    return directed.nulls_first() if one.nulls_first else directed.nulls_last()  # type: ignore[no-any-return]


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
    return _conditions(table, _asked(wanted))


def _conditions(table: Searchable, asked: Mapping[str, Condition]) -> list[ColumnElement[bool]]:
    return [_condition(table, name, value) for name, value in asked.items()]


def _condition(table: Searchable, name: str, value: Condition) -> ColumnElement[bool]:
    if _is_inside(table, name, value):
        return within(table.key, value)
    return table.special[name](value) if name in table.special else holds(table.fields[name], value, name)


def _is_inside(table: Searchable, name: str, value: Condition) -> bool:
    """Whether the rows asked for are those of one instance, whose keys lie side by side."""
    # A key from within an instance would begin a range that reaches into the next one's.
    return table.inside and name == "instance_key" and isinstance(value, int) and is_instance(value)


def counted(session: Session, query: Select[Any], values: Mapping[str, Any]) -> int:
    """How many fit, counted no further than one beyond what is told."""
    few = query.with_only_columns(1, maintain_column_froms=True).limit(MOST + 1).subquery()
    return session.execute(select(func.count()).select_from(few), values).scalar_one()


def ordered(table: Searchable, sort: Sort, *, turned: bool) -> list[Ordered]:
    """The columns of the order; the key comes last."""
    order = []
    for name, direction in sort:
        if name not in table.fields or direction.upper() not in ("ASC", "DESC"):
            raise Invalid("sort_unknown", field=name, order=direction)
        order.append(Ordered(table.fields[name], (direction.upper() == "DESC") is not turned, turned))
    # Rows of one value go in the direction the last column goes, which one index can serve.
    return [*order, Ordered(table.key, order[-1].down if order else turned, turned)]


def beyond(order: list[Ordered], values: Sequence[Any]) -> ColumnElement[bool]:
    """The rows after a place: those equal in the first columns and beyond in the next."""
    ways = []
    for n, (one, value) in enumerate(zip(order, values, strict=True)):
        same = [_same(before.column, at) for before, at in zip(order[:n], values[:n], strict=True)]
        further = _further(one, value)
        if further is not None:
            ways.append(and_(*same, further))
    return or_(*ways)


def _same(column: Any, value: Any) -> ColumnElement[bool]:
    return column.is_(None) if value is None else column == value  # type: ignore[no-any-return]


def _further(one: Ordered, value: Any) -> ColumnElement[bool] | None:
    """Beyond null there is nothing where nulls come last, else everything."""
    if value is None:
        return one.column.is_not(None) if one.nulls_first else None
    further: ColumnElement[bool] = one.column < value if one.down else one.column > value
    return further if one.nulls_first else or_(further, one.column.is_(None))
