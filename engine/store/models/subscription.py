"""Messages and signals that instances wait for."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, Index
from sqlalchemy.orm import Mapped, mapped_column

from engine.store.models.base import Base, key_of_instance


class Subscription(Base):
    """A row lives as long as the waiting does. `action` is what people see where they may send it (decision 15)."""

    __tablename__ = "subscriptions"
    __table_args__ = (
        CheckConstraint("kind IN ('message', 'signal', 'condition')", name="subscriptions_kind"),
        key_of_instance("subscriptions"),
        Index("subscriptions_by_name", "kind", "name", "correlation_key"),
    )

    key: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    instance_key: Mapped[int]
    process_id: Mapped[str]
    definition_key: Mapped[int]
    element: Mapped[str]
    element_key: Mapped[int]
    kind: Mapped[str]
    name: Mapped[str]
    correlation_key: Mapped[str | None]
    action: Mapped[dict[str, Any] | None]
    opened_at: Mapped[datetime]
