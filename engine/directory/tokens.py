"""API tokens: made by command, shown once, kept as a hash, with a unit, rights and an end."""

import hashlib
import hmac
import secrets
from collections.abc import Iterable
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import clock
from engine.errors import Invalid, NotFound, Unauthorized
from engine.store.models import ApiToken, Unit

from .groups import parse
from .principal import Principal
from .units import below

PREFIX = "tl"  # tl_<id>_<secret>: recognised by people and by scanners for lost secrets


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
    token = session.get(ApiToken, token_id) if prefix == PREFIX else None
    # a secret of 192 random bits needs no slow hash
    if token is None or not hmac.compare_digest(token.secret_hash, _hashed(secret)):
        raise Unauthorized("token_wrong")
    if token.revoked_at is not None or token.expires_at <= clock.machine():
        raise Unauthorized("token_over")
    units = below(session, [token.unit])
    return Principal(
        f"token:{token.name}", token.name, token.unit, units, frozenset(token.roles), frozenset(token.groups)
    )


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
