"""Forms on screens: the variables a task's form is shown with, its parts as they stand, and what is wrong so far."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from engine.definitions import form_of
from engine.definitions.wording import Language, form_in
from engine.errors import Finding, Invalid, NotFound
from engine.work.activation import overlaid
from engine.work.checking import checked, moment
from engine.work.forms import Part, read, show, submit

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


def form_parts(
    session: Session,
    form_key: int,
    values: Mapping[str, Any],
    data: Mapping[str, Any],
    language: Language = "zh",
    *,
    is_fixed: bool = False,
) -> tuple[Part, ...]:
    """A form as it stands with what is filled in (`values`) over what the case holds (`data`). Raises NotFound."""
    schema = form_in(session, form_key, language)
    return show(schema, values, data, moment(form_key), is_fixed=is_fixed)


def form_findings(
    session: Session, form_key: int, values: Mapping[str, Any], data: Mapping[str, Any]
) -> tuple[Finding, ...]:
    """What the form would be refused for if it were sent now. Raises NotFound."""
    try:
        submit(read(form_of(session, form_key)), values, data, moment(form_key))
    except Invalid as error:
        return error.findings
    return ()
