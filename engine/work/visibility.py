"""Which cases somebody sees: those of its units and of all below them (decision 14)."""

from sqlalchemy import text
from sqlalchemy.orm import Session

from engine.directory.principal import Principal

_UNITS = text("""
    SELECT unit FROM involved_units WHERE instance_key = :key
    UNION SELECT unit FROM instances WHERE key = :key AND unit IS NOT NULL
""")


def may_see(session: Session, principal: Principal, instance_key: int) -> bool:
    """Whether the case is seen; administrators see every one."""
    if principal.is_admin():
        return True
    units = frozenset(session.execute(_UNITS, {"key": instance_key}).scalars())
    return principal.may_see(units)
