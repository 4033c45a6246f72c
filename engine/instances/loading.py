"""Locking an instance and reading what it goes on from."""

import json
from dataclasses import dataclass
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy.orm import Session

from engine.core import snapshot
from engine.core.spec import ProcessSpec
from engine.core.state import State
from engine.definitions import process_spec
from engine.errors import NotFound, TrunklineError
from engine.store import case_time_is, pipeline
from engine.store.case_clock import READ_CASE_TIME
from engine.store.json import loads

from .row import COLUMNS, InstanceRow

_LOCK = f"SELECT ({READ_CASE_TIME}), {{columns}} FROM instances i {{inside}} WHERE i.key = %s {{record}} FOR UPDATE"  # noqa: S608
# One text is read at once; a row each would cost more than all the rest where there are thousands.
_VARIABLES = b"SELECT json_agg(json_build_array(scope_key, name, value))::text FROM variables WHERE instance_key = %s"


@dataclass(frozen=True, slots=True)
class Inside:
    """A record of an instance that is locked and read with it: its table, its key, its columns as a NamedTuple.

    `unknown` is raised where there is none.
    """

    table: str
    row: type[tuple[Any, ...]]
    key: int
    unknown: TrunklineError


class Locked(NamedTuple):
    """An instance in our hands until the commit. `found`: the record asked for besides."""

    row: InstanceRow
    spec: ProcessSpec
    state: State
    found: Any = None


def lock(session: Session, key: int, inside: Inside | None = None) -> Locked:
    """Lock an instance until the commit and read its state, in one round trip. Raises NotFound.

    The instance is locked first: what is read after it is what the last one who had it has written.
    """
    with pipeline(session) as connection:
        if inside is None:
            locked = connection.execute(_lock(), [key])
        else:
            locked = connection.execute(_lock(inside.table, inside.row), [key, inside.key])
        variables = connection.execute(_VARIABLES, [key])
    found = locked.fetchone()
    if found is None:
        raise NotFound("instance_unknown", key=str(key)) if inside is None else inside.unknown
    moment, text, *columns = found
    case_time_is(session, moment)
    row = InstanceRow(*columns[: len(COLUMNS)])
    spec = process_spec(session, row.definition_key)
    state = _state(row, spec, text, variables.fetchone() or (None,))
    return Locked(row, spec, state, None if inside is None else inside.row(*columns[len(COLUMNS) :]))


@cache
def _lock(table: str | None = None, row: type[tuple[Any, ...]] = tuple) -> bytes:
    """The names are constants of ours."""
    columns = ["i.snapshot::text", *(f"i.{name}" for name in COLUMNS)]
    columns += [f"r.{name}" for name in getattr(row, "_fields", ())]
    inside = "" if table is None else f"JOIN {table} r ON r.instance_key = i.key"
    record = "" if table is None else "AND r.key = %s"
    return _LOCK.format(columns=", ".join(columns), inside=inside, record=record).encode()


def _state(row: InstanceRow, spec: ProcessSpec, text: str, variables: tuple[str | None]) -> State:
    # Only variables keep the digits of their numbers; the snapshot's are the core's own.
    state = snapshot.read(json.loads(text), row.key, spec, row.state)
    if variables[0] is not None:
        for scope, name, value in loads(variables[0]):
            state.variables.setdefault(scope, {})[name] = value
    return state
