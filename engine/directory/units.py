"""Units and what lies below and above them."""

from collections.abc import Iterable

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from engine.store.models import Unit

ABOVE = text(
    "WITH RECURSIVE above AS (SELECT id, parent FROM units WHERE id = :unit"
    " UNION SELECT u.id, u.parent FROM units u JOIN above a ON u.id = a.parent) SELECT id FROM above"
)


def below(session: Session, units: Iterable[str]) -> frozenset[str]:
    """These units and all below them: the units whose cases a person of theirs sees."""
    tree = select(Unit.id).where(Unit.id.in_(list(units))).cte("below", recursive=True)
    tree = tree.union(select(Unit.id).join(tree, Unit.parent == tree.c.id))
    # A select, as SQLAlchemy knows it, opens no transaction; every request asks this.
    return frozenset(session.scalars(select(tree.c.id)))


def above(session: Session, unit: str) -> list[str]:
    """The unit and all above it, nearest first."""
    return list(session.execute(ABOVE, {"unit": unit}).scalars())


def all_units(session: Session) -> list[Unit]:
    return list(session.scalars(select(Unit).order_by(Unit.id)))
