"""What people send for a task or an action, checked against its form with what the case holds."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from engine import clock
from engine.definitions import form_of
from engine.directory import calendar
from engine.feel import Moment
from engine.settings import load
from engine.work.activation import overlaid
from engine.work.forms import Form, read, submit

_VARIABLES = text("""
    SELECT scope_key, name, value FROM variables WHERE instance_key = :instance AND scope_key = ANY(:scopes)
""")


def checked(
    session: Session, form_key: int | None, sent: Mapping[str, Any], instance_key: int, scopes: Sequence[int]
) -> dict[str, Any]:
    """The variables to set. Without a form all that was sent is taken. Raises Invalid with one finding a field."""
    if form_key is None:
        return dict(sent)
    held: dict[int, dict[str, Any]] = {}
    for row in session.execute(_VARIABLES, {"instance": instance_key, "scopes": list(scopes)}):
        held.setdefault(row.scope_key, {})[row.name] = row.value
    return checked_with(session, form_key, sent, overlaid(scopes, held))


def checked_with(
    session: Session, form_key: int | None, sent: Mapping[str, Any], held: Mapping[str, Any]
) -> dict[str, Any]:
    """Like `checked`, where the variables that the form sees are known already."""
    if form_key is None:
        return dict(sent)
    form: Form = read(form_of(session, form_key))
    # The same seed as where the form is drawn: what it shows of chance must be what is checked.
    return submit(form, sent, held, moment(form_key))


def moment(seed: int) -> Moment:
    """What the expressions of a form or a decision may know of the world."""
    now = clock.now().astimezone(load().timezone)
    return Moment(now=now, seed=seed, functions=calendar.functions(calendar.standard()))
