"""What an advance goes by without a lock: what it writes fails where that is no longer so."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from .part import Part


class Seen(NamedTuple):
    """`version`: PostgreSQL's (xmin) of the instance's row, None for an instance that begins.

    `guards`: parts that give a row each while all else is as it was seen, with their values.
    """

    version: str | None
    guards: tuple[Part, ...] = ()
    values: Mapping[str, Any] = {}
