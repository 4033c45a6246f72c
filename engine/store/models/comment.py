"""What people say about a case, beside what they do in it."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Index, Sequence
from sqlalchemy.orm import Mapped, mapped_column

from engine.store.models.base import Base

KEYS = Sequence("comment_keys", metadata=Base.metadata)


class Comment(Base):
    """One comment; what was said stays as it was said. `at` is case time, `root_key` that of the case's family."""

    __tablename__ = "comments"
    __table_args__ = (
        # The bounds of `engine.work.comments`, for whoever writes past it.
        CheckConstraint("length(text) BETWEEN 1 AND 4000", name="comments_text"),
        # A case shows what was said in the cases it called, too.
        Index("comments_of_family", "root_key", "key"),
    )

    key: Mapped[int] = mapped_column(KEYS, server_default=KEYS.next_value(), primary_key=True)
    instance_key: Mapped[int]
    root_key: Mapped[int]
    author: Mapped[str]
    text: Mapped[str]
    at: Mapped[datetime]
