"""Units and what lies below and above them."""

from collections.abc import Iterable

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from engine.store.models import Unit

BELOW = text(
    "WITH RECURSIVE below AS (SELECT id FROM units WHERE id = ANY(:units)"
    " UNION SELECT u.id FROM units u JOIN below b ON u.parent = b.id) SELECT id FROM below"
)
ABOVE = text(
    "WITH RECURSIVE above AS (SELECT id, parent FROM units WHERE id = :unit"
    " UNION SELECT u.id, u.parent FROM units u JOIN above a ON u.id = a.parent) SELECT id FROM above"
)


def below(session: Session, units: Iterable[str]) -> frozenset[str]:
    """These units and all below them: the units whose cases a person of theirs sees."""
    return frozenset(session.execute(BELOW, {"units": list(units)}).scalars())


def above(session: Session, unit: str) -> list[str]:
    """The unit and all above it, nearest first."""
    return list(session.execute(ABOVE, {"unit": unit}).scalars())


def all_units(session: Session) -> list[Unit]:
    return list(session.scalars(select(Unit).order_by(Unit.id)))
