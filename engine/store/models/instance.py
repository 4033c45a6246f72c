"""Process instances: what is told of a case at a glance, and the snapshot it goes on from."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, Index, Integer, Sequence, false
from sqlalchemy.orm import Mapped, mapped_column

from engine.store.models.base import Base

NUMBERS = Sequence("numbers", metadata=Base.metadata)


class Instance(Base):
    """`held` (挂起) lets the case's clocks stand, `suspended` stops it altogether; `incidents` counts the open ones.

    `may_hold_start`: it was opened at an event of a version with message starts, so a message start may be its.
    """

    __tablename__ = "instances"
    __table_args__ = (
        # Exactly the ended ones have an end.
        CheckConstraint(
            "state IN ('active', 'completed', 'canceled') AND (state = 'active') = (ended_at IS NULL)",
            name="instances_state",
        ),
        # The lower 24 bits count what lies inside the instance.
        CheckConstraint("key & 16777215 = 0", name="instances_key"),
        CheckConstraint("incidents >= 0", name="instances_incidents"),
        # A called instance has a caller and a token there that waits for it, a root one neither.
        CheckConstraint(
            "(parent_key IS NULL) = (parent_element_key IS NULL) AND (parent_key IS NULL) = (root_key = key)",
            name="instances_parent",
        ),
        # A call activity's token has one called instance at a time, even if the call is applied twice.
        Index(
            "instances_one_for_each_call",
            "parent_element_key",
            unique=True,
            postgresql_where="parent_element_key IS NOT NULL AND state = 'active'",
        ),
        # The caller's own id names one running case of a process (decision 10).
        Index(
            "instances_business_id_in_use",
            "process_id",
            "business_id",
            unique=True,
            postgresql_where="state = 'active' AND parent_key IS NULL AND business_id IS NOT NULL",
        ),
        # A case number is never given twice.
        Index("instances_case_no", "case_no", unique=True, postgresql_where="case_no IS NOT NULL"),
        Index("instances_process", "process_id", "state", "key"),
        Index("instances_definition", "definition_key", "key"),
        Index("instances_parent_key", "parent_key", postgresql_where="parent_key IS NOT NULL"),
        # The root key of a root is its own: only what was called has to be found by it.
        Index("instances_root_key", "root_key", postgresql_where="parent_key IS NOT NULL"),
        Index("instances_unit", "unit", "key", postgresql_where="unit IS NOT NULL"),
        # Operators look for the few that have any.
        Index("instances_with_incidents", "key", postgresql_where="incidents > 0"),
        # People search by a part of a number.
        Index(
            "instances_case_no_search",
            "case_no",
            postgresql_using="gin",
            postgresql_ops={"case_no": "gin_trgm_ops"},
            postgresql_where="case_no IS NOT NULL",
        ),
        Index(
            "instances_business_id_search",
            "business_id",
            postgresql_using="gin",
            postgresql_ops={"business_id": "gin_trgm_ops"},
            postgresql_where="business_id IS NOT NULL",
        ),
    )

    key: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    # No foreign key: it would lock the definition's row for every case that begins, and definitions are never deleted.
    definition_key: Mapped[int]
    process_id: Mapped[str]
    version: Mapped[int] = mapped_column(Integer)
    state: Mapped[str]
    held: Mapped[bool] = mapped_column(server_default=false())
    suspended: Mapped[bool] = mapped_column(server_default=false())
    parent_key: Mapped[int | None]
    parent_element_key: Mapped[int | None]
    root_key: Mapped[int]
    business_id: Mapped[str | None]
    case_no: Mapped[str | None]
    unit: Mapped[str | None]
    starter: Mapped[str]
    started_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    incidents: Mapped[int] = mapped_column(Integer, server_default="0")
    snapshot: Mapped[dict[str, Any]] = mapped_column(deferred=True)
    may_hold_start: Mapped[bool] = mapped_column(server_default=false())
