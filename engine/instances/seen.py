"""What an advance goes by without a lock: what it writes fails where that is no longer so."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from .part import Part


class Seen(NamedTuple):
    """`instance`: the part that writes the instance if it is as it was seen.

    `guards`: parts that give a row each while all else is so. `values`: those of both.
    """

    instance: Part
    values: Mapping[str, Any]
    guards: tuple[Part, ...] = ()
