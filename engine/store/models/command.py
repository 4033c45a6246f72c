"""What an instance asks of another: written in the sender's transaction, applied in one of its own (decision 7)."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, Identity, Index, SmallInteger, func
from sqlalchemy.orm import Mapped, mapped_column

from engine.store.models.base import Base


class Command(Base):
    """A row lives until it is applied. Commands of one `instance_key` are applied in the order of their ids."""

    __tablename__ = "commands"
    __table_args__ = (
        # What failed for good says why, so that a person can act.
        CheckConstraint("failed_at IS NULL OR error IS NOT NULL", name="commands_failed_says_why"),
        Index("commands_in_order", "instance_key", "id"),
        # Workers look for what is due among what may still be applied.
        Index("commands_due", "due_at", postgresql_where="failed_at IS NULL"),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    instance_key: Mapped[int | None]
    kind: Mapped[str]
    payload: Mapped[dict[str, Any]]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    due_at: Mapped[datetime] = mapped_column(server_default=func.now())
    attempts: Mapped[int] = mapped_column(SmallInteger, server_default="0")
    failed_at: Mapped[datetime | None]
    error: Mapped[str | None]
