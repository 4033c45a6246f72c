"""The row that moves case time: the demo shifts it, Camunda's clock API pins it, a reset puts it back."""

from datetime import datetime, timedelta

from sqlalchemy import text
from sqlalchemy.orm import Session

# The clocks listen on this channel, so that what is due by the new time fires at once.
CHANNEL = "trunkline_clock"
# They look by themselves after this at the latest.
LOOK_AGAIN = timedelta(seconds=1)

# Transaction time, so that all of one transaction is one moment.
READ_CASE_TIME = "SELECT coalesce(frozen_at, now() + shift) FROM case_clock"


def pin(session: Session, moment: datetime) -> None:
    """Let case time stand at `moment` until it is pinned elsewhere, moved or reset."""
    _require_zone(moment)
    session.execute(text("UPDATE case_clock SET mode = 'frozen', frozen_at = :moment"), {"moment": moment})
    _tell(session)


def move_to(session: Session, moment: datetime) -> None:
    """Let case time be `moment` now and go on from there."""
    _require_zone(moment)
    session.execute(
        text("UPDATE case_clock SET mode = 'offset', frozen_at = NULL, shift = :moment - now()"), {"moment": moment}
    )
    _tell(session)


def move_by(session: Session, step: timedelta) -> None:
    """Put case time forward by `step`, or back; a pinned one stays pinned."""
    session.execute(text("UPDATE case_clock SET frozen_at = frozen_at + :step, shift = shift + :step"), {"step": step})
    _tell(session)


def is_pinned(session: Session) -> bool:
    """Whether case time stands still."""
    return bool(session.execute(text("SELECT mode = 'frozen' FROM case_clock")).scalar_one())


def reset(session: Session) -> None:
    """Let case time be real time again."""
    session.execute(text("UPDATE case_clock SET mode = 'offset', frozen_at = NULL, shift = '0'"))
    _tell(session)


def _require_zone(moment: datetime) -> None:
    # PostgreSQL would read it in the session's zone, which is UTC and not where whoever wrote it is.
    if moment.tzinfo is None:
        raise ValueError("case time needs a time zone")


def _tell(session: Session) -> None:
    session.execute(text("SELECT pg_notify(:channel, '')"), {"channel": CHANNEL})
