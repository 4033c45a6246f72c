"""Tokens that lie apart from their instance's snapshot: those inside a multi-instance body of many."""

from typing import Any

from sqlalchemy import CheckConstraint, Index, Integer
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from engine.store.models.base import Base, key_of_instance


class TokenApart(Base):
    """`token` is what a snapshot would have of it; `inside` counts the tokens that live in it."""

    __tablename__ = "tokens_apart"
    __table_args__ = (
        key_of_instance("tokens_apart"),
        CheckConstraint("inside >= 0", name="tokens_apart_inside"),
        # A body reads those that live in it, and none of the others.
        Index("tokens_apart_in_parent", "parent_key", "key"),
    )

    key: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    instance_key: Mapped[int]
    parent_key: Mapped[int]
    inside: Mapped[int] = mapped_column(Integer)
    token: Mapped[list[Any]] = mapped_column(JSONB(none_as_null=True))
