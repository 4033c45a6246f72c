"""What a task's form is shown with: the variables visible from the task, the nearest scope's first."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from engine.errors import NotFound
from engine.work.activation import overlaid
from engine.work.checking import checked

_SCOPES = text("SELECT instance_key, scopes FROM tasks WHERE key = :key")
_VARIABLES = text("""
    SELECT scope_key, name, value FROM variables WHERE instance_key = :instance AND scope_key = ANY(:scopes)
""")


def task_variables(session: Session, key: int) -> dict[str, Any]:
    """The variables of a task by name. Raises NotFound. Whether somebody may see them, the caller has asked."""
    task = session.execute(_SCOPES, {"key": key}).one_or_none()
    if task is None:
        raise NotFound("task_unknown", key=str(key))
    held: dict[int, dict[str, Any]] = {}
    for row in session.execute(_VARIABLES, {"instance": task.instance_key, "scopes": task.scopes}):
        held.setdefault(row.scope_key, {})[row.name] = row.value
    return dict(overlaid(task.scopes, held))


def check_start_form(session: Session, form_key: int, sent: Mapping[str, Any]) -> dict[str, Any]:
    """The variables a start form sets; nothing is there before it. Raises Invalid with one finding a field."""
    return checked(session, form_key, sent, 0, ())
