"""Commands between cases that were given up after their last try, with why: what an operator may have tried again."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.directory.principal import Principal
from engine.errors import NotFound
from engine.store.models import Command

from .rights import sees_case

MOST = 100
FIELDS = (
    Command.id,
    Command.instance_key,
    Command.kind,
    Command.attempts,
    Command.created_at,
    Command.failed_at,
    Command.error,
)


class FailedCommand(NamedTuple):
    """One of them. `instance_key` is the case it is for, or for a call or a message the case that sent it."""

    id: int
    instance_key: int | None
    kind: str
    attempts: int
    created_at: datetime
    failed_at: datetime
    error: str


def search(session: Session, principal: Principal | None = None) -> Sequence[FailedCommand]:
    """Those of cases the asker sees, the oldest first; what belongs to no case is for administrators."""
    query = select(*FIELDS).where(Command.failed_at.is_not(None))
    visible = sees_case(principal, Command.instance_key)
    if visible is not None:
        query = query.where(visible)
    return [FailedCommand(*row) for row in session.execute(query.order_by(Command.id).limit(MOST))]


def get(session: Session, command_id: int, principal: Principal | None = None) -> FailedCommand:
    """One of them. Raises NotFound, also where the asker does not see its case."""
    query = select(*FIELDS).where(Command.id == command_id, Command.failed_at.is_not(None))
    visible = sees_case(principal, Command.instance_key)
    if visible is not None:
        query = query.where(visible)
    row = session.execute(query).one_or_none()
    if row is None:
        raise NotFound("command_unknown", id=str(command_id))
    return FailedCommand(*row)
