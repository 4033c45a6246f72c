"""Deployments: files that were deployed together."""

from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from engine.store.models.base import Base


class Deployment(Base):
    """`deployed_at` is case time, `deployed_by` a principal's id."""

    __tablename__ = "deployments"

    key: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    name: Mapped[str]
    comment: Mapped[str]
    deployed_at: Mapped[datetime]
    deployed_by: Mapped[str]
