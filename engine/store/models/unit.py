"""Organisational units."""

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from engine.store.models.base import Base


class Unit(Base):
    """Headquarters, a province, a city or a branch. `id` is what groups and case numbers write: HQ, GD, GD-GZ."""

    __tablename__ = "units"
    __table_args__ = (
        # The regulation knows four levels (article 1, 28(1)); only headquarters has nothing above it.
        CheckConstraint(
            "level IN ('hq', 'prov', 'city', 'branch') AND (level = 'hq') = (parent IS NULL)", name="units_level"
        ),
        # A dot would end the unit's part of a group.
        CheckConstraint("id ~ '^[A-Z][A-Z0-9-]*$'", name="units_id"),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    parent: Mapped[str | None] = mapped_column(ForeignKey("units.id"), index=True)
    level: Mapped[str]
    name: Mapped[str]
    name_en: Mapped[str]
    pinyin: Mapped[str]
