"""Forms that were filled in for a case, with what the case holds of them now: history keeps no values.

Where a task's output mappings put a field elsewhere, it is looked for there, as far as they name it plainly.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from engine.definitions import process_spec
from engine.definitions.wording import Language, element_name, form_in

_TASKS = text("""
    SELECT t.key, t.element, t.definition_key, t.form_key, t.completed_at, t.completed_by,
        coalesce(p.name, t.completed_by) AS who
    FROM tasks t LEFT JOIN people p ON p.id = t.completed_by
    WHERE t.key BETWEEN :key AND :key + 16777215 AND t.state = 'completed' ORDER BY t.completed_at, t.key LIMIT 200
""")
# Only what passes a field on as it is: of a computed mapping nobody can tell what was filled in.
_NAME = re.compile(r"[^\W\d]\w*")
_ENTRY = re.compile(r"\s*\"?([^\W\d]\w*)\"?\s*:\s*([^\W\d]\w*)\s*")


@dataclass(frozen=True, slots=True)
class Filled:
    """A completed task; `answers` are label and value of each field that the case still holds, in the form's order."""

    task_key: int
    name: str
    who: str
    at: datetime
    answers: tuple[tuple[str, Any], ...]
    has_form: bool


def of_case(
    session: Session, instance_key: int, variables: Mapping[str, Any], language: Language = "zh"
) -> list[Filled]:
    """The completed tasks of a case, the oldest first. Whether somebody sees it, the caller has asked."""
    found = []
    for row in session.execute(_TASKS, {"key": instance_key}):
        form = form_in(session, row.form_key, language) if row.form_key is not None else {}
        name = element_name(session, row.definition_key, row.element, language)
        held = {**variables, **_mapped(session, row, variables)}
        answers = tuple(_answers(form.get("components", ()), held))
        found.append(Filled(row.key, name, row.who, row.completed_at, answers, row.form_key is not None))
    return found


def _mapped(session: Session, row: Any, variables: Mapping[str, Any]) -> dict[str, Any]:
    """What the task's output mappings have kept of its fields, by the fields' names."""
    element = process_spec(session, row.definition_key).elements.get(row.element)
    found: dict[str, Any] = {}
    for mapping in getattr(element, "output_mappings", ()):
        for name, path in _kept(getattr(mapping.source, "text", ""), mapping.target):
            value: Any = variables
            for part in path:
                value = value.get(part) if isinstance(value, Mapping) else None
            found[name] = value
    return found


def _kept(source: str, target: tuple[str, ...]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Which names go where: `=a` → target, `={b: a}` → target.b."""
    if _NAME.fullmatch(source):
        yield source, target
    elif source.startswith("{") and source.endswith("}"):
        for entry in filter(None, map(_ENTRY.fullmatch, source[1:-1].split(","))):
            yield entry[2], (*target, entry[1])


def _answers(components: Iterable[Mapping[str, Any]], variables: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for component in components:
        key = component.get("key") or component.get("path")
        label = component.get("label") or component.get("dateLabel") or key
        if component.get("type") == "group":
            inner = variables.get(key) if key else variables
            yield from _answers(component.get("components", ()), inner if isinstance(inner, Mapping) else {})
        elif key and label and variables.get(key) not in (None, "", [], {}):
            yield label, _worded(component, variables[key])


def _worded(component: Mapping[str, Any], value: Any) -> Any:
    """A choice as the form shows it, not as it is kept."""
    if isinstance(value, list):
        return [_worded(component, one) for one in value]
    if isinstance(value, Mapping) and isinstance(value.get("label"), str):
        return value["label"]
    options = component.get("values")
    for option in options if isinstance(options, list) else ():
        if isinstance(option, Mapping) and option.get("value") == value:
            return option.get("label", value)
    return value
