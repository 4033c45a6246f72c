"""Timer start events: each that is due opens an instance and is set again, in one transaction."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Row, text
from sqlalchemy.orm import Session

from engine import clock
from engine.core.timers import parse_cycle
from engine.work.sending import Receiver, new_key, start

# One at a time: the row stays locked until its instance's start is written, and other clocks pass it over.
_TAKE = text("""
    SELECT definition_key, process_id, element, part, due_at, cycle, left_times FROM start_events
    WHERE kind = 'timer' AND due_at <= :now ORDER BY due_at LIMIT 1 FOR UPDATE SKIP LOCKED
""")
_AGAIN = text("""
    UPDATE start_events SET due_at = :due, left_times = :left
    WHERE definition_key = :definition AND element = :element AND part = :part
""")
_LAST = text("DELETE FROM start_events WHERE definition_key = :definition AND element = :element AND part = :part")


def start_due(session: Session, zone: ZoneInfo) -> bool:
    """Have one instance started whose timer is due; False if there is none. Cron runs by the clocks of `zone`."""
    row = session.execute(_TAKE, {"now": clock.now()}).one_or_none()
    if row is None:
        return False
    _set_again(session, row, clock.now().astimezone(zone))
    start(session, Receiver(row.process_id, row.definition_key, row.element), new_key(session), {}, None)
    return True


def _set_again(session: Session, row: Row[Any], now: datetime) -> None:
    """A cycle missed while nothing ran goes on from now; it is not caught up."""
    place = {"definition": row.definition_key, "element": row.element, "part": row.part}
    if row.cycle is None or row.left_times == 0:
        session.execute(_LAST, place)
        return
    left = None if row.left_times is None else row.left_times - 1
    session.execute(_AGAIN, {**place, "due": parse_cycle(row.cycle).next(now), "left": left})
