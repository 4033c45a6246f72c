"""What people have filled in and not sent yet."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from engine.store.models.base import Base


class FormDraft(Base):
    """One person's draft of a form; `place` is task:<key>, start:<process id> or action:<key>. Machine time."""

    __tablename__ = "form_drafts"
    __table_args__ = (
        # Upkeep forgets what nobody came back to.
        Index("form_drafts_by_age", "saved_at"),
    )

    person: Mapped[str] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), primary_key=True)
    place: Mapped[str] = mapped_column(primary_key=True)
    data: Mapped[dict[str, Any]] = mapped_column(JSONB(none_as_null=False), nullable=False)
    saved_at: Mapped[datetime]
