"""The units a case is seen by, and all above them (decision 14)."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Index
from sqlalchemy.orm import Mapped, mapped_column

from engine.store.models.base import Base


class InvolvedUnit(Base):
    """`why` and `since` tell of the first time; a unit that is involved stays so."""

    __tablename__ = "involved_units"
    __table_args__ = (
        CheckConstraint("why IN ('owner', 'task', 'starter', 'called')", name="involved_units_why"),
        # What somebody sees is what the units they see are involved in.
        Index("involved_units_of_unit", "unit", "instance_key"),
    )

    instance_key: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    unit: Mapped[str] = mapped_column(primary_key=True)
    why: Mapped[str]
    since: Mapped[datetime]
