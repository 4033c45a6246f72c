"""Variables by scope (decision 5)."""

from typing import Any

from sqlalchemy import Index
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from engine.store.models.base import Base


class Variable(Base):
    """`scope_key` is the key of the instance, or of the token whose scope it is; `value` is JSON, never SQL's null."""

    __tablename__ = "variables"
    __table_args__ = (
        # Cases are searched by the value of a variable.
        Index("variables_by_name", "name", "instance_key"),
    )

    instance_key: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    scope_key: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    name: Mapped[str] = mapped_column(primary_key=True)
    # FEEL's null is a value that a variable may have; without its row it would not be there at all.
    value: Mapped[Any] = mapped_column(JSONB(none_as_null=False), nullable=False)
