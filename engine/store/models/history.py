"""What happened: append-only rows in one partition a month of machine time. Only `engine.history` writes them."""

from datetime import datetime
from typing import Any

from sqlalchemy import Index, Sequence, func
from sqlalchemy.orm import Mapped, mapped_column

from engine.store.models.base import Base

KEYS = Sequence("history_keys", metadata=Base.metadata)


class HistoryRow(Base):
    """One event. `at` is case time, `machine_at` real time; rows are in order by `key`."""

    __tablename__ = "history"
    __table_args__ = (
        # A case's history is read in its order, from either end.
        Index("history_of_instance", "instance_key", "key"),
        {"postgresql_partition_by": "RANGE (machine_at)"},
    )

    key: Mapped[int] = mapped_column(KEYS, server_default=KEYS.next_value(), primary_key=True)
    machine_at: Mapped[datetime] = mapped_column(server_default=func.now(), primary_key=True)
    at: Mapped[datetime]
    instance_key: Mapped[int | None]
    root_key: Mapped[int | None]
    kind: Mapped[str]
    element: Mapped[str | None]
    element_key: Mapped[int | None]
    actor: Mapped[str]
    on_behalf_of: Mapped[str | None]
    unit: Mapped[str | None]
    source: Mapped[str]
    request_id: Mapped[str | None]
    data: Mapped[dict[str, Any] | None]
