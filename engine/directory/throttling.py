"""Guessing passwords is slow: attempts are counted by person and address, and by address alone (machine time)."""

import hashlib
from datetime import datetime, timedelta

from sqlalchemy import delete, text
from sqlalchemy.orm import Session

from engine import clock
from engine.errors import Throttled
from engine.store.models import LoginAttempts

WINDOW = timedelta(minutes=15)
# A person who mistypes, and an address that many share.
OF_A_PERSON = 8
OF_AN_ADDRESS = 100

# Counted before the password is looked at: of attempts made at the same time none is for free.
_COUNT = text("""
    INSERT INTO login_attempts (place, attempts, since) VALUES (:place, 1, :now)
    ON CONFLICT (place) DO UPDATE SET
        attempts = CASE WHEN login_attempts.since <= :over THEN 1 ELSE login_attempts.attempts + 1 END,
        since = CASE WHEN login_attempts.since <= :over THEN excluded.since ELSE login_attempts.since END
    RETURNING attempts, since
""")


def count_attempt(session: Session, person: str, address: str) -> datetime | None:
    """Count an attempt; None if it may be made, else from when on the next one may.

    The caller commits in either case, then refuses with `throttled`.
    """
    now = clock.machine()
    ends: list[datetime] = []
    for place, most in ((_pair(person, address), OF_A_PERSON), (_alone(address), OF_AN_ADDRESS)):
        counted = session.execute(_COUNT, {"place": place, "now": now, "over": now - WINDOW}).one()
        if counted.attempts > most:
            ends.append(counted.since + WINDOW)
    return max(ends, default=None)


def throttled(until: datetime) -> Throttled:
    """The refusal that tells how long to wait."""
    minutes = max(1, round((until - clock.machine()) / timedelta(minutes=1)))
    return Throttled("login_throttled", minutes=minutes)


def forgive_attempts(session: Session, person: str, address: str) -> None:
    """Forget what was counted for a person who has logged in."""
    session.execute(delete(LoginAttempts).where(LoginAttempts.place == _pair(person, address)))


def forget_old_attempts(session: Session) -> None:
    """Upkeep: drop what counts no longer."""
    session.execute(delete(LoginAttempts).where(LoginAttempts.since <= clock.machine() - WINDOW))


def _pair(person: str, address: str) -> bytes:
    return hashlib.sha256(f"{address}\0{person}".encode(errors="surrogatepass")).digest()


def _alone(address: str) -> bytes:
    return hashlib.sha256(address.encode(errors="surrogatepass")).digest()
