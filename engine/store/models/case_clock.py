"""The one row that moves case time (see `engine.store.case_clock`)."""

from datetime import datetime, timedelta

from sqlalchemy import CheckConstraint, SmallInteger
from sqlalchemy.orm import Mapped, mapped_column

from engine.store.models.base import Base


class CaseClock(Base):
    """`shift` is added to real time, or case time stands at `frozen_at`."""

    __tablename__ = "case_clock"
    __table_args__ = (
        # One row for ever: a second one would make case time ambiguous.
        CheckConstraint("id = 1", name="case_clock_one_row"),
        # A frozen clock has a time it stands at, a running one has none.
        CheckConstraint(
            "mode IN ('offset', 'frozen') AND (mode = 'frozen') = (frozen_at IS NOT NULL)", name="case_clock_mode"
        ),
    )

    id: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    mode: Mapped[str]
    shift: Mapped[timedelta]
    frozen_at: Mapped[datetime | None]
