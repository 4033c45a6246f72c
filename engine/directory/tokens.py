"""API tokens: made by command, shown once, kept as a hash, with a unit, rights and an end."""

import hashlib
import hmac
import re
import secrets
from collections.abc import Iterable
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import clock
from engine.errors import Invalid, NotFound, Unauthorized
from engine.store import first_row
from engine.store.models import ApiToken, Unit

from .groups import parse
from .principal import Principal
from .units import BELOW

PREFIX = "tl"  # tl_<id>_<secret>: recognised by people and by scanners for lost secrets
_ID = re.compile("[0-9a-f]{12}")
# Every request of a program asks this.
_BEARER = f"""
    SELECT t.name, encode(t.secret_hash, 'hex') AS secret_hash, t.unit, t.roles, t.groups,
           t.revoked_at IS NOT NULL OR t.expires_at <= %(now)s AS is_over,
           (WITH RECURSIVE heads AS (SELECT t.unit AS id), {BELOW} SELECT json_agg(id) FROM below) AS units
    FROM api_tokens t WHERE t.id = %(id)s
"""  # noqa: S608


def add_token(
    session: Session,
    name: str,
    unit: str,
    *,
    roles: Iterable[str] = (),
    groups: Iterable[str] = (),
    lifetime: timedelta,
    created_by: str,
) -> str:
    """A new token, as the text to hand over; it cannot be read again. Raises NotFound, Invalid."""
    if session.get(Unit, unit) is None:
        raise NotFound("unit_unknown", unit=unit)
    for group in (groups := sorted(groups)):
        try:
            parse(group)
        except ValueError as error:
            raise Invalid("group_malformed", group=group) from error
    token_id, secret = secrets.token_hex(6), secrets.token_hex(24)
    now = clock.machine()
    session.add(
        ApiToken(
            id=token_id,
            name=name,
            secret_hash=_hashed(secret),
            unit=unit,
            roles=sorted(roles),
            groups=groups,
            created_by=created_by,
            created_at=now,
            expires_at=now + lifetime,
        )
    )
    session.flush()
    return f"{PREFIX}_{token_id}_{secret}"


def principal_of_token(session: Session, text: str) -> Principal:
    """The API client that bears this token. Raises Unauthorized for one that is unknown, over or withdrawn."""
    prefix, _, rest = text.partition("_")
    token_id, _, secret = rest.partition("_")
    # Nonsense does not reach the database, which cannot take every text.
    if prefix != PREFIX or not _ID.fullmatch(token_id):
        raise Unauthorized("token_wrong")
    found = first_row(session, _BEARER, {"id": token_id, "now": clock.machine()})
    if found is None:
        raise Unauthorized("token_wrong")
    name, secret_hash, unit, roles, groups, is_over, units = found
    # a secret of 192 random bits needs no slow hash
    if not hmac.compare_digest(bytes.fromhex(secret_hash), _hashed(secret)):
        raise Unauthorized("token_wrong")
    # Told only to who has the secret; to anybody else it is a wrong token like any other.
    if is_over:
        raise Unauthorized("token_over")
    return Principal(f"token:{name}", name, unit, frozenset(units), frozenset(roles), frozenset(groups))


def revoke_token(session: Session, token_id: str) -> None:
    """Withdraw a token. Raises NotFound."""
    token = session.get(ApiToken, token_id)
    if token is None:
        raise NotFound("token_unknown", token=token_id)
    token.revoked_at = clock.machine()


def all_tokens(session: Session) -> list[ApiToken]:
    return list(session.scalars(select(ApiToken).order_by(ApiToken.created_at)))


def _hashed(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()
