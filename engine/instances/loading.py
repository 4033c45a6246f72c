"""Locking an instance and reading what it goes on from."""

import json
from typing import Any

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


def lock(session: Session, key: int) -> tuple[InstanceRow, ProcessSpec, State]:
    """Lock an instance until the commit and read its state. Raises NotFound."""
    with pipeline(session) as connection:
        locked = connection.execute(_LOCK, [key])
        variables = connection.execute(_VARIABLES, [key])
    found = locked.fetchone()
    if found is None:
        raise NotFound("instance_unknown", key=str(key))
    row = InstanceRow(*found[:-1])
    spec = process_spec(session, row.definition_key)
    return row, spec, _state(row, spec, found[-1], variables.fetchall())


def _state(row: InstanceRow, spec: ProcessSpec, text: str, variables: list[tuple[int, str, Any]]) -> State:
    # Only variables keep the digits of their numbers; the snapshot's are the core's own.
    state = snapshot.read(json.loads(text), row.key, spec, row.state)
    for scope, name, value in variables:
        state.variables.setdefault(scope, {})[name] = value
    return state
