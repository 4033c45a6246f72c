"""When something happens next by itself."""

from datetime import datetime

from sqlalchemy import text
from sqlalchemy.orm import Session

_NEXT = text("""
    SELECT min(due_at) FROM (
        (SELECT t.due_at FROM timers t JOIN instances i ON i.key = t.instance_key
         WHERE NOT i.suspended ORDER BY t.due_at LIMIT 1)
        UNION ALL (SELECT due_at FROM start_events WHERE due_at IS NOT NULL ORDER BY due_at LIMIT 1)
    ) next
""")


def next_timer(session: Session) -> datetime | None:
    """When the next timer of a case or a start event is due (case time)."""
    return session.execute(_NEXT).scalar()
