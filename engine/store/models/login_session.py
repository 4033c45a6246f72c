"""Who is logged in in a browser, and how often somebody failed to."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from engine.store.models.base import Base


class LoginSession(Base):
    """A browser's session; only the SHA-256 of what its cookie holds is kept. Times are machine time."""

    __tablename__ = "login_sessions"
    __table_args__ = (
        # A SHA-256, and nothing shorter that somebody took for one.
        CheckConstraint("length(token_hash) = 32", name="login_sessions_hash"),
        # A changed password ends all sessions of a person.
        Index("login_sessions_by_person", "person"),
        Index("login_sessions_by_end", "expires_at"),
    )

    token_hash: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    person: Mapped[str] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"))
    csrf: Mapped[str]
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    expires_at: Mapped[datetime]


class LoginAttempts(Base):
    """Attempts counted since a time (machine time) for a place: a person at an address, or either of them alone.

    Only the SHA-256 of the place is kept: people type passwords where their name belongs.
    """

    __tablename__ = "login_attempts"
    __table_args__ = (CheckConstraint("attempts > 0", name="login_attempts_counted"),)

    place: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    attempts: Mapped[int] = mapped_column(Integer)
    since: Mapped[datetime]
