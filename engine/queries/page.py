"""Pages of answers, by offset or by cursor, as Camunda 8.9 has them."""

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row

from engine.errors import Invalid
from engine.store import json

DEFAULT_LIMIT = 100
MOST = 10_000  # of one page, and what totals are counted up to


@dataclass(frozen=True, slots=True)
class PageRequest:
    """Which part is wanted: from an offset, or after or before a cursor of an earlier page."""

    start: int = 0
    limit: int = DEFAULT_LIMIT
    after: str | None = None
    before: str | None = None

    def __post_init__(self) -> None:
        if self.start < 0 or not 0 <= self.limit <= MOST or (self.after is not None and self.before is not None):
            raise Invalid("page_invalid", start=self.start, limit=self.limit, most=MOST)


@dataclass(frozen=True, slots=True)
class Page:
    """One page. `total` counts up to 10,000; `has_more` says that there are more than those."""

    items: Sequence[Row[Any]]
    total: int
    has_more: bool
    start_cursor: str | None
    end_cursor: str | None


FIRST = PageRequest()


def cursor(values: Sequence[Any]) -> str:
    """The place of a row in the order asked for, opaque to whoever keeps it."""
    text = json.dumps([value.isoformat() if isinstance(value, datetime) else value for value in values])
    # The standard alphabet, which Camunda's SDK asks of a cursor.
    return base64.b64encode(text.encode()).decode()


def place(text: str, types: Sequence[type]) -> list[Any]:
    """What a cursor says, for an order of columns of these types. Raises Invalid for one that is not of it."""
    try:
        # It reads both alphabets: a cursor may come back from an address.
        values = json.loads(base64.urlsafe_b64decode(text.encode()))
        if not isinstance(values, list):
            raise TypeError("a cursor is a list")
        return [_value(value, kind) for value, kind in zip(values, types, strict=True)]
    except (ValueError, TypeError, RecursionError):
        raise Invalid("cursor_invalid") from None


def _value(value: Any, kind: type) -> Any:
    if value is None:
        return None
    if kind is datetime:
        return datetime.fromisoformat(value)
    if not isinstance(value, kind):
        raise TypeError(f"{value!r} is no {kind.__name__}")
    return value
