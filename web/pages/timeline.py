"""A case's history as sentences in the reader's language."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import engine
from web.asking import Language
from web.pages.naming import Directory, listed
from web.pages.words import say, texts

ON_A_PAGE = 40
# What somebody does; the rest follows from it, in whoever's transaction that may be.
DONE_BY_SOMEBODY = frozenset(
    {
        "instance_started",
        "instance_canceled",
        "instance_migrated",
        "instance_modified",
        "instance_suspended",
        "instance_resumed",
        "task_assigned",
        "task_unassigned",
        "task_updated",
        "task_completed",
        "action_sent",
        "comment_added",
        "variables_set",
        "incident_resolved",
    }
)
# Every step of every token: for whoever asks for details.
DETAILS = ("element_activated", "element_completed", "element_terminated", "decision_evaluated", "variables_set")
ICONS: Mapping[str, tuple[str, str]] = {
    "instance_started": ("player-play", "green"),
    "instance_completed": ("circle-check", "green"),
    "instance_canceled": ("x", "red"),
    "incident_raised": ("alert-triangle", "red"),
    "incident_resolved": ("circle-check", "green"),
    "job_failed": ("refresh-alert", "orange"),
    "error_thrown": ("alert-triangle", "orange"),
    "escalation_thrown": ("alert-triangle", "orange"),
    "task_warning": ("hourglass", "orange"),
    "task_due": ("hourglass", "red"),
    "task_reminder": ("hourglass", "red"),
    "task_assigned": ("hand-grab", "blue"),
    "task_unassigned": ("arrow-back-up", "secondary"),
    "task_updated": ("adjustments", "blue"),
    "task_denied": ("x", "red"),
    "task_completed": ("check", "green"),
    "unit_not_computed": ("alert-triangle", "orange"),
    "case_held": ("clock-pause", "orange"),
    "case_resumed": ("clock-play", "green"),
    "instance_migrated": ("route", "blue"),
    "instance_modified": ("route", "blue"),
    "instance_suspended": ("player-pause", "red"),
    "instance_resumed": ("player-play", "green"),
    "process_called": ("route", "blue"),
    "action_sent": ("message", "blue"),
    "comment_added": ("message", "blue"),
    "timer_fired": ("clock", "blue"),
}


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that happened."""

    key: int
    at: datetime
    who: str
    is_system: bool
    sentence: str
    icon: str
    colour: str


def timeline(
    session: engine.Session, case: Any, names: Directory, language: Language, *, before: int | None, details: bool
) -> tuple[list[Line], int | None]:
    """Lines, the newest first, and the key to ask for older ones with. The caller has asked who sees the case."""
    below: Any = {"$lt": before} if before is not None else None
    tasks = _tasks(session, case.key)
    rows = _events(session, engine.queries.EventFilter(instance_key=case.key, kind=_kinds(details), key=below))
    if not details:
        # A task that somebody has completed is no detail.
        completed = engine.queries.EventFilter(
            instance_key=case.key, kind="element_completed", element={"$in": sorted(tasks)}, key=below
        )
        rows = sorted([*rows, *_events(session, completed)], key=lambda row: int(row.key), reverse=True)
    shown = rows[:ON_A_PAGE]
    versions = engine.queries.Versions(session, case.key, case.definition_key)
    lines = [_line(session, versions, row, names, language, is_task=row.element in tasks) for row in shown]
    return lines, lines[-1].key if len(rows) > ON_A_PAGE else None


def _kinds(details: bool) -> Any:
    return None if details else {"$notIn": DETAILS}


def _events(session: engine.Session, wanted: engine.queries.EventFilter) -> list[Any]:
    page = engine.queries.PageRequest(limit=ON_A_PAGE + 1)
    return list(engine.queries.events.search(session, wanted, [("key", "DESC")], page).items)


def _tasks(session: engine.Session, case_key: int) -> set[str]:
    """The elements of the case that were tasks of people."""
    wanted = engine.queries.UserTaskFilter(instance_key=case_key)
    rows = engine.queries.user_tasks.search(session, wanted, (), engine.queries.PageRequest(limit=1000)).items
    return {row.element for row in rows}


def _line(
    session: engine.Session,
    versions: engine.queries.Versions,
    row: Any,
    names: Directory,
    language: Language,
    *,
    is_task: bool,
) -> Line:
    data = dict(row.data or {})
    kind = "task_completed" if is_task and row.kind == "element_completed" else row.kind
    element = row.element and engine.element_name(session, versions.with_element(row.element), row.element, language)
    told = {
        "element": element or "",
        "code": data.get("code", ""),
        "name": data.get("name", ""),
        "process": _process(session, data, language),
        "decision": data.get("decision", ""),
        "retries": data.get("retries", ""),
        "message": data.get("message", ""),
        "reason": data.get("reason", ""),
        "names": listed(map(str, data.get("names", ())), language),
        "assignee": names.actor(str(data.get("assignee") or "")),
    }
    icon, colour = ICONS.get(kind, ("point", "secondary"))
    is_system = kind not in DONE_BY_SOMEBODY or row.actor.startswith("system")
    who = names.actor("system") if is_system else names.actor(row.actor, row.on_behalf_of)
    return Line(row.key, row.at, who, is_system, _sentence(row, kind, told, language), icon, colour)


def _sentence(row: Any, kind: str, told: Mapping[str, Any], language: Language) -> str:
    name = f"timeline.{kind}"
    if kind == "task_assigned" and (row.data or {}).get("assignee") == row.actor:
        name = "timeline.task_claimed"
    if name not in texts():
        return say("timeline.other", language, kind=kind, element=told["element"])
    return say(name, language, **told)


def _process(session: engine.Session, data: Mapping[str, Any], language: Language) -> str:
    process_id = data.get("process")
    if not isinstance(process_id, str):
        return ""
    try:
        return engine.process_name(session, engine.latest(session, "process", process_id).key, language)
    except engine.NotFound:
        # Not deployed: an incident says so.
        return process_id
