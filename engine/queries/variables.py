"""Variables, each in the scope it lives in."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, func, literal, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session

from engine.directory.principal import Principal
from engine.store.models import Instance, Variable

from . import searching
from .filters import Condition
from .page import FIRST, Page, PageRequest
from .rights import sees_case


@dataclass(frozen=True, slots=True, kw_only=True)
class VariableFilter:
    """`value` compares JSON values."""

    instance_key: Condition = None
    root_key: Condition = None
    scope_key: Condition = None
    process_id: Condition = None
    name: Condition = None
    value: Condition = None


FIELDS = {
    "instance_key": Variable.instance_key,
    "root_key": Instance.root_key,
    "scope_key": Variable.scope_key,
    "process_id": Instance.process_id,
    "name": Variable.name,
    "value": Variable.value,
}
_ROWS = select(*(column.label(name) for name, column in FIELDS.items())).join(
    Instance, Instance.key == Variable.instance_key
)
# A variable's name is its key within its scope, so the order takes the scope in as well.
TABLE = searching.Searchable(_ROWS, FIELDS, Variable.name, unknown="variable_unknown")


def search(
    session: Session,
    wanted: VariableFilter | None = None,
    sort: searching.Sort = (),
    page: PageRequest = FIRST,
    principal: Principal | None = None,
) -> Page:
    """A page of the variables of cases that the principal sees."""
    whole = [*sort, *((name, "ASC") for name in ("scope_key",) if name not in dict(sort))]
    return searching.search(session, TABLE, wanted, whole, page, _visible(principal))


def search_effective(
    session: Session,
    instance_key: int,
    scopes: Sequence[int],
    wanted: VariableFilter | None = None,
    sort: searching.Sort = (),
    page: PageRequest = FIRST,
) -> Page:
    """A page of the variables seen through these scopes, nearest first: of one name, the nearest alone."""
    nearest = func.array_position(literal(list(scopes), ARRAY(BigInteger)), Variable.scope_key)
    there = _ROWS.where(Variable.instance_key == instance_key, Variable.scope_key.in_(scopes))
    seen = there.distinct(Variable.name).order_by(Variable.name, nearest).subquery("seen")
    fields = {name: seen.c[name] for name in FIELDS}
    table = searching.Searchable(select(*fields.values()), fields, seen.c.name, unknown=TABLE.unknown)
    return searching.search(session, table, wanted, sort, page)


def visible_from(session: Session, instance_key: int, scopes: Sequence[int]) -> Mapping[str, Any]:
    """The variables seen through these scopes, nearest first."""
    rows = session.execute(
        select(Variable.scope_key, Variable.name, Variable.value).where(
            Variable.instance_key == instance_key, Variable.scope_key.in_(scopes)
        )
    )
    held: dict[int, dict[str, Any]] = {}
    for scope, name, value in rows:
        held.setdefault(scope, {})[name] = value
    seen: dict[str, Any] = {}
    for scope in reversed(scopes):
        seen |= held.get(scope, {})
    return seen


def _visible(principal: Principal | None) -> ColumnElement[bool] | None:
    return sees_case(principal, Variable.instance_key)
