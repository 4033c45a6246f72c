"""Decisions evaluated: what each was given, which rules matched, what came out."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, Index
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from engine.store.models.base import Base, key_of_instance


class DecisionInstance(Base):
    """One decision of an evaluation, by its number in the order of evaluation; the decision asked for comes last.

    Inputs, rules and tables are those of `engine.dmn`'s trace. What is null in FEEL is SQL's null in `output`.
    One that was evaluated by itself has no instance; `unit` is then that of whoever asked.
    """

    __tablename__ = "decision_instances"
    __table_args__ = (
        key_of_instance("decision_instances"),
        # The keys of one evaluation follow each other: Camunda's `<evaluation key>-<number>` leads to the row.
        CheckConstraint("number > 0 AND key = evaluation_key + number - 1", name="decision_instances_number"),
        CheckConstraint(
            "state IN ('evaluated', 'failed') AND (state = 'failed') = (failure IS NOT NULL)",
            name="decision_instances_state",
        ),
        # All that names an instance is there, or nothing is, and the unit takes the place of the case's.
        CheckConstraint(
            "num_nulls(instance_key, root_key, element, element_key, definition_key, process_id) IN (0, 6)"
            " AND (instance_key IS NULL OR unit IS NULL)",
            name="decision_instances_alone",
        ),
        # A case shows its decisions, and a table how often its rows matched.
        Index("decision_instances_of_instance", "instance_key", "key"),
        Index("decision_instances_of_decision", "decision_id", "key"),
    )

    key: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    evaluation_key: Mapped[int]
    number: Mapped[int]
    instance_key: Mapped[int | None]
    root_key: Mapped[int | None]
    element: Mapped[str | None]
    element_key: Mapped[int | None]
    definition_key: Mapped[int | None]
    process_id: Mapped[str | None]
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
    unit: Mapped[str | None]
