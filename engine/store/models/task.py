"""Work for people."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, Index, Integer
from sqlalchemy.orm import Mapped, mapped_column

from engine.store.models.base import Base, key_of_instance

_BY_ENTRY: Mapping[str, Any] = {
    "postgresql_using": "gin",
    "postgresql_where": "state = 'created'",
    "postgresql_with": {"fastupdate": "off"},
}


class Task(Base):
    """A user task; ended ones stay. `unit` is the unit of the first candidate group."""

    __tablename__ = "tasks"
    __table_args__ = (
        # Exactly the ended ones have an end; who completed one is known.
        CheckConstraint(
            "state IN ('created', 'completed', 'canceled') AND (state = 'created') = (completed_at IS NULL)"
            " AND (state = 'completed') = (completed_by IS NOT NULL)",
            name="tasks_state",
        ),
        # Only an open task's listeners can be asked, and only about what they may deny.
        CheckConstraint(
            "transition IS NULL OR (state = 'created' AND transition IN ('assigning', 'updating', 'completing'))",
            name="tasks_transition",
        ),
        key_of_instance("tasks"),
        # The inbox looks at open tasks only: by group, person, unit, time and age.
        # Without fast updates: they would make every reader go through what has come since the last vacuum.
        Index("tasks_open_by_group", "candidate_groups", **_BY_ENTRY),
        Index("tasks_open_by_user", "candidate_users", **_BY_ENTRY),
        Index("tasks_open_by_assignee", "assignee", "key", postgresql_where="state = 'created'"),
        Index("tasks_open_by_unit", "unit", "key", postgresql_where="state = 'created'"),
        Index("tasks_open_by_due", "due_at", "key", postgresql_where="state = 'created'"),
        Index("tasks_open", "key", postgresql_where="state = 'created'"),
        Index("tasks_completed_by", "completed_by", "key", postgresql_where="state = 'completed'"),
    )

    key: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    instance_key: Mapped[int]
    element: Mapped[str]
    element_key: Mapped[int]
    state: Mapped[str]
    scopes: Mapped[list[int]]
    assignee: Mapped[str | None]
    candidate_groups: Mapped[list[str]]
    candidate_users: Mapped[list[str]]
    form_id: Mapped[str | None]
    form_key: Mapped[int | None]
    due_at: Mapped[datetime | None]
    follow_up_at: Mapped[datetime | None]
    warned_at: Mapped[datetime | None]
    overdue_at: Mapped[datetime | None]
    reminded_at: Mapped[datetime | None]
    priority: Mapped[int] = mapped_column(Integer)
    definition_key: Mapped[int]
    process_id: Mapped[str]
    unit: Mapped[str | None]
    created_at: Mapped[datetime]
    completed_at: Mapped[datetime | None]
    completed_by: Mapped[str | None]
    transition: Mapped[str | None]
    denied_reason: Mapped[str | None]
