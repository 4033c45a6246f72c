"""Authentication: a person's name and password (HTTP Basic) or an API token (Bearer), with every request."""

import hashlib
import hmac
import secrets
import threading
import time
from collections import OrderedDict

from flask import request

import engine
from web import asking

KEPT_SECONDS = 300  # since it was used last
KEPT_PASSWORDS = 1000
# Argon2 takes 64 MB for each password it checks.
CHECKED_AT_ONCE = 4


def identify() -> None:
    """Find out who asks. Raises Unauthorized if the route is not for everybody and nobody known asks."""
    if asking.is_public():
        return
    given = request.authorization
    if given is None:
        raise engine.Unauthorized("credentials_missing")
    if given.type == "basic":
        found = by_password(given.username or "", given.password or "")
    elif given.type == "bearer" and given.token:
        with engine.transaction() as session:
            found = engine.principal_of_token(session, given.token)
    else:
        raise engine.Unauthorized("credentials_kind_unknown", kind=given.type)
    asking.act_as(found)


def by_password(person: str, password: str) -> engine.Principal:
    """The person with this password. A password found right is not computed again for a while.

    Raises Unauthorized, Throttled for whoever has guessed too often.
    """
    # PostgreSQL takes no NUL, so nobody has such a name.
    if "\x00" in person:
        raise engine.Unauthorized("credentials_wrong")
    with engine.transaction() as session:
        stored = engine.password_hash_of(session, person)
        if stored is not None and _passwords.holds(stored, password):
            return engine.principal_of(session, person, "api")
    # Also where there is nobody of this name: the attempt counts, and takes as long.
    found = _checked(person, password)
    if stored is not None:
        _passwords.keep(stored, password)
    return found


def _checked(person: str, password: str) -> engine.Principal:
    address = request.remote_addr or ""
    # Committed before the password is looked at, so that a failed attempt stays counted.
    with engine.transaction() as session:
        until = engine.count_attempt(session, person, address)
    if until is not None:
        raise engine.throttled(until)
    # In this order: who waits to be checked holds no connection.
    with checking, engine.transaction() as session:
        found = engine.authenticate(session, person, password, "api")
        engine.forgive_attempts(session, person, address)
    return found


class Passwords:
    """Passwords found right lately, as keyed hashes that mean nothing outside this process.

    The stored hash is part of what is hashed, so a changed password is forgotten at once.
    """

    def __init__(self) -> None:
        self._key = secrets.token_bytes(32)
        self._until: OrderedDict[bytes, float] = OrderedDict()
        self._lock = threading.Lock()

    def holds(self, stored: str, password: str) -> bool:
        """Whether this password was found right; one in use is kept on."""
        hashed = self._hashed(stored, password)
        with self._lock:
            if self._until.get(hashed, 0.0) <= time.monotonic():
                return False
            self._keep(hashed)
            return True

    def keep(self, stored: str, password: str) -> None:
        """Remember a password that was found right."""
        with self._lock:
            self._keep(self._hashed(stored, password))
            while len(self._until) > KEPT_PASSWORDS:
                self._until.popitem(last=False)

    def _keep(self, hashed: bytes) -> None:
        self._until[hashed] = time.monotonic() + KEPT_SECONDS
        self._until.move_to_end(hashed)

    def _hashed(self, stored: str, password: str) -> bytes:
        return hmac.new(self._key, f"{stored}\0{password}".encode(errors="surrogatepass"), hashlib.sha256).digest()


_passwords = Passwords()
checking = threading.BoundedSemaphore(CHECKED_AT_ONCE)
