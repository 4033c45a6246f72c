"""What all tables share: how Python's types are stored, and the checks that keys carry."""

from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import BigInteger, CheckConstraint, DateTime, Text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import DeclarativeBase, registry


class Base(DeclarativeBase):
    """Times are UTC, numbers 63-bit, texts unbounded, JSON binary with every digit of its numbers."""

    registry: ClassVar[registry] = registry(
        type_annotation_map={
            int: BigInteger,
            str: Text,
            # Without a zone PostgreSQL would drop the one that is given.
            datetime: DateTime(timezone=True),
            # None is no value: JSON's own null would pass for one in every `IS NOT NULL`.
            dict[str, Any]: JSONB(none_as_null=True),
            list[str]: ARRAY(Text),
            list[int]: ARRAY(BigInteger),
        }
    )


def key_of_instance(table: str) -> CheckConstraint:
    """A key names its instance (decision 10): what an instance waits for is found in the range of its keys."""
    return CheckConstraint("instance_key = (key >> 24) << 24", name=f"{table}_key_of_instance")
