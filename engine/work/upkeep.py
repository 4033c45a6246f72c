"""What has to be done now and then so that nothing is forgotten and nothing grows for ever. One worker does each."""

import logging
from datetime import date

from sqlalchemy import text
from sqlalchemy.orm import Session

from engine import clock, history
from engine.directory import calendar
from engine.queries import operations
from engine.store.enqueue import JOBS, enqueue
from engine.store.session import raw_connection
from engine.work import leasing

logger = logging.getLogger(__name__)

_EXPIRED_MESSAGES = text("DELETE FROM messages WHERE expires_at <= :now")
# A delivery that got lost: its job has been free, or its lease over, for longer than a delivery takes.
_FORGOTTEN_JOBS = text("""
    SELECT j.key FROM jobs j JOIN instances i ON i.key = j.instance_key
    WHERE j.handled AND NOT i.suspended
      AND (j.state = 'created' AND j.available_at < now() - interval '10 s'
           OR j.state = 'activated' AND j.lease_until < now() - interval '10 s')
      AND NOT EXISTS (
        SELECT FROM pgqueuer.pgqueuer q WHERE q.entrypoint = 'jobs' AND q.payload = convert_to(j.key::text, 'UTF8'))
""")
# What PgQueuer has not added up yet is still missing from its statistics.
_OLD_DISPATCH_LOG = text("DELETE FROM pgqueuer.pgqueuer_log WHERE aggregated AND created < now() - interval '1 day'")
_OLD_DISPATCH_STATISTICS = text("DELETE FROM pgqueuer.pgqueuer_statistics WHERE created < now() - interval '30 days'")


def make_history_partitions(session: Session) -> None:
    """Have a partition ready for the months to come."""
    history.make_partitions(session)


def drop_old_history(session: Session, months: int) -> list[str]:
    """Drop what is older than so many whole months, the present one not counted; 0 keeps all. Says what is gone."""
    if months == 0:
        return []
    now = clock.machine()
    year, month = divmod(now.year * 12 + now.month - 1 - months, 12)
    dropped = history.drop_partitions(session, date(year, month + 1, 1))
    if dropped:
        logger.info("months of history dropped", extra={"months": dropped})
    return dropped


def drop_expired_messages(session: Session) -> int:
    """Forget the messages that nobody came for in time; says how many."""
    return session.execute(_EXPIRED_MESSAGES, {"now": clock.now()}).rowcount  # type: ignore[attr-defined, no-any-return]


def queue_forgotten_jobs(session: Session) -> int:
    """Queue the jobs of dead workers, and those whose delivery got lost or was left undone while suspended."""
    keys = sorted({*leasing.orphans(session), *session.execute(_FORGOTTEN_JOBS).scalars()})
    enqueue(raw_connection(session), JOBS, keys)
    if keys:
        logger.info("jobs queued again", extra={"jobs": len(keys)})
    return len(keys)


def tell_of_unknown_holidays(session: Session) -> None:
    """Warn while the calendar ends soon: past it, working time is counted by weekends alone."""
    until = calendar.holidays_ending(clock.now())
    if until is None:
        return
    late = operations.due_after(session, until)
    logger.warning(
        "holidays are known until %s only; name a file with later years by TRUNKLINE_CALENDAR",
        until,
        extra={"known_until": until.isoformat(), "tasks_due_later": late},
    )


def trim_dispatch_log(session: Session) -> None:
    """PgQueuer's own log and statistics are for its metrics; ours is history."""
    session.execute(_OLD_DISPATCH_LOG)
    session.execute(_OLD_DISPATCH_STATISTICS)
