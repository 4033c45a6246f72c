"""What opens instances: the start events of the latest version of each process."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer
from sqlalchemy.orm import Mapped, mapped_column

from engine.store.models.base import Base


class StartEvent(Base):
    """Replaced whole when a version is deployed. `due_at` is case time, `left_times` None means without end."""

    __tablename__ = "start_events"
    __table_args__ = (
        # A message or signal is waited for by name, a timer by its time; a timer that fired for the last time is gone.
        # The name of a condition is its text: it is asked when somebody gives variables.
        CheckConstraint(
            "CASE kind WHEN 'timer' THEN due_at IS NOT NULL WHEN 'message' THEN name IS NOT NULL"
            " WHEN 'signal' THEN name IS NOT NULL WHEN 'condition' THEN name IS NOT NULL ELSE false END",
            name="start_events_kind",
        ),
        Index("start_events_by_name", "kind", "name"),
        Index("start_events_due", "due_at", postgresql_where="due_at IS NOT NULL"),
        Index("start_events_of_process", "process_id"),
    )

    definition_key: Mapped[int] = mapped_column(ForeignKey("definitions.key"), primary_key=True)
    element: Mapped[str] = mapped_column(primary_key=True)
    part: Mapped[int] = mapped_column(Integer, primary_key=True, server_default="0")  # which of its definitions
    process_id: Mapped[str]
    kind: Mapped[str]
    name: Mapped[str | None]
    due_at: Mapped[datetime | None]
    cycle: Mapped[str | None]
    left_times: Mapped[int | None] = mapped_column(Integer)
