"""API tokens as administrators see to them: made, listed, withdrawn; the text is told once and kept by nobody here."""

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy.orm import Session

from engine import history
from engine.directory.principal import Principal
from engine.directory.tokens import add_token, all_tokens, revoke_token
from engine.errors import Invalid
from engine.store.models import ApiToken
from engine.work.staff import require_admin

TOKEN_ROLES = ("worker", "analyst", "operator", "admin")
LONGEST = timedelta(days=3650)
LONGEST_NAME = 100


def issue_token(
    session: Session,
    principal: Principal,
    name: str,
    unit: str,
    *,
    roles: Sequence[str] = (),
    groups: Sequence[str] = (),
    lifetime: timedelta,
) -> str:
    """A new token, as the text to hand over. Raises Forbidden, Invalid, NotFound for an unknown unit."""
    require_admin(principal)
    name = name.strip()
    if not name or len(name) > LONGEST_NAME or not name.isprintable():
        raise Invalid("token_name_malformed", longest=LONGEST_NAME)
    if not set(roles) <= set(TOKEN_ROLES):
        raise Invalid("role_unknown", roles=", ".join(roles))
    if not timedelta(days=1) <= lifetime <= LONGEST:
        raise Invalid("token_lifetime", longest=LONGEST.days)
    text = add_token(session, name, unit, roles=roles, groups=groups, lifetime=lifetime, created_by=principal.id)
    history.record(session, "token_issued", data={"name": name, "unit": unit, "roles": sorted(roles)})
    return text


def withdraw_token(session: Session, principal: Principal, token: str) -> None:
    """From now on nobody is let in with this token. Raises Forbidden, NotFound."""
    require_admin(principal)
    revoke_token(session, token)
    history.record(session, "token_withdrawn", data={"token": token})


def issued_tokens(session: Session, principal: Principal) -> list[ApiToken]:
    """All tokens, also those that are over. Raises Forbidden."""
    require_admin(principal)
    return all_tokens(session)
