"""Migrating an instance to another version of its process: its rows follow in the transaction that moves its state."""

from collections.abc import Iterable, Mapping

from sqlalchemy.orm import Session

from engine.core.effects import Migrate
from engine.core.migration import migrate as core_migrate
from engine.core.migration_plan import Plan
from engine.definitions import definition, process_spec
from engine.errors import Conflict, Invalid
from engine.store import json, raw_connection

from .changes import sort
from .loading import lock
from .row import InstanceRow
from .surroundings import surroundings
from .writing import write

_MOVE_INSTANCE = "UPDATE instances SET definition_key = %(to)s, version = %(version)s WHERE key = %(key)s"
# One statement a table; the names are ours.
_MOVE = """
    UPDATE {table} t SET element = r.element, definition_key = %(to)s
    FROM json_to_recordset(%(records)s::json) r(key bigint, element text) WHERE t.key = r.key
"""
_MOVE_TIMERS = """
    UPDATE timers t SET element = r.element
    FROM json_to_recordset(%(records)s::json) r(key bigint, element text) WHERE t.key = r.key
"""
_MOVES = {
    "job": _MOVE.format(table="jobs"),
    "task": _MOVE.format(table="tasks"),
    "timer": _MOVE_TIMERS,
    "subscription": _MOVE.format(table="subscriptions"),
    "incident": _MOVE.format(table="incidents"),
}


def migrate(session: Session, key: int, definition_key: int, mapping: Mapping[str, str]) -> None:
    """Bring a running instance to another version; `mapping` is old element → new element, where their ids differ.

    Raises NotFound, Conflict for an instance that has ended or is suspended, Invalid with all that cannot follow.
    """
    row, old, state, *_ = lock(session, key)
    if row.state != "active":
        raise Conflict("instance_ended", key=str(key))
    if row.suspended:
        raise Conflict("instance_suspended", key=str(key))
    new, version = process_spec(session, definition_key), definition(session, definition_key).version
    around = surroundings(session, definition_key, state.key + state.counter)
    told = {"from": row.version, "to": version}
    migrated = core_migrate(old, new, state, mapping, around, told)
    row.definition_key, row.version = definition_key, version
    for effect in migrated.effects:
        if isinstance(effect, Migrate):
            _follow(session, row, effect.records)
    write(session, row, state, sort(migrated.effects))


def check_mapping(session: Session, old_key: int, new_key: int, mapping: Mapping[str, str]) -> None:
    """Before a whole batch is begun. Raises Invalid where the mapping names what neither version has."""
    # The same plan as for each instance, so that both refuse alike.
    plan = Plan(process_spec(session, old_key), process_spec(session, new_key), mapping)
    if findings := tuple(plan.check_mapping()):
        raise Invalid("migration_refused", findings=findings)


def _follow(session: Session, row: InstanceRow, records: Iterable[tuple[str, int, str]]) -> None:
    """Move the rows first: in the statement that writes an advance a row can be written only once."""
    connection = raw_connection(session)
    connection.execute(_MOVE_INSTANCE, {"key": row.key, "to": row.definition_key, "version": row.version})
    by_noun: dict[str, list[dict[str, object]]] = {}
    for noun, key, element in records:
        by_noun.setdefault(noun, []).append({"key": key, "element": element})
    for noun, rows in by_noun.items():
        connection.execute(_MOVES[noun].encode(), {"to": row.definition_key, "records": json.dumps_rows(rows)})
