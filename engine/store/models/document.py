"""Files that people and API clients hand in; their bytes lie in the data folder under their SHA-256."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, Index
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from engine.store.models.base import Base


class Document(Base):
    """Camunda's document: what its reference names. The owner reads it, and whoever sees its case."""

    __tablename__ = "documents"
    __table_args__ = (
        # It becomes part of a path, so nothing but the digits of a hash may stand in it.
        CheckConstraint("content_hash ~ '^[0-9a-f]{64}$'", name="documents_hash"),
        CheckConstraint("size >= 0", name="documents_size"),
        # The bytes go when the last document that has them does.
        Index("documents_by_hash", "content_hash"),
        Index("documents_by_instance", "instance_key", postgresql_where="instance_key IS NOT NULL"),
        Index("documents_expiring", "expires_at", postgresql_where="expires_at IS NOT NULL"),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    content_hash: Mapped[str]
    file_name: Mapped[str]
    content_type: Mapped[str]
    size: Mapped[int]
    owner: Mapped[str]
    instance_key: Mapped[int | None]
    process_id: Mapped[str | None]
    properties: Mapped[dict[str, Any]] = mapped_column(JSONB(none_as_null=False), nullable=False)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime | None]
