"""Decisions evaluated for instances: what each was given, which rules matched, what came out."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, Index
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from engine.store.models.base import Base, key_of_instance


class DecisionInstance(Base):
    """One decision of an evaluation, by its number in the order of evaluation; the decision asked for comes last.

    Inputs, rules and tables are those of `engine.dmn`'s trace. What is null in FEEL is SQL's null in `output`.
    """

    __tablename__ = "decision_instances"
    __table_args__ = (
        key_of_instance("decision_instances"),
        CheckConstraint("number > 0 AND key = evaluation_key + number - 1", name="decision_instances_number"),
        CheckConstraint(
            "state IN ('evaluated', 'failed') AND (state = 'failed') = (failure IS NOT NULL)",
            name="decision_instances_state",
        ),
        # A case shows its decisions, and a table how often its rows matched.
        Index("decision_instances_of_instance", "instance_key", "key"),
        Index("decision_instances_of_decision", "decision_id", "key"),
    )

    key: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    evaluation_key: Mapped[int]
    number: Mapped[int]
    instance_key: Mapped[int]
    root_key: Mapped[int]
    element: Mapped[str]
    element_key: Mapped[int]
    definition_key: Mapped[int]
    process_id: Mapped[str]
    asked_key: Mapped[int]  # the definition of the decision that was asked for
    decision_key: Mapped[int | None]  # none for a decision of an imported file
    decision_id: Mapped[str]
    decision_name: Mapped[str]
    decision_version: Mapped[int | None]
    drg_key: Mapped[int | None]
    type: Mapped[str]
    state: Mapped[str]
    output: Mapped[Any] = mapped_column(JSONB(none_as_null=True), nullable=True)
    inputs: Mapped[list[Any]] = mapped_column(JSONB)
    rules: Mapped[list[Any]] = mapped_column(JSONB)
    tables: Mapped[list[Any]] = mapped_column(JSONB)
    failure: Mapped[dict[str, Any] | None]
    evaluated_at: Mapped[datetime]
