"""Due timers: taken in batches by our clocks, each fired in its instance's own transaction.

What is due is told by case time; how long a clock may be at it, and how long it waits after a failure, by machine time.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import text
from sqlalchemy.orm import Session

from engine import clock
from engine.core import commands
from engine.instances import Sight, advance, see

# Time enough for a whole batch; a clock that dies leaves its timers to the others after it.
TAKEN_FOR = timedelta(seconds=30)
LONGEST_WAIT = timedelta(minutes=10)

_TAKE = text("""
    UPDATE timers SET taken_until = now() + :taken_for, attempts = timers.attempts + 1
    FROM (
        SELECT t.key FROM timers t JOIN instances i ON i.key = t.instance_key
        WHERE t.due_at <= :now AND (t.taken_until IS NULL OR t.taken_until < now()) AND NOT i.suspended
        ORDER BY t.due_at, t.key LIMIT :limit FOR UPDATE OF t SKIP LOCKED
    ) AS due
    WHERE timers.key = due.key
    RETURNING timers.key, timers.instance_key, timers.element, timers.element_key, timers.kind, timers.due_at,
        timers.cycle, timers.left_times, timers.attempts
""")
_BACK_OFF = text("UPDATE timers SET taken_until = now() + :wait WHERE key = :key")
_GIVE_BACK = text("UPDATE timers SET taken_until = NULL, attempts = attempts - 1 WHERE key = :key")
# One that is taken or put off is not waited for by the clock: looking again finds it in a second at the latest.
_NEXT = text("""
    SELECT min(due_at) FROM (
        (SELECT t.due_at FROM timers t JOIN instances i ON i.key = t.instance_key
         WHERE t.taken_until IS NULL AND NOT i.suspended ORDER BY t.due_at LIMIT 1)
        UNION ALL
        (SELECT e.due_at FROM start_events e WHERE e.due_at IS NOT NULL ORDER BY e.due_at LIMIT 1)
    ) AS nearest
""")


@dataclass(frozen=True, slots=True)
class DueTimer:
    """A timer that this clock has taken. `left`: how often it still fires after this time."""

    key: int
    instance_key: int
    element: str
    element_key: int
    kind: str
    due_at: datetime
    cycle: str | None
    left: int | None
    attempts: int


def take_due(session: Session, limit: int) -> list[DueTimer]:
    """Take up to `limit` timers that are due, the longest due first; two clocks never take the same one.

    Timers of a suspended instance stand until it goes on.
    """
    parameters = {"now": clock.now(), "taken_for": TAKEN_FOR, "limit": limit}
    found = [DueTimer(*row) for row in session.execute(_TAKE, parameters)]
    return sorted(found, key=lambda timer: (timer.due_at, timer.key))


def see_instances(session: Session, due: Sequence[DueTimer]) -> dict[int, Sight]:
    """How the instances of these timers are, by timer; where one has several, by its first, as that changes it."""
    first = {timer.instance_key: timer.key for timer in reversed(due)}
    return {first[instance]: sight for instance, sight in see(session, list(first)).items()}


def fire(session: Session, timer: DueTimer, sight: Sight | None = None) -> bool:
    """Fire one, by how its instance was seen; False if it had been cancelled in the meantime."""
    command = commands.FireTimer(timer.key, timer.element_key, timer.element, timer.kind, timer.cycle, timer.left)
    return not advance(session, timer.instance_key, command, sight).stale


def postpone(session: Session, timer: DueTimer) -> None:
    """It could not be fired: try again later, waiting longer each time."""
    # The exponent has an end, or the product would overflow long before the longest wait is chosen.
    wait = min(timedelta(seconds=1) * 2 ** min(timer.attempts, 12), LONGEST_WAIT)
    session.execute(_BACK_OFF, {"key": timer.key, "wait": wait})


def give_back(session: Session, timer: DueTimer) -> None:
    """Its instance was suspended after it was taken: it is due when that goes on, and nothing has failed."""
    session.execute(_GIVE_BACK, {"key": timer.key})


def next_due(session: Session) -> timedelta | None:
    """How long until the next one is due, by the case clock as it stands; None where nothing waits."""
    moment: datetime | None = session.execute(_NEXT).scalar_one()
    return None if moment is None else max(moment - clock.now(), timedelta())
