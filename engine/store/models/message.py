"""Messages: those buffered until somebody waits for them, whom each reached, and the instances they opened."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from engine.store.models.base import Base


class Message(Base):
    """A published message; it is buffered until `expires_at` (case time)."""

    __tablename__ = "messages"
    __table_args__ = (
        # Who publishes twice by mistake says so with an id.
        Index(
            "messages_published_once",
            "name",
            "correlation_key",
            "message_id",
            unique=True,
            postgresql_where="message_id IS NOT NULL",
        ),
        # Whoever begins to wait looks for the oldest that was kept.
        Index("messages_buffered", "name", "correlation_key", "key"),
        Index("messages_expiring", "expires_at"),
    )

    key: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    name: Mapped[str]
    correlation_key: Mapped[str]
    message_id: Mapped[str | None]
    variables: Mapped[dict[str, Any]]
    published_at: Mapped[datetime]
    expires_at: Mapped[datetime]


class MessageReceipt(Base):
    """A message reaches each process id once, even while it is buffered: its primary key says so."""

    __tablename__ = "message_receipts"

    message_key: Mapped[int] = mapped_column(ForeignKey("messages.key", ondelete="CASCADE"), primary_key=True)
    process_id: Mapped[str] = mapped_column(primary_key=True)
    instance_key: Mapped[int]
    at: Mapped[datetime]


class MessageStart(Base):
    """While the instance that a process id and key opened runs, the same pair opens no second one."""

    __tablename__ = "message_starts"
    __table_args__ = (
        # When an instance ends, its pair is free again.
        Index("message_starts_of_instance", "instance_key"),
    )

    process_id: Mapped[str] = mapped_column(primary_key=True)
    correlation_key: Mapped[str] = mapped_column(primary_key=True)
    instance_key: Mapped[int]
