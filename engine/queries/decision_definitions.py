"""Decision definitions."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from engine.store.models import Definition, Deployment

from . import searching
from .filters import Condition
from .page import FIRST, Page, PageRequest
from .process_definitions import only_latest

FIELDS = {
    "key": Definition.key,
    "id": Definition.id,
    "name": Definition.name,
    "version": Definition.version,
    "version_tag": Definition.version_tag,
    "resource": Definition.resource,
    "drg_key": Definition.drg_key,
    "deployment_key": Definition.deployment_key,
    "texts": Definition.texts,
    "deployed_at": Deployment.deployed_at,
}
TABLE = searching.Searchable(
    select(*(column.label(name) for name, column in FIELDS.items()))
    .join(Deployment, Deployment.key == Definition.deployment_key)
    .where(Definition.kind == "decision"),
    FIELDS,
    Definition.key,
    {"latest": only_latest},
    "definition_unknown",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionDefinitionFilter:
    """`drg_key` is that of the file's decisions together; `latest`: true for the newest version of each id only."""

    key: Condition = None
    id: Condition = None
    name: Condition = None
    version: Condition = None
    version_tag: Condition = None
    drg_key: Condition = None
    latest: bool | None = None


def search(
    session: Session,
    wanted: DecisionDefinitionFilter | None = None,
    sort: searching.Sort = (),
    page: PageRequest = FIRST,
) -> Page:
    """A page of decision definitions; whoever is known sees them all."""
    return searching.search(session, TABLE, wanted, sort, page)


def get(session: Session, key: int) -> Row[Any]:
    """One decision definition. Raises NotFound."""
    return searching.get(session, TABLE, key)
