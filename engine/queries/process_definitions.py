"""Process definitions."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Row, select
from sqlalchemy.orm import Session, aliased

from engine.store.models import Definition, Deployment

from . import searching
from .filters import Condition
from .page import FIRST, Page, PageRequest


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcessDefinitionFilter:
    """`latest`: true for the newest version of each id only."""

    key: Condition = None
    id: Condition = None
    name: Condition = None
    version: Condition = None
    version_tag: Condition = None
    resource: Condition = None
    latest: bool | None = None


def only_latest(wanted: bool) -> ColumnElement[bool]:
    """Whether no newer version of the same id is there, or whether one is."""
    newer = aliased(Definition)
    there = (
        select(newer.key)
        .where(newer.kind == Definition.kind, newer.id == Definition.id, newer.version > Definition.version)
        .exists()
    )
    return ~there if wanted else there


FIELDS = {
    "key": Definition.key,
    "id": Definition.id,
    "name": Definition.name,
    "version": Definition.version,
    "version_tag": Definition.version_tag,
    "resource": Definition.resource,
    "deployment_key": Definition.deployment_key,
    "texts": Definition.texts,
    "deployed_at": Deployment.deployed_at,
    "deployed_by": Deployment.deployed_by,
}
TABLE = searching.Searchable(
    select(*(column.label(name) for name, column in FIELDS.items()))
    .join(Deployment, Deployment.key == Definition.deployment_key)
    .where(Definition.kind == "process"),
    FIELDS,
    Definition.key,
    {"latest": only_latest},
    "definition_unknown",
)


def search(
    session: Session,
    wanted: ProcessDefinitionFilter | None = None,
    sort: searching.Sort = (),
    page: PageRequest = FIRST,
) -> Page:
    """A page of process definitions; whoever is known sees them all."""
    return searching.search(session, TABLE, wanted, sort, page)


def get(session: Session, key: int) -> Row[Any]:
    """One process definition. Raises NotFound."""
    return searching.get(session, TABLE, key)
