"""Units and what lies below and above them."""

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from engine.store.models import Unit

ABOVE = text(
    "WITH RECURSIVE above AS (SELECT id, parent FROM units WHERE id = :unit"
    " UNION SELECT u.id, u.parent FROM units u JOIN above a ON u.id = a.parent) SELECT id FROM above"
)


# Of the column `id` of `heads`, which whoever asks with one statement puts before it: these units and all below them.
# UNION, not UNION ALL: a circle of units, which the file of an organisation may have, comes to an end.
BELOW = """
    below AS (SELECT id FROM heads UNION SELECT u.id FROM units u JOIN below b ON u.parent = b.id)
"""


def above(session: Session, unit: str) -> list[str]:
    """The unit and all above it, nearest first."""
    return list(session.execute(ABOVE, {"unit": unit}).scalars())


def all_units(session: Session) -> list[Unit]:
    return list(session.scalars(select(Unit).order_by(Unit.id)))
