"""The row that moves case time: the demo shifts it, Camunda's clock API pins it, a reset puts it back."""

import json
import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Self

from sqlalchemy import text
from sqlalchemy.orm import Session

# The clocks listen on this channel, so that what is due by the new time fires at once.
CHANNEL = "trunkline_clock"
# They look by themselves after this at the latest.
LOOK_AGAIN = timedelta(seconds=1)

# Transaction time, so that all of one transaction is one moment.
READ_CASE_TIME = "SELECT coalesce(frozen_at, now() + shift) FROM case_clock"
# What a `Reading` is made of, and a row where nobody has moved the clock since.
READ_CLOCK = (
    "SELECT json_build_array(coalesce(frozen_at, now() + shift), frozen_at IS NULL, xmin::text) FROM case_clock"
)
AS_READ = "SELECT 1 FROM case_clock WHERE xmin = %(clock_seen)s::xid"


@dataclass(frozen=True, slots=True)
class Reading:
    """Case time as it was read, for a transaction that begins a moment later: it goes on unless somebody moves it.

    `version` tells whether somebody has: PostgreSQL's of the clock's row.
    """

    moment: datetime
    is_going: bool
    version: str
    read_at: float

    @classmethod
    def of(cls, text: bytes) -> Self:
        """The answer to READ_CLOCK, which has just come."""
        moment, is_going, version = json.loads(text)
        return cls(datetime.fromisoformat(moment), is_going, version, time.monotonic())

    def age(self) -> float:
        """Seconds of real time since it was read."""
        return time.monotonic() - self.read_at

    def now(self) -> datetime:
        """Case time."""
        return self.moment + timedelta(seconds=self.age()) if self.is_going else self.moment


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
