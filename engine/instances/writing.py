"""Writing what an advance did: its changes become one statement, and what our workers should do is queued."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import timedelta
from functools import lru_cache, partial
from typing import Any

import psycopg
from psycopg import errors
from sqlalchemy.orm import Session

from engine import clock, history, lifecycle
from engine.core import snapshot
from engine.core.records import Subscription, Task, Timer
from engine.core.state import State
from engine.directory.acting import current
from engine.directory.groups import readable
from engine.errors import Conflict, Invalid
from engine.store import Overtaken, begin_with, case_clock, json, prepared, raw_connection, tell, write_last
from engine.store.case_clock import CHANNEL as CLOCK
from engine.store.enqueue import JOBS, enqueue
from engine.store.message_locks import lock_subscribing

from . import statements as sql
from .between import actor_as_json, outgoing_rows, wake
from .changes import Changes
from .decision_parts import decision_parts
from .part import COUNT, HANDLED, IDS, Part
from .record_parts import concerned, record_parts
from .row import InstanceRow
from .seen import Seen

# Sends a statement with its values and takes the first row.
FirstRow = Callable[[str, Mapping[str, Any]], tuple[bytes | None, ...] | None]

# Open inboxes listen here for their groups and people.
TASKS = "trunkline_tasks"


def write(
    session: Session, row: InstanceRow, state: State, changes: Changes, started: bool = False, seen: Seen | None = None
) -> None:
    """Write all changes of one instance with the session's next statement, or its commit.

    Raises Conflict or Invalid, by then at the latest, where the database refuses a value, and Overtaken where the
    instance is no longer as it was `seen`. `row` is brought to what the database holds then.
    """
    values: dict[str, Any] = {}
    _bring_up_to_date(row, state, changes)
    # Before the statement: it sees what was committed when it began, and would miss a message published meanwhile.
    _lock_messages(session, row, changes, seen)
    parts = [
        *_instance(row, state, started, seen, values),
        *_tokens_apart(state, values),
        *_variables(state, started, values),
        *record_parts(changes, values),
        *decision_parts(changes, values),
        *_units(row, changes, started, values),
        *_commands(row, changes, values),
        *_history(row, changes, values),
    ]
    state.changed.clear()
    state.dropped.clear()

    def send(first_row: FirstRow) -> None:
        with _refusals(row, seen):
            answers = _send(first_row, parts, values)
        _queue(session, changes, answers)
        if changes.outgoing or answers.get("correlated") or answers.get("starts_sent"):
            wake(session, row.key, changes.outgoing, answers.get("starts_sent") or ())
        if changes.nouns:
            tell(session, TASKS, concerned(changes).union(answers.get("tasks_changed") or ()))
            tell(session, CLOCK, [""] if _falls_due(changes) else [])

    if any(part.answer == HANDLED for part in parts):
        # Its jobs are queued in the same transaction, by a statement of their own.
        send(partial(begin_with, session))
    else:
        write_last(session, lambda connection: send(partial(prepared.first_row, connection)))


def _falls_due(changes: Changes) -> bool:
    """Whether a timer falls due before the clocks look again by themselves."""
    soon = clock.now() + case_clock.LOOK_AGAIN
    return any(isinstance(timer, Timer) and timer.due_at < soon for timer in changes["timer"].opened.values())


def _bring_up_to_date(row: InstanceRow, state: State, changes: Changes) -> None:
    if not lifecycle.allowed("instance", row.state, state.status):
        raise Conflict("instance_ended", key=str(row.key), state=row.state)
    row.state = state.status
    row.held = changes.instance.get("held", row.held)
    row.unit = changes.instance.get("unit", row.unit)
    row.incidents += len(changes["incident"].opened) - len(changes["incident"].closed)
    row.ended_at = None if row.state == "active" else clock.now()


def _lock_messages(session: Session, row: InstanceRow, changes: Changes, seen: Seen | None) -> None:
    opened = [record for record in changes["subscription"].opened.values() if isinstance(record, Subscription)]
    messages = [(record.name, record.correlation_key) for record in opened if record.kind == "message"]
    if not messages:
        return
    # The instance before its messages, as whoever goes by its lock: so nobody waits crosswise.
    if seen is not None and seen.version is not None:
        values = {"key": row.key, "seen": seen.version}
        if begin_with(session, sql.LOCK_SEEN_INSTANCE, values) is None:
            raise _overtaken(row, seen)
    lock_subscribing(session, messages)


def _send(first_row: FirstRow, parts: Sequence[Part], values: dict[str, Any]) -> dict[str, Any]:
    """Send all parts as one statement; gives the answers of those that have one.

    Nobody moves the records of an instance without writing the instance, so each must have been where the core
    believed it: the statement fails as a whole where a part changed another number of rows than it must.
    """
    statement, told = _statement(tuple((part.name, part.text, part.rows is not None, part.answer) for part in parts))
    values["rows"] = [part.rows for part in parts if part.rows is not None]
    found = first_row(statement, values) or (None,)
    return {name: None if answer is None else json.loads(answer) for name, answer in zip(told, found[1:], strict=True)}


@lru_cache(maxsize=1_000)
def _statement(parts: tuple[tuple[str, str, bool, str | None], ...]) -> tuple[str, tuple[str, ...]]:
    """The statement for parts by name, text, whether its rows are counted and what it answers; who answers, in order.

    Every part is a constant of ours; values are parameters.
    """
    tables = [f"{name} AS ({text})" for name, text, _, _ in parts]
    counted = [name for name, _, is_counted, _ in parts if is_counted]
    told = {name: answer.format(name=name) for name, _, _, answer in parts if answer is not None}
    if not counted and not told:
        # Nothing is asked of it: the last part is the statement, with the others before it.
        return (f"WITH {', '.join(tables[:-1])} " if tables[:-1] else "") + parts[-1][1], ()
    counts = ", ".join(COUNT.format(name=name) for name in counted)
    names = ", ".join(f"'{name}'" for name in counted)
    answers = ", ".join([sql.REQUIRE_ROWS.format(names=names) if counted else "0", *told.values()])
    source = f" FROM ({sql.COUNTS.format(counts=counts)}) written" if counted else ""
    return f"WITH {', '.join(tables)} SELECT {answers}{source}", tuple(told)


@contextmanager
def _refusals(row: InstanceRow, seen: Seen | None) -> Iterator[None]:
    """What the database refuses because of a value, in our words, or because somebody else came first."""
    try:
        yield
    except errors.UniqueViolation as error:
        raise _taken(error, row, seen) from error
    except (psycopg.DataError, errors.ProgramLimitExceeded, UnicodeEncodeError) as error:
        # The first line only: those after it quote the row.
        raise Invalid("value_not_storable", reason=str(error).splitlines()[0]) from error
    except psycopg.DatabaseError as error:
        if error.sqlstate != sql.ROWS_REFUSED:
            raise
        if seen is not None:
            raise _overtaken(row, seen) from error
        raise RuntimeError(f"{error.diag.message_primary}: {error.diag.message_detail}") from error


def _overtaken(row: InstanceRow, seen: Seen) -> Overtaken:
    seen.overtaken()
    return Overtaken(f"what instance {row.key} went by is no longer so")


def _taken(error: errors.UniqueViolation, row: InstanceRow, seen: Seen | None) -> Exception:
    if error.diag.constraint_name == "instances_business_id_in_use":
        return Conflict("business_id_in_use")
    # Whoever came first has given the same keys to what he opened.
    return error if seen is None else _overtaken(row, seen)


def _queue(session: Session, changes: Changes, answers: Mapping[str, Any]) -> None:
    """Have our own workers run the jobs they have handlers for, those that failed after their back-off."""
    keys = [*(answers.get("jobs_opened") or ()), *(answers.get("jobs_changed") or ())]
    if not keys:
        return
    opened, changed = changes["job"].opened, changes["job"].changed
    delays = [changed.get(key, {}).get("back_off") or timedelta() for key in keys]
    priorities = [getattr(opened.get(key), "priority", 0) for key in keys]
    enqueue(raw_connection(session), JOBS, keys, delays, priorities)


# The parts of the instance itself


def _instance(row: InstanceRow, state: State, started: bool, seen: Seen | None, values: dict[str, Any]) -> list[Part]:
    values |= row.values()
    values["now"] = clock.now()
    values["snapshot"] = json.dumps_rows(snapshot.write(state))
    if seen is None:
        parts = [Part("instance", sql.INSERT_INSTANCE) if started else Part("instance", sql.UPDATE_INSTANCE, 1)]
    else:
        # The instance first, as whoever locks it: so nobody waits crosswise.
        parts = [seen.instance, *seen.guards]
        values |= seen.values
    # What it was opened by, not what it is now: a migration may have brought it to a version without message starts.
    if row.state != "active" and row.may_hold_start:
        values["by"] = actor_as_json()
        parts.append(Part("starts_freed", sql.FREE_STARTS))
        parts.append(Part("starts_sent", sql.SEND_FREED, answer=IDS))
    return parts


def _tokens_apart(state: State, values: dict[str, Any]) -> list[Part]:
    rows, gone = snapshot.apart(state)
    parts = []
    if rows:
        values["tokens"] = json.dumps_rows([[row.key, row.parent, row.inside, row.token] for row in rows])
        parts.append(Part("tokens_set", sql.SET_TOKENS))
    if gone:
        values["tokens_dropped"] = gone
        parts.append(Part("tokens_dropped", sql.DROP_TOKENS, len(gone)))
    return parts


def _variables(state: State, started: bool, values: dict[str, Any]) -> list[Part]:
    held = state.variables
    changed = sorted((scope, name) for scope, name in state.changed if name in held.get(scope, ()))
    parts = []
    if changed:
        values["variables"] = json.dumps([[scope, name, held[scope][name]] for scope, name in changed])
        parts.append(Part("variables_set", sql.ADD_VARIABLES if started else sql.SET_VARIABLES))
    if state.dropped:
        values["dropped"] = sorted(state.dropped)
        parts.append(Part("variables_dropped", sql.DROP_VARIABLES))
    return parts


def _units(row: InstanceRow, changes: Changes, started: bool, values: dict[str, Any]) -> list[Part]:
    """The units that come to see the case: its owner, its starter's, those of its tasks, its caller's."""
    found: dict[str, str] = {}
    if row.unit is not None and (started or "unit" in changes.instance):
        found[row.unit] = "owner"
    for task in changes["task"].opened.values():
        if isinstance(task, Task):
            _get_task(found, task.candidate_groups)
    for change in changes["task"].changed.values():
        _get_task(found, change.get("candidate_groups") or ())
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


def _get_task(found: dict[str, str], groups: Iterable[str]) -> None:
    for group in readable(groups):
        # A group of every unit's makes no unit see the case that is not asked to work on it.
        if group.unit != "*":
            found.setdefault(group.unit, "task")


def _commands(row: InstanceRow, changes: Changes, values: dict[str, Any]) -> list[Part]:
    if not changes.outgoing:
        return []
    values["commands"] = json.dumps(outgoing_rows(row, changes.outgoing))
    # Counted for the order alone: what is counted is written first, and those that `correlated` sends come later.
    return [Part("commands_sent", sql.SEND_COMMANDS, len(changes.outgoing))]


def _history(row: InstanceRow, changes: Changes, values: dict[str, Any]) -> list[Part]:
    if not changes.notes:
        return []
    values |= history.entry(changes.notes)
    return [Part("history_written", history.APPEND)]
