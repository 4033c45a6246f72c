"""DMN files by version: the decisions of one file that were deployed together."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, func, select
from sqlalchemy.orm import Session

from engine.store.models import Definition

from . import searching
from .filters import Condition
from .page import FIRST, Page, PageRequest

_FILES = (
    select(
        Definition.drg_key.label("key"),
        func.min(Definition.resource).label("resource"),
        func.max(Definition.version).label("version"),
        func.min(Definition.key).label("decision_key"),
    )
    .where(Definition.kind == "decision")
    .group_by(Definition.drg_key)
    .subquery()
)
FIELDS = {
    "key": _FILES.c.key,
    "resource": _FILES.c.resource,
    "version": _FILES.c.version,
    "decision_key": _FILES.c.decision_key,  # of one of its decisions: any of them has the file
}
TABLE = searching.Searchable(select(*FIELDS.values()), FIELDS, _FILES.c.key, unknown="definition_unknown")


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionRequirementsFilter:
    """A file is known by its name."""

    key: Condition = None
    resource: Condition = None
    version: Condition = None


def search(
    session: Session,
    wanted: DecisionRequirementsFilter | None = None,
    sort: searching.Sort = (),
    page: PageRequest = FIRST,
) -> Page:
    """A page of DMN files; whoever is known sees them all."""
    return searching.search(session, TABLE, wanted, sort, page)


def get(session: Session, key: int) -> Row[Any]:
    """One DMN file. Raises NotFound."""
    return searching.get(session, TABLE, key)
