"""Guessing passwords is slow: attempts are counted by person and address, by person, and by address (machine time)."""

import hashlib
from datetime import datetime, timedelta

from sqlalchemy import and_, delete, or_, text, update
from sqlalchemy.orm import Session

from engine import clock
from engine.errors import Throttled
from engine.store.models import LoginAttempts

WINDOW = timedelta(minutes=15)
# A person who mistypes; one whose password is guessed from many addresses; an address that many share.
OF_A_PAIR = 8
OF_A_PERSON = 40
OF_AN_ADDRESS = 100

# Counted before the password is looked at: of attempts made at the same time none is for free.
_COUNT = text("""
    INSERT INTO login_attempts (place, attempts, since) VALUES (:place, 1, :now)
    ON CONFLICT (place) DO UPDATE SET
        attempts = CASE WHEN login_attempts.since <= :over THEN 1 ELSE login_attempts.attempts + 1 END,
        since = CASE WHEN login_attempts.since <= :over THEN excluded.since ELSE login_attempts.since END
    RETURNING attempts, since
""")
# In the order in which they are counted, so that of two attempts at once none waits crosswise.
_LOCK = text("""
    SELECT FROM unnest(CAST(:places AS bytea[])) WITH ORDINALITY p(place, n) JOIN login_attempts a USING (place)
    ORDER BY n FOR UPDATE OF a
""")


def count_attempt(session: Session, person: str, address: str) -> datetime | None:
    """Count an attempt; None if it may be made, else from when on the next one may.

    The caller commits in either case, then refuses with `throttled`.
    """
    now = clock.machine()
    # One address alone, refused by now, does not keep a person out everywhere: what was refused counts no further.
    for place, most in (
        (_pair(person, address), OF_A_PAIR),
        (_address(address), OF_AN_ADDRESS),
        (_person(person), OF_A_PERSON),
    ):
        counted = session.execute(_COUNT, {"place": place, "now": now, "over": now - WINDOW}).one()
        if counted.attempts > most:
            return counted.since + WINDOW  # type: ignore[no-any-return]
    return None


def throttled(until: datetime) -> Throttled:
    """The refusal that tells how long to wait."""
    # Of less than half a minute "in 0 minutes" would be said.
    minutes = max(1, round((until - clock.machine()) / timedelta(minutes=1)))
    return Throttled("login_throttled", minutes=minutes)


def forgive_attempts(session: Session, person: str, address: str) -> None:
    """Forget what was counted for a person who has logged in: all of the pair, of the others this attempt.

    So many people behind one address can log in as there are, and guessers gain nothing by a login of somebody else.
    """
    session.execute(_LOCK, {"places": [_pair(person, address), _address(address), _person(person)]})
    shared = LoginAttempts.place.in_([_person(person), _address(address)])
    of_this_alone = and_(shared, LoginAttempts.attempts == 1)
    session.execute(delete(LoginAttempts).where(or_(LoginAttempts.place == _pair(person, address), of_this_alone)))
    session.execute(update(LoginAttempts).where(shared).values(attempts=LoginAttempts.attempts - 1))


def forget_old_attempts(session: Session) -> None:
    """Upkeep: drop what counts no longer."""
    session.execute(delete(LoginAttempts).where(LoginAttempts.since <= clock.machine() - WINDOW))


def _pair(person: str, address: str) -> bytes:
    return hashlib.sha256(f"{address}\0{person}".encode(errors="surrogatepass")).digest()


def _address(address: str) -> bytes:
    return hashlib.sha256(address.encode(errors="surrogatepass")).digest()


def _person(person: str) -> bytes:
    # An address never begins so.
    return hashlib.sha256(f"\0{person}".encode(errors="surrogatepass")).digest()
