"""Writing what an advance did: its changes become one statement, and what our workers should do is queued."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import psycopg
from psycopg import errors
from sqlalchemy.orm import Session

from engine import clock, history, lifecycle
from engine.core import snapshot
from engine.core.event_definitions import Message
from engine.core.records import Job, Record, Subscription, Task, Timer
from engine.core.spec import ProcessSpec
from engine.core.state import State
from engine.directory.acting import current
from engine.directory.groups import unit_of
from engine.errors import Conflict, Invalid
from engine.store import json, raw_connection
from engine.store.enqueue import JOBS, enqueue
from engine.store.message_locks import lock_subscribing

from . import statements as sql
from .between import actor_as_json, outgoing_rows, wake
from .changes import Changes
from .row import InstanceRow

COUNT = "(SELECT count(*) FROM {name})"
HANDLED = "(SELECT array_agg(key) FROM {name} WHERE handled)"


@dataclass(frozen=True, slots=True)
class Part:
    """One table's part of the statement. `rows`: how many it must write, None where that is not known."""

    name: str
    text: str
    rows: int | None = None
    answer: str = COUNT


def write(
    session: Session, row: InstanceRow, spec: ProcessSpec, state: State, changes: Changes, started: bool = False
) -> None:
    """Write all changes of one instance. Raises Conflict or Invalid where the database refuses a value.

    `row` is brought to what the database holds then.
    """
    values: dict[str, Any] = {}
    _bring_up_to_date(row, state, changes)
    _lock_messages(session, changes)
    parts = [
        *_instance(row, spec, state, started, values),
        *_variables(state, values),
        *_jobs(changes, values),
        *_tasks(changes, values),
        *_timers(changes, values),
        *_subscriptions(changes, values),
        *_incidents(changes, values),
        *_units(row, changes, started, values),
        *_commands(row, changes, values),
        *_history(row, changes, values),
    ]
    answers = _send(raw_connection(session), parts, values)
    _check(parts, answers)
    _queue(session, changes, answers)
    state.changed.clear()
    state.dropped.clear()
    if changes.outgoing or answers.get("correlated") or answers.get("starts_sent"):
        wake(session, row.key, changes.outgoing, answers.get("starts_sent") or ())


def _bring_up_to_date(row: InstanceRow, state: State, changes: Changes) -> None:
    if not lifecycle.allowed("instance", row.state, state.status):
        raise Conflict("instance_ended", key=str(row.key), state=row.state)
    row.state = state.status
    row.held = changes.instance.get("held", row.held)
    row.unit = changes.instance.get("unit", row.unit)
    row.incidents += len(changes["incident"].opened) - len(changes["incident"].closed)
    row.ended_at = None if row.state == "active" else clock.now()


def _lock_messages(session: Session, changes: Changes) -> None:
    opened = [r for r in changes["subscription"].opened.values() if isinstance(r, Subscription)]
    lock_subscribing(session, [(r.name, r.correlation_key) for r in opened if r.kind == "message"])


def _send(connection: psycopg.Connection, parts: list[Part], values: dict[str, Any]) -> dict[str, Any]:
    """All parts as one statement; gives the answer of each."""
    tables = ",\n".join(f"{part.name} AS ({part.text})" for part in parts)
    answers = ", ".join(part.answer.format(name=part.name) for part in parts)
    try:
        # Every part is a constant of ours; values are parameters.
        told = connection.execute(f"WITH {tables}\nSELECT {answers}".encode(), values).fetchone()
    except errors.UniqueViolation as error:
        raise _taken(error) from error
    except (errors.UntranslatableCharacter, errors.NumericValueOutOfRange, UnicodeEncodeError) as error:
        raise Invalid("value_not_storable", reason=str(error).splitlines()[0]) from error
    assert told is not None
    return {part.name: answer for part, answer in zip(parts, told, strict=True)}


def _taken(error: errors.UniqueViolation) -> Exception:
    if error.diag.constraint_name == "instances_business_id_in_use":
        return Conflict("business_id_in_use")
    return error


def _check(parts: Iterable[Part], answers: dict[str, Any]) -> None:
    """Under the instance's lock nobody else moves its records, so each must have been where the core believed it."""
    wrong = {p.name: answers[p.name] for p in parts if p.rows is not None and p.rows != answers[p.name]}
    if wrong:
        raise RuntimeError(f"the records of an instance are not what its snapshot says: {wrong}")


def _queue(session: Session, changes: Changes, answers: dict[str, Any]) -> None:
    """Have our own workers run the jobs they have handlers for, those that failed after their back-off."""
    keys = [*(answers.get("jobs_opened") or ()), *(answers.get("jobs_changed") or ())]
    if not keys:
        return
    opened, changed = changes["job"].opened, changes["job"].changed
    delays = [changed.get(key, {}).get("back_off") or timedelta() for key in keys]
    priorities = [getattr(opened.get(key), "priority", 0) for key in keys]
    enqueue(raw_connection(session), JOBS, keys, delays, priorities)


# The parts, table by table


def _instance(row: InstanceRow, spec: ProcessSpec, state: State, started: bool, values: dict[str, Any]) -> list[Part]:
    values |= row.values()
    values["now"] = clock.now()
    values["snapshot"] = json.dumps_rows(snapshot.write(state))
    parts = [Part("instance", sql.INSERT_INSTANCE if started else sql.UPDATE_INSTANCE, 1)]
    if row.state != "active" and any(isinstance(start.event_definition, Message) for start in spec.starts()):
        values["by"] = actor_as_json()
        parts.append(Part("starts_freed", sql.FREE_STARTS))
        parts.append(Part("starts_sent", sql.SEND_FREED, answer="(SELECT array_agg(id) FROM {name})"))
    return parts


def _variables(state: State, values: dict[str, Any]) -> list[Part]:
    held = state.variables
    changed = sorted((scope, name) for scope, name in state.changed if name in held.get(scope, ()))
    parts = []
    if changed:
        values["variables"] = json.dumps([[scope, name, held[scope][name]] for scope, name in changed])
        parts.append(Part("variables_set", sql.SET_VARIABLES, len(changed)))
    if state.dropped:
        values["dropped"] = sorted(state.dropped)
        parts.append(Part("variables_dropped", sql.DROP_VARIABLES))
    return parts


def _jobs(changes: Changes, values: dict[str, Any]) -> list[Part]:
    noun = changes["job"]
    parts = []
    if noun.opened:
        values["jobs"] = _rows(noun.opened.values(), _job)
        parts.append(Part("jobs_opened", sql.OPEN_JOBS, answer=HANDLED))
    changed = {key: fields for key, fields in noun.changed.items() if key not in noun.closed | noun.opened}
    if changed:
        values["job_changes"] = json.dumps([_job_change(key, fields) for key, fields in changed.items()])
        parts.append(Part("jobs_changed", sql.CHANGE_JOBS, answer=HANDLED))
    return parts + _closed(noun.closed, "jobs_closed", sql.CLOSE_JOBS, values)


def _job(record: Record) -> dict[str, Any]:
    assert isinstance(record, Job)
    return {
        "key": record.key,
        "element": record.element,
        "element_key": record.element_key,
        "kind": record.kind,
        "type": record.type,
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
        "resolved": fields["state"] == "created" and back_off is None,
        "back_off": f"{back_off.total_seconds()} seconds" if back_off else None,
        "sources": sorted(lifecycle.sources("job", fields["state"])),
    }


def _tasks(changes: Changes, values: dict[str, Any]) -> list[Part]:
    noun = changes["task"]
    parts = []
    if noun.opened:
        values["tasks"] = _rows(noun.opened.values(), lambda task: _task(task) | _texts(noun.changed.get(task.key, {})))
        parts.append(Part("tasks_opened", sql.OPEN_TASKS, len(noun.opened)))
    keys = [key for key in noun.changed if key not in noun.opened and key not in noun.closed] + list(noun.closed)
    if keys:
        moved = [{"key": key, "state": noun.closed.get(key), **_texts(noun.changed.get(key, {}))} for key in keys]
        values["task_changes"] = json.dumps(moved)
        values["actor"] = current().id
        parts.append(Part("tasks_changed", sql.CHANGE_TASKS, len(keys)))
    return parts


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
        parts.append(Part("timers_opened", sql.OPEN_TIMERS, len(noun.opened)))
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
        parts.append(Part("subscriptions_opened", sql.OPEN_SUBSCRIPTIONS, len(noun.opened)))
        parts.append(Part("correlated", sql.CORRELATE))
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
        parts.append(Part("incidents_opened", sql.OPEN_INCIDENTS, len(noun.opened)))
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


def _units(row: InstanceRow, changes: Changes, started: bool, values: dict[str, Any]) -> list[Part]:
    """The units that come to see the case: its owner, its starter's, those of its tasks, its caller's."""
    found: dict[str, str] = {}
    if row.unit is not None and (started or "unit" in changes.instance):
        found[row.unit] = "owner"
    for task in changes["task"].opened.values():
        if isinstance(task, Task) and task.candidate_groups:
            found.setdefault(unit_of(task.candidate_groups[0]), "task")
    if started and (unit := current().unit) is not None:
        found.setdefault(unit, "starter")
    parts = []
    if found:
        values["involved"] = json.dumps_rows([{"unit": unit, "why": why} for unit, why in found.items()])
        parts.append(Part("units_involved", sql.INVOLVE))
    if started and row.parent_key is not None:
        values["own_units"] = sorted(found)
        parts.append(Part("units_inherited", sql.INHERIT_UNITS))
    return parts


def _commands(row: InstanceRow, changes: Changes, values: dict[str, Any]) -> list[Part]:
    if not changes.outgoing:
        return []
    values["commands"] = json.dumps(outgoing_rows(row, changes.outgoing))
    return [Part("commands_sent", sql.SEND_COMMANDS, len(changes.outgoing))]


def _history(row: InstanceRow, changes: Changes, values: dict[str, Any]) -> list[Part]:
    if not changes.notes:
        return []
    entry = history.entry(changes.notes, row.key, row.root_key)
    values |= entry.values
    return [Part("history_written", history.APPEND + " RETURNING 1", entry.rows)]


def _closed(closed: dict[int, str], name: str, text: str, values: dict[str, Any]) -> list[Part]:
    if not closed:
        return []
    values[name] = list(closed)
    return [Part(name, text, len(closed))]


def _rows(records: Iterable[Record], row: Callable[[Any], dict[str, Any]]) -> str:
    return json.dumps_rows([row(record) for record in records])


def _texts(fields: dict[str, Any]) -> dict[str, Any]:
    return {name: _text(value) for name, value in fields.items()}


def _text(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()
