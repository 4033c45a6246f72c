"""The last case number drawn in each run of numbers."""

from datetime import date

from sqlalchemy import CheckConstraint, Integer
from sqlalchemy.orm import Mapped, mapped_column

from engine.store.models.base import Base


class CaseNumber(Base):
    """One run: a prefix, `HQ` or the province's letters, and a day. Drawing is one upsert."""

    __tablename__ = "case_numbers"
    __table_args__ = (
        # Numbers begin with 1 and only go up.
        CheckConstraint("last > 0", name="case_numbers_last"),
    )

    prefix: Mapped[str] = mapped_column(primary_key=True)
    unit: Mapped[str] = mapped_column(primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    last: Mapped[int] = mapped_column(Integer)
