"""Where an instance cannot go on until a person acts."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, Index
from sqlalchemy.orm import Mapped, mapped_column

from engine.store.models.base import Base, key_of_instance


class Incident(Base):
    """`kind` is Camunda 8's errorType; `code` and `parameters` make the sentence."""

    __tablename__ = "incidents"
    __table_args__ = (
        # An incident is resolved once, and from then on has the time of it.
        CheckConstraint(
            "state IN ('active', 'resolved') AND (state = 'resolved') = (resolved_at IS NOT NULL)",
            name="incidents_state",
        ),
        key_of_instance("incidents"),
        # People look at what is open; what is resolved stays for ever.
        Index("incidents_open", "process_id", "key", postgresql_where="state = 'active'"),
    )

    key: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    instance_key: Mapped[int]
    element: Mapped[str]
    element_key: Mapped[int]
    job_key: Mapped[int | None]
    kind: Mapped[str]
    code: Mapped[str]
    parameters: Mapped[dict[str, Any]]
    state: Mapped[str]
    definition_key: Mapped[int]
    process_id: Mapped[str]
    created_at: Mapped[datetime]
    resolved_at: Mapped[datetime | None]
