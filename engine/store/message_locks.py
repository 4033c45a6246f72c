"""Locks that keep a message and its receiver from missing each other (decision 7). Held until the commit.

Publishing takes the name shared and (name, key) alone; subscribing takes (name, key) alone, or the name alone where
there is no key. So a subscription by name waits for every publisher of that name, and two publishers with different
keys do not wait for each other.
"""

import hashlib
from collections.abc import Iterable

from sqlalchemy import text
from sqlalchemy.orm import Session

from engine.store.session import begin_with

_ALONE = text(
    "SELECT pg_advisory_xact_lock(key) FROM unnest(CAST(:keys AS bigint[])) WITH ORDINALITY t(key, n) ORDER BY n"
)
_PUBLISHING = """
    SELECT CASE WHEN n = 1 THEN pg_advisory_xact_lock_shared(key) ELSE pg_advisory_xact_lock(key) END
    FROM unnest(ARRAY[%(name)s::bigint, %(pair)s::bigint]) WITH ORDINALITY t(key, n) ORDER BY n
"""


def lock_publishing(session: Session, name: str, correlation_key: str) -> None:
    """Nobody subscribes to this name and key, and nobody publishes under it, until we commit."""
    begin_with(session, _PUBLISHING, {"name": _number(name), "pair": _number(name, correlation_key)})


def lock_subscribing(session: Session, wanted: Iterable[tuple[str, str | None]]) -> None:
    """Nobody publishes any of these (name, correlation key or None) until we commit; one statement for all.

    Names come before pairs, as in publishing, and each in the order of their numbers: nobody waits crosswise.
    """
    asked = set(wanted)
    names = sorted(_number(name) for name, key in asked if key is None)
    pairs = sorted(_number(name, key) for name, key in asked if key is not None)
    if asked:
        session.execute(_ALONE, {"keys": [*names, *pairs]})


def _number(*parts: str) -> int:
    """A lock's number. Names and (name, key) pairs are apart from each other and from the store's own locks."""
    digest = hashlib.blake2b("\0".join(parts).encode(), digest_size=8, person=b"message" + bytes([len(parts)])).digest()
    return int.from_bytes(digest, "big", signed=True)
