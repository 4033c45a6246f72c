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
from engine.definitions.wording import Language, action_label
from engine.directory.groups import any_matches
from engine.directory.principal import Principal
from engine.errors import Conflict, Forbidden, NotFound
from engine.instances import advance
from engine.queries.rights import sees
from engine.work.checking import checked

# Those of a case's called instances are the case's too.
_OPEN = text("""
    SELECT s.key, s.instance_key, s.definition_key, s.element, s.element_key, s.name, s.action
    FROM subscriptions s JOIN instances i ON i.key = s.instance_key
    WHERE s.kind = 'message' AND s.action IS NOT NULL AND (i.key = :key OR i.root_key = :key)
    ORDER BY s.key
""")
_HELD = text("SELECT name, value FROM variables WHERE instance_key = :key AND scope_key = ANY(:scopes)")


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


@dataclass(frozen=True, slots=True)
class OpenForm:
    """An action with what is needed to fill in its form: the form's key, and what the case holds."""

    action: Action
    form_key: int | None
    variables: Mapping[str, Any]


def open_actions(session: Session, principal: Principal, instance_key: int, language: Language = "zh") -> list[Action]:
    """What the principal may send to the case now. Raises NotFound for a case it does not see."""
    _require_seen(session, principal, instance_key)
    rows = session.execute(_OPEN, {"key": instance_key}).all()
    return [_action(session, row, language) for row in rows if _may_send(principal, _roles(row))]


def action_form(
    session: Session, principal: Principal, instance_key: int, action: str, language: Language = "zh"
) -> OpenForm:
    """One that is open, with its form. Raises NotFound, Forbidden."""
    row = _open(session, principal, instance_key, action)
    scope = [row.instance_key]
    held = {found.name: found.value for found in session.execute(_HELD, {"key": row.instance_key, "scopes": scope})}
    return OpenForm(_action(session, row, language), _form_key(session, row), held)


def send_action(
    session: Session, principal: Principal, instance_key: int, action: str, variables: Mapping[str, Any] | None = None
) -> None:
    """Send one, named by its key, its element or its message, to exactly the subscription that shows it.

    Raises NotFound, Forbidden, Conflict if it is open no longer, Invalid with one finding a field of its form.
    """
    row = _open(session, principal, instance_key, action)
    taken = checked(session, _form_key(session, row), variables or {}, row.instance_key, [row.instance_key])
    history.record(session, "action_sent", row.instance_key, row.element, row.element_key, {"name": row.name})
    # Not published as a message: its name and key may fit other cases too, and the person has chosen this one.
    command = commands.Deliver(row.key, row.element_key, row.element, taken)
    # We looked without a lock: whoever was quicker may have closed it since.
    if advance(session, row.instance_key, command).stale:
        raise Conflict("action_not_open", action=action)


def _open(session: Session, principal: Principal, instance_key: int, action: str) -> Row[Any]:
    _require_seen(session, principal, instance_key)
    rows = session.execute(_OPEN, {"key": instance_key}).all()
    row = next((row for row in rows if action in (str(row.key), row.element, row.name)), None)
    if row is None:
        raise NotFound("action_not_open", action=action)
    if not _may_send(principal, _roles(row)):
        raise Forbidden("action_not_yours", action=action)
    return row


def _require_seen(session: Session, principal: Principal, instance_key: int) -> None:
    if not sees(session, principal, instance_key):
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


def _roles(row: Row[Any]) -> tuple[str, ...]:
    return tuple(row.action.get("roles", ()))


def _action(session: Session, row: Row[Any], language: Language) -> Action:
    label = action_label(session, row.definition_key, row.element, row.action["label"], language)
    form = row.action.get("form")
    return Action(row.key, row.instance_key, row.definition_key, row.element, row.name, label, form, _roles(row))
