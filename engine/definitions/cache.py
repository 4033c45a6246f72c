"""Parsed definitions, kept for as long as they are among those used last. A definition never changes once deployed."""

from collections import OrderedDict
from collections.abc import Callable
from threading import Lock
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

from sqlalchemy.orm import Session

from engine.store import engine_of

KEPT = 512

Value = TypeVar("Value")

# By database: keys are unique in one only.
_caches: "WeakKeyDictionary[Any, Cache]" = WeakKeyDictionary()


class Cache:
    """At most `kept` values; the one not asked for the longest goes first."""

    def __init__(self, kept: int = KEPT) -> None:
        self._kept = kept
        self._values: OrderedDict[tuple[str, int], Any] = OrderedDict()
        self._lock = Lock()

    def get(self, kind: str, key: int, load: Callable[[], Value]) -> Value:
        """The value of a key, loaded if it is not there; two threads may load one at the same time."""
        with self._lock:
            if (kind, key) in self._values:
                self._values.move_to_end((kind, key))
                return self._values[kind, key]  # type: ignore[no-any-return]
        # Outside the lock: loading asks the database, and a decision's load comes here again for the model of its file.
        value = load()
        with self._lock:
            self._values[kind, key] = value
            if len(self._values) > self._kept:
                self._values.popitem(last=False)
        return value


def cache_of(session: Session) -> Cache:
    """The cache of the session's database."""
    return _caches.setdefault(engine_of(session), Cache())
