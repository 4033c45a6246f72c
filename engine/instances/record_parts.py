"""What instances wait for, as parts of the statement that writes an advance."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any

from engine import lifecycle
from engine.core.records import Job, Record, Subscription, Task, Timer
from engine.directory.acting import current
from engine.directory.groups import unit_of
from engine.store import json

from . import statements as sql
from .between import actor_as_json
from .changes import Changes, Noun
from .part import CONCERNED, COUNT, HANDLED, Part

# What changes of a task without its listeners.
_MOMENTS = ("due_at", "warned_at", "overdue_at", "reminded_at")


def record_parts(changes: Changes, values: dict[str, Any]) -> list[Part]:
    """The parts of jobs, tasks, timers, subscriptions and incidents; their values are added to `values`."""
    return [part for noun, parts in _PARTS.items() if noun in changes.nouns for part in parts(changes, values)]


def _jobs(changes: Changes, values: dict[str, Any]) -> list[Part]:
    noun = changes["job"]
    parts = []
    if noun.opened:
        values["jobs"] = _rows(noun.opened.values(), _job)
        parts.append(Part("jobs_opened", sql.OPEN_JOBS, answer=HANDLED))
    changed = {key: fields for key, fields in noun.changed.items() if key not in noun.closed | noun.opened}
    if changed:
        values["job_changes"] = json.dumps([_job_change(key, fields) for key, fields in changed.items()])
        parts.append(Part("jobs_changed", sql.CHANGE_JOBS, len(changed), HANDLED))
    return parts + _closed(noun.closed, "jobs_closed", sql.CLOSE_JOBS, values)


def _job(record: Record) -> dict[str, Any]:
    assert isinstance(record, Job)
    return {
        "key": record.key,
        "element": record.element,
        "element_key": record.element_key,
        "kind": record.kind,
        "type": record.type,
        # A diagram computes them, and may come to less than none.
        "retries": max(record.retries, 0),
        "headers": dict(record.headers),
        "scopes": list(record.scopes),
        "priority": record.priority,
        "variables": None if record.variables is None else dict(record.variables),
    }


def _job_change(key: int, fields: dict[str, Any]) -> dict[str, Any]:
    back_off = fields.get("back_off")
    return {
        "key": key,
        "state": fields["state"],
        "retries": fields.get("retries"),
        "error_message": fields.get("error_message"),
        "error_code": fields.get("error_code"),
        # A failure that is tried again names its back-off, even one of no time; somebody who lets it go on does not.
        "resolved": fields["state"] == "created" and back_off is None,
        "back_off": f"{back_off.total_seconds()} seconds" if back_off else None,
        "sources": sorted(lifecycle.sources("job", fields["state"])),
    }


def _tasks(changes: Changes, values: dict[str, Any]) -> list[Part]:
    noun = changes["task"]
    parts = []
    if noun.opened:
        # One part does not see the rows of another: a task that is opened and changed is written as it is in the end.
        values["tasks"] = _rows(
            noun.opened.values(), lambda task: _task(task) | _task_change(noun.changed.get(task.key, {}))
        )
        parts.append(Part("tasks_opened", sql.OPEN_TASKS))
    keys = [key for key in noun.changed if key not in noun.opened and key not in noun.closed] + list(noun.closed)
    if keys:
        parts.append(Part("tasks_changed", _tasks_changed(noun, keys, values), len(keys), CONCERNED))
    return parts


def _tasks_changed(noun: Noun, keys: Sequence[int], values: dict[str, Any]) -> str:
    """The text that changes or ends these tasks, which are open so far."""
    values["actor"] = current().id
    values["task_open"] = "created"
    changes = [noun.changed.get(key, {}) for key in keys]
    agreed = any("transition" in change for change in changes)
    if len(keys) == 1 and not agreed:
        [key], [change] = keys, changes
        values |= {"task_key": key, "task_state": noun.closed.get(key)}
        values |= {f"task_{name}": change.get(name) for name in _MOMENTS}
        return sql.CHANGE_TASK
    moved = [
        {"key": key, "state": noun.closed.get(key), **_task_change(change)}
        for key, change in zip(keys, changes, strict=True)
    ]
    values["task_changes"] = json.dumps(moved)
    return sql.AGREED_TASKS if agreed else sql.CHANGE_TASKS


def concerned(changes: Changes) -> set[str]:
    """The groups and people that the tasks opened are for."""
    opened = [task for task in changes["task"].opened.values() if isinstance(task, Task)]
    assignees = {task.assignee for task in opened if task.assignee is not None}
    return assignees.union(*(task.candidate_groups + task.candidate_users for task in opened))


def _task_change(fields: dict[str, Any]) -> dict[str, Any]:
    groups = fields.get("candidate_groups")
    unit = {} if groups is None else {"unit": unit_of(groups[0]) if groups else None}
    return {**_texts(fields), **unit}


def _task(record: Record) -> dict[str, Any]:
    assert isinstance(record, Task)
    return {
        "key": record.key,
        "element": record.element,
        "element_key": record.element_key,
        "scopes": list(record.scopes),
        "assignee": record.assignee,
        "candidate_groups": list(record.candidate_groups),
        "candidate_users": list(record.candidate_users),
        "form_id": record.form_id,
        "form_key": record.form_key,
        "due_at": _text(record.due_at),
        "follow_up_at": _text(record.follow_up_at),
        "priority": record.priority,
        "unit": unit_of(record.candidate_groups[0]) if record.candidate_groups else None,
    }


def _timers(changes: Changes, values: dict[str, Any]) -> list[Part]:
    noun = changes["timer"]
    parts = []
    if noun.opened:
        values["timers"] = _rows(noun.opened.values(), _timer)
        parts.append(Part("timers_opened", sql.OPEN_TIMERS))
    return parts + _closed(noun.closed, "timers_closed", sql.CLOSE_TIMERS, values)


def _timer(record: Record) -> dict[str, Any]:
    assert isinstance(record, Timer)
    return {
        "key": record.key,
        "element": record.element,
        "element_key": record.element_key,
        "kind": record.kind,
        "due_at": _text(record.due_at),
        "cycle": record.cycle,
        "left_times": record.left,
    }


def _subscriptions(changes: Changes, values: dict[str, Any]) -> list[Part]:
    noun = changes["subscription"]
    parts = []
    if noun.opened:
        values["subscriptions"] = _rows(noun.opened.values(), _subscription)
        values["by"] = actor_as_json()
        parts.append(Part("subscriptions_opened", sql.OPEN_SUBSCRIPTIONS))
        parts.append(Part("correlated", sql.CORRELATE, answer=COUNT))
    return parts + _closed(noun.closed, "subscriptions_closed", sql.CLOSE_SUBSCRIPTIONS, values)


def _subscription(record: Record) -> dict[str, Any]:
    assert isinstance(record, Subscription)
    return {
        "key": record.key,
        "element": record.element,
        "element_key": record.element_key,
        "kind": record.kind,
        "name": record.name,
        "correlation_key": record.correlation_key,
        "action": None if record.action is None else dict(record.action),
    }


def _incidents(changes: Changes, values: dict[str, Any]) -> list[Part]:
    noun = changes["incident"]
    parts = []
    if noun.opened:
        values["incidents_opened"] = _rows(noun.opened.values(), _incident)
        parts.append(Part("incidents_opened", sql.OPEN_INCIDENTS))
    return parts + _closed(noun.closed, "incidents_closed", sql.CLOSE_INCIDENTS, values)


def _incident(record: Any) -> dict[str, Any]:
    return {
        "key": record.key,
        "element": record.element,
        "element_key": record.element_key,
        "job_key": record.job_key,
        "kind": record.kind,
        "code": record.code,
        "parameters": dict(record.parameters),
    }


def _closed(closed: dict[int, str], name: str, text: str, values: dict[str, Any]) -> list[Part]:
    if not closed:
        return []
    values[name] = list(closed)
    return [Part(name, text, len(closed))]


def _rows(records: Iterable[Record], row: Callable[[Any], dict[str, Any]]) -> str:
    return json.dumps_rows([row(record) for record in records])


def _texts(fields: dict[str, Any]) -> dict[str, Any]:
    return {name: _text(value) if isinstance(value, datetime) else value for name, value in fields.items()}


def _text(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()


_PARTS: dict[str, Callable[[Changes, dict[str, Any]], list[Part]]] = {
    "job": _jobs,
    "task": _tasks,
    "timer": _timers,
    "subscription": _subscriptions,
    "incident": _incidents,
}
