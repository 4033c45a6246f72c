"""What an advance goes by without a lock: what it writes fails where that is no longer so."""

import time
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple
from weakref import WeakKeyDictionary

from .part import Part

# Where many are at one instance in the same moment, most of them would read and write in vain.
CROWDED_SECONDS = 1.0
MOST = 1_000  # instances remembered

# By database: instance → until when.
_crowded: "WeakKeyDictionary[Any, dict[int, float]]" = WeakKeyDictionary()


class Seen(NamedTuple):
    """`instance`: the part that writes the instance if it is as it was seen.

    `version`: that of its row, PostgreSQL's xmin; None for one that begins. `guards`: parts that give a row each while
    all else is so. `values`: those of the parts. `overtaken` is called where it is not so any more.
    """

    instance: Part
    version: str | None
    values: Mapping[str, Any]
    overtaken: Callable[[], object]
    guards: tuple[Part, ...] = ()


def is_crowded(database: Any, key: int) -> bool:
    """Whether somebody has been overtaken at this instance a moment ago, so that its lock is taken at once."""
    crowded = _crowded.get(database)
    return crowded is not None and crowded.get(key, 0.0) > time.monotonic()


def note_overtaken(database: Any, key: int) -> None:
    """Somebody has been overtaken at this instance. `database`: see `store.engine_of`."""
    crowded, now = _crowded.setdefault(database, {}), time.monotonic()
    if len(crowded) >= MOST:
        # Copied first: other threads add to it meanwhile.
        for other, until in tuple(crowded.items()):
            if until <= now or len(crowded) >= MOST:
                crowded.pop(other, None)
    crowded[key] = now + CROWDED_SECONDS
