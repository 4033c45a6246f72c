"""Locking an instance and reading what it goes on from."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import psycopg
from psycopg.rows import namedtuple_row
from sqlalchemy.orm import Session

from engine.core import snapshot
from engine.core.spec import ProcessSpec
from engine.core.state import State
from engine.definitions import process_spec
from engine.errors import NotFound
from engine.store import pipeline

from .row import COLUMNS, InstanceRow

# The lock comes first: what is read after it is what the last one who had it has written.
_LOCK = f"SELECT {', '.join(COLUMNS)}, snapshot::text FROM instances WHERE key = %s FOR UPDATE"  # noqa: S608 - our columns
_VARIABLES = "SELECT scope_key, name, value FROM variables WHERE instance_key = %s"


@dataclass(frozen=True, slots=True)
class Query:
    """A constant of ours that gives at most one row, read once the instance is locked. It may lock what lies in it."""

    text: str
    parameters: Sequence[Any]


class Locked(NamedTuple):
    """An instance in our hands until the commit. `found`: what a query gave besides, by its columns' names."""

    row: InstanceRow
    spec: ProcessSpec
    state: State
    found: Any = None


def lock(session: Session, key: int, query: Query | None = None) -> Locked:
    """Lock an instance until the commit and read its state, in one round trip. Raises NotFound."""
    with pipeline(session) as connection:
        locked = connection.execute(_LOCK, [key])
        variables = connection.execute(_VARIABLES, [key])
        besides = None if query is None else _ask(connection, query)
    found = locked.fetchone()
    if found is None:
        raise NotFound("instance_unknown", key=str(key))
    row = InstanceRow(*found[:-1])
    spec = process_spec(session, row.definition_key)
    state = _state(row, spec, found[-1], variables.fetchall())
    return Locked(row, spec, state, None if besides is None else besides.fetchone())


def _ask(connection: psycopg.Connection, query: Query) -> psycopg.Cursor[Any]:
    return connection.cursor(row_factory=namedtuple_row).execute(query.text.encode(), query.parameters)


def _state(row: InstanceRow, spec: ProcessSpec, text: str, variables: list[tuple[int, str, Any]]) -> State:
    # Only variables keep the digits of their numbers; the snapshot's are the core's own.
    state = snapshot.read(json.loads(text), row.key, spec, row.state)
    for scope, name, value in variables:
        state.variables.setdefault(scope, {})[name] = value
    return state
