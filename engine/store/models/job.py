"""Work for handlers, leased by workers. A row lives until its job ends; history keeps what was."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, Index, Integer, text
from sqlalchemy.orm import Mapped, mapped_column

from engine.store.models.base import Base, key_of_instance


class Job(Base):
    """`lease_until` and `available_at` are machine time. `handled`: it goes through the queue to our own workers.

    `retries` is the worker's count (Camunda's), `attempts` ours: how often a run of it was begun (decision 8).
    """

    __tablename__ = "jobs"
    __table_args__ = (
        CheckConstraint("state IN ('created', 'activated', 'failed', 'error_thrown')", name="jobs_state"),
        CheckConstraint(
            "kind IN ('BPMN_ELEMENT', 'REMINDER', 'EXECUTION_LISTENER', 'TASK_LISTENER')", name="jobs_kind"
        ),
        # Exactly a job that somebody works on has a worker and a lease that ends.
        CheckConstraint(
            "(state = 'activated') = (lease_until IS NOT NULL) AND (state = 'activated') = (worker IS NOT NULL)",
            name="jobs_lease",
        ),
        CheckConstraint("retries >= 0 AND attempts >= 0", name="jobs_counts"),
        key_of_instance("jobs"),
        # Activation takes the most urgent, then the oldest, of the types asked for.
        Index("jobs_to_activate", "type", text("priority DESC"), "key", postgresql_where="state = 'created'"),
        # Leases that ran out are looked for all the time.
        Index("jobs_leased", "lease_until", postgresql_where="state = 'activated'"),
    )

    key: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    instance_key: Mapped[int]
    element: Mapped[str]
    element_key: Mapped[int]
    kind: Mapped[str]
    type: Mapped[str]
    state: Mapped[str]
    retries: Mapped[int] = mapped_column(Integer)
    attempts: Mapped[int] = mapped_column(Integer, server_default="0")
    headers: Mapped[dict[str, Any]]
    scopes: Mapped[list[int]]
    priority: Mapped[int] = mapped_column(Integer)
    variables: Mapped[dict[str, Any] | None]
    worker: Mapped[str | None]
    lease_until: Mapped[datetime | None]
    available_at: Mapped[datetime]
    handled: Mapped[bool]
    error_message: Mapped[str | None]
    error_code: Mapped[str | None]
    definition_key: Mapped[int]
    process_id: Mapped[str]
    created_at: Mapped[datetime]
