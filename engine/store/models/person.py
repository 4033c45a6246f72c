"""People, the groups they are in, who stands in for whom, and who is on duty."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from engine.store.models.base import Base

VALIDITY = "valid_until IS NULL OR valid_from IS NULL OR valid_from < valid_until"


class Person(Base):
    """Somebody who can log in. `roles` are platform roles; `pinyin` is what names are sorted by."""

    __tablename__ = "people"
    __table_args__ = (
        CheckConstraint("language IN ('zh', 'en')", name="people_language"),
        # Without a password nobody can log in; an empty hash would say so only by accident.
        CheckConstraint("password_hash <> ''", name="people_password"),
        # The roles of the platform; what somebody does for a unit is told by groups.
        CheckConstraint("roles <@ ARRAY['admin', 'analyst', 'operator', 'worker']", name="people_roles"),
        Index("people_by_name", "pinyin"),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    pinyin: Mapped[str]
    unit: Mapped[str] = mapped_column(ForeignKey("units.id"), index=True)
    mail: Mapped[str | None]
    phone: Mapped[str | None]
    language: Mapped[str]
    roles: Mapped[list[str]]
    password_hash: Mapped[str | None]
    active: Mapped[bool]
    created_at: Mapped[datetime]


class Membership(Base):
    """A person is in a group, for good or for a time (case time)."""

    __tablename__ = "memberships"
    __table_args__ = (
        CheckConstraint(VALIDITY, name="memberships_validity"),
        Index("memberships_by_group", "unit", "role", "post"),
        Index("memberships_by_person", "person"),
    )

    number: Mapped[int] = mapped_column(primary_key=True)
    person: Mapped[str] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"))
    unit: Mapped[str] = mapped_column(ForeignKey("units.id"))
    role: Mapped[str]
    post: Mapped[str]
    specialty: Mapped[str | None]
    valid_from: Mapped[datetime | None]
    valid_until: Mapped[datetime | None]


class Substitute(Base):
    """`substitute` stands in for `person` and may do what that person may (case time)."""

    __tablename__ = "substitutes"
    __table_args__ = (
        CheckConstraint(VALIDITY, name="substitutes_validity"),
        CheckConstraint("person <> substitute", name="substitutes_other"),
        Index("substitutes_by_substitute", "substitute"),
    )

    number: Mapped[int] = mapped_column(primary_key=True)
    person: Mapped[str] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"))
    substitute: Mapped[str] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"))
    valid_from: Mapped[datetime | None]
    valid_until: Mapped[datetime | None]


class Shift(Base):
    """A line of the duty roster: who is on duty for a unit's role and post in this time (case time)."""

    __tablename__ = "shifts"
    __table_args__ = (
        CheckConstraint("starts_at < ends_at", name="shifts_order"),
        Index("shifts_by_group", "unit", "role", "post", "starts_at"),
    )

    number: Mapped[int] = mapped_column(primary_key=True)
    unit: Mapped[str] = mapped_column(ForeignKey("units.id"))
    role: Mapped[str]
    post: Mapped[str]
    person: Mapped[str] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"))
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
