"""Actions (decision 15): what people may send to a running case, open as long as the subscription that receives it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, text
from sqlalchemy.orm import Session

from engine import history
from engine.core import commands
from engine.core.effects import Binding
from engine.definitions import DeployedCatalogue
from engine.directory.groups import any_matches
from engine.directory.principal import Principal
from engine.errors import Conflict, Forbidden, NotFound
from engine.instances import advance
from engine.work.checking import checked
from engine.work.visibility import may_see

# Those of a case's called instances are the case's too.
_OPEN = text("""
    SELECT s.key, s.instance_key, s.definition_key, s.element, s.element_key, s.name, s.action
    FROM subscriptions s JOIN instances i ON i.key = s.instance_key
    WHERE s.kind = 'message' AND s.action IS NOT NULL AND (i.key = :key OR i.root_key = :key)
    ORDER BY s.key
""")


@dataclass(frozen=True, slots=True)
class Action:
    """One that is open. `form` is the id of the form to fill in, `name` the message it sends."""

    key: int
    instance_key: int
    definition_key: int
    element: str
    name: str
    label: str
    form: str | None
    roles: tuple[str, ...]


def open_actions(session: Session, principal: Principal, instance_key: int) -> list[Action]:
    """What the principal may send to the case now. Raises NotFound for a case it does not see."""
    _require_seen(session, principal, instance_key)
    rows = session.execute(_OPEN, {"key": instance_key})
    return [action for action in map(_action, rows) if _may_send(principal, action.roles)]


def send_action(
    session: Session, principal: Principal, instance_key: int, action: str, variables: Mapping[str, Any] | None = None
) -> None:
    """Send one, named by its key, its element or its message, to exactly the subscription that shows it.

    Raises NotFound, Forbidden, Conflict if it is open no longer, Invalid with one finding a field of its form.
    """
    _require_seen(session, principal, instance_key)
    rows = session.execute(_OPEN, {"key": instance_key}).all()
    row = next((row for row in rows if action in (str(row.key), row.element, row.name)), None)
    if row is None:
        raise NotFound("action_not_open", action=action)
    if not _may_send(principal, tuple(row.action.get("roles", ()))):
        raise Forbidden("action_not_yours", action=action)
    taken = checked(session, _form_key(session, row), variables or {}, row.instance_key, [row.instance_key])
    history.record(session, "action_sent", row.instance_key, row.element, row.element_key, {"name": row.name})
    command = commands.Deliver(row.key, row.element_key, row.element, taken)
    if advance(session, row.instance_key, command).stale:
        raise Conflict("action_not_open", action=action)


def _require_seen(session: Session, principal: Principal, instance_key: int) -> None:
    if not may_see(session, principal, instance_key):
        raise NotFound("instance_unknown", key=str(instance_key))


def _may_send(principal: Principal, roles: Sequence[str]) -> bool:
    """Without roles an action is for everybody who sees the case."""
    return not roles or principal.may_operate() or any_matches(principal.groups, roles)


def _form_key(session: Session, row: Row[Any]) -> int | None:
    form_id = row.action.get("form")
    if form_id is None:
        return None
    key = DeployedCatalogue(session, row.definition_key).key("form", form_id, Binding())
    if key is None:
        raise Conflict("form_missing", form=form_id)
    return key


def _action(row: Row[Any]) -> Action:
    told = row.action
    roles = tuple(told.get("roles", ()))
    return Action(
        row.key, row.instance_key, row.definition_key, row.element, row.name, told["label"], told.get("form"), roles
    )
