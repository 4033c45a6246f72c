"""The Python handlers that workers have: what element templates, lint and the decision to enqueue go by."""

from datetime import datetime
from typing import Any

from sqlalchemy import Integer
from sqlalchemy.orm import Mapped, mapped_column

from engine.store.models.base import Base


class Handler(Base):
    """One topic. `input` and `output` are JSON schemas, `seen_at` is machine time."""

    __tablename__ = "handlers"

    topic: Mapped[str] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(Integer)
    input: Mapped[dict[str, Any]]
    output: Mapped[dict[str, Any]]
    texts: Mapped[dict[str, Any]]
    worker: Mapped[str]
    seen_at: Mapped[datetime]
