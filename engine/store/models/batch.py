"""The same operation on many instances, with what came of it for each."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from engine.store.models.base import Base


class Batch(Base):
    """`kind`: cancel, migrate, modify or resolve; `plan` says how. `unit` is that of whoever asked for it."""

    __tablename__ = "batches"
    __table_args__ = (
        CheckConstraint("kind IN ('cancel', 'migrate', 'modify', 'resolve')", name="batches_kind"),
        # It ends once, and from then on has the time of it.
        # What failed says why, and nothing else has an error.
        CheckConstraint(
            "state IN ('active', 'completed', 'canceled') AND (state = 'active') = (ended_at IS NULL)",
            name="batches_state",
        ),
    )

    key: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    kind: Mapped[str]
    plan: Mapped[dict[str, Any]]
    state: Mapped[str]
    created_by: Mapped[str]
    unit: Mapped[str | None]
    total: Mapped[int]
    started_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class BatchItem(Base):
    """One instance of a batch. `error` is {code, parameters, findings} where it could not be done."""

    __tablename__ = "batch_items"
    __table_args__ = (
        CheckConstraint(
            "state IN ('active', 'completed', 'failed', 'canceled') AND (state = 'failed') = (error IS NOT NULL)",
            name="batch_items_state",
        ),
        # How many of a batch are done is counted whenever somebody looks.
        Index("batch_items_by_state", "batch_key", "state"),
        Index("batch_items_of_instance", "instance_key"),
    )

    batch_key: Mapped[int] = mapped_column(ForeignKey("batches.key"), primary_key=True, autoincrement=False)
    instance_key: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    state: Mapped[str]
    processed_at: Mapped[datetime | None]
    error: Mapped[dict[str, Any] | None]
