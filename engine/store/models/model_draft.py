"""Models that analysts have changed and not deployed yet."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Integer
from sqlalchemy.orm import Mapped, mapped_column

from engine.store.models.base import Base


class ModelDraft(Base):
    """One person's draft of a process, form or decision file, named by what it defines. Machine time.

    `base` is the version it was made from, 0 for one that was never deployed.
    """

    __tablename__ = "model_drafts"
    __table_args__ = (
        CheckConstraint("kind IN ('process', 'decision', 'form')", name="model_drafts_kind"),
        CheckConstraint("base >= 0", name="model_drafts_base"),
    )

    person: Mapped[str] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), primary_key=True)
    kind: Mapped[str] = mapped_column(primary_key=True)
    id: Mapped[str] = mapped_column(primary_key=True)
    resource: Mapped[str]
    base: Mapped[int] = mapped_column(Integer)
    content: Mapped[str]
    texts: Mapped[dict[str, Any]]
    saved_at: Mapped[datetime]
