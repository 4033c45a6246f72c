"""API clients: tokens with a unit and rights."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from engine.store.models.base import Base


class ApiToken(Base):
    """A token is shown once; only the SHA-256 of its secret is kept. Times are machine time."""

    __tablename__ = "api_tokens"
    __table_args__ = (
        CheckConstraint("roles <@ ARRAY['admin', 'analyst', 'operator', 'worker']", name="api_tokens_roles"),
        # A SHA-256, and nothing shorter that somebody took for one.
        CheckConstraint("length(secret_hash) = 32", name="api_tokens_hash"),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    secret_hash: Mapped[bytes] = mapped_column(LargeBinary)
    unit: Mapped[str] = mapped_column(ForeignKey("units.id"))
    roles: Mapped[list[str]]
    groups: Mapped[list[str]]
    created_by: Mapped[str]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
