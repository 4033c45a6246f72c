"""Versions that a case has gone through: what ended before a migration may be drawn in an older one alone."""

from sqlalchemy import text
from sqlalchemy.orm import Session

from engine.definitions import process_spec

_HAD = text("""
    SELECT d.key FROM history h JOIN instances i ON i.key = h.instance_key
    JOIN definitions d ON d.kind = 'process' AND d.id = i.process_id AND d.version = (h.data->>'from')::int
    WHERE h.instance_key = :key AND h.kind = 'instance_migrated' ORDER BY h.key DESC
""")


def drawn_in(session: Session, instance_key: int, definition_key: int, element: str) -> int:
    """The key of the newest definition a case has had that has the element; its own, `definition_key`, if none has."""
    if element in process_spec(session, definition_key).elements:
        return definition_key
    had = session.execute(_HAD, {"key": instance_key}).scalars().all()
    return next((key for key in had if element in process_spec(session, key).elements), definition_key)
