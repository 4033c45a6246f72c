"""Login sessions of browsers (machine time): opened with a cookie's text, found by it, ended."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import delete
from sqlalchemy.orm import Session

from engine import clock
from engine.store.models import LoginSession

IDLE = timedelta(hours=12)
LONGEST = timedelta(days=7)
# Being seen is written down this often, not with every request.
SEEN_EVERY = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class LoggedIn:
    """Who a cookie stands for, and the word that this person's posts have to carry."""

    person: str
    csrf: str


def open_session(session: Session, person: str) -> str:
    """Log a person in; the cookie's text, which cannot be read again."""
    token = secrets.token_urlsafe(32)
    now = clock.machine()
    session.add(
        LoginSession(
            # Only its hash is kept: who can read the table is still nobody's browser.
            token_hash=_hashed(token),
            person=person,
            csrf=secrets.token_urlsafe(24),
            created_at=now,
            seen_at=now,
            expires_at=now + IDLE,
        )
    )
    session.flush()
    return token


def session_of(session: Session, token: str) -> LoggedIn | None:
    """Who the cookie's text stands for; None where its session is over or never was."""
    found = session.get(LoginSession, _hashed(token))
    now = clock.machine()
    if found is None or found.expires_at <= now:
        return None
    if now - found.seen_at >= SEEN_EVERY:
        found.seen_at = now
        found.expires_at = min(now + IDLE, found.created_at + LONGEST)
    return LoggedIn(found.person, found.csrf)


def close_session(session: Session, token: str) -> None:
    """Log out."""
    session.execute(delete(LoginSession).where(LoginSession.token_hash == _hashed(token)))


def close_other_sessions(session: Session, person: str, token: str) -> None:
    """End all sessions of a person but this one, as after a change of the password."""
    others = (LoginSession.person == person, LoginSession.token_hash != _hashed(token))
    session.execute(delete(LoginSession).where(*others))


def forget_ended_sessions(session: Session) -> None:
    """Upkeep: drop what is over."""
    session.execute(delete(LoginSession).where(LoginSession.expires_at <= clock.machine()))


def _hashed(token: str) -> bytes:
    # 256 random bits need no slow hash
    # A cookie may hold anything: half a surrogate pair is no session either, and no error.
    return hashlib.sha256(token.encode(errors="surrogatepass")).digest()
