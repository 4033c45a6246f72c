"""What falls due in running instances (case time), and which clock is at it (machine time)."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Index, Integer
from sqlalchemy.orm import Mapped, mapped_column

from engine.store.models.base import Base, key_of_instance


class Timer(Base):
    """A row lives until it fires or is cancelled. `left_times`: how often it still fires after this time.

    A clock that takes a due timer sets `taken_until`; one that could not fire it leaves it there to back off.
    """

    __tablename__ = "timers"
    __table_args__ = (
        CheckConstraint("kind IN ('event', 'warning', 'due', 'reminder')", name="timers_kind"),
        key_of_instance("timers"),
        Index("timers_due", "due_at", "key"),
    )

    key: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    instance_key: Mapped[int]
    element: Mapped[str]
    element_key: Mapped[int]
    kind: Mapped[str]
    due_at: Mapped[datetime]
    cycle: Mapped[str | None]
    left_times: Mapped[int | None] = mapped_column(Integer)
    taken_until: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(Integer, server_default="0")
