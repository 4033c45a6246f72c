"""Values already met, by FEEL's equality."""

from typing import Any

from engine.feel.comparing import equal
from engine.feel.run import Run
from engine.feel.values import adapt, kind_of

# Kinds whose equality in FEEL is Python's, so that they can be looked up at once.
_HASHED = frozenset(("null", "boolean", "number", "string", "days and time duration", "years and months duration"))


class Seen:
    """Remembers values; each look-up is paid for."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self._hashed: set[tuple[str, Any]] = set()
        self._others: list[Any] = []

    def is_new(self, item: Any) -> bool:
        """Whether it was not met before; it is from now on."""
        kind = kind_of(item)
        if kind in _HASHED:
            self._run.charge(1)
            key = (kind, adapt(item))
            new = key not in self._hashed
            self._hashed.add(key)
            return new
        self._run.charge(1 + len(self._others) // 4)
        if any(equal(self._run, item, other) for other in self._others):
            return False
        self._others.append(item)
        return True
