"""Versions that a case has gone through: what ended before a migration may be drawn in an older one alone."""

from functools import cached_property

from sqlalchemy import text
from sqlalchemy.orm import Session

from engine.definitions import process_spec

_LEFT = text("""
    SELECT d.key FROM history h JOIN instances i ON i.key = h.instance_key
    JOIN definitions d ON d.kind = 'process' AND d.id = i.process_id AND d.version = (h.data->>'from')::int
    WHERE h.instance_key = :key AND h.kind = 'instance_migrated' ORDER BY h.key DESC
""")


class Versions:
    """Those of one case whose definition now is `definition_key`; asked for once, and only where that is not enough."""

    def __init__(self, session: Session, instance_key: int, definition_key: int) -> None:
        self._session = session
        self._instance_key = instance_key
        self._now = definition_key

    def with_element(self, element: str) -> int:
        """The key of the newest definition the case has had that has the element; its own now if none has."""
        if self._has(self._now, element):
            return self._now
        return next((key for key in self._left if self._has(key, element)), self._now)

    @cached_property
    def _left(self) -> list[int]:
        return list(self._session.execute(_LEFT, {"key": self._instance_key}).scalars())

    def _has(self, definition_key: int, element: str) -> bool:
        return element in process_spec(self._session, definition_key).elements
