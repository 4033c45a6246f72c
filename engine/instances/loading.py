"""Locking an instance and reading what it goes on from."""

import json
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy.orm import Session

from engine.core import snapshot
from engine.core.spec import ProcessSpec
from engine.core.state import State
from engine.definitions import process_spec
from engine.errors import NotFound, TrunklineError
from engine.store import case_time_is, first_row, locked_row
from engine.store.case_clock import READ_CASE_TIME
from engine.store.json import loads

from .row import COLUMNS, InstanceRow
from .token_rows import TokenRows

# The instance is locked, and its variables are read as they were when the statement began: somebody who had the lock
# meanwhile has written a new version of its row. Where tokens lie apart, so do variables.
_LOCK = f"""
    SELECT ({READ_CASE_TIME}), json_build_array({{columns}}), i.snapshot,
           ({{variables}} AND NOT i.snapshot ? 'a'),
           i.xmin = (SELECT before.xmin FROM instances before WHERE before.key = %(key)s)
    FROM instances i {{inside}} WHERE i.key = %(key)s {{record}} FOR UPDATE
"""  # noqa: S608
# One text is read at once; a row each would cost more than all the rest where there are thousands.
_VARIABLES = """
    SELECT json_agg(json_build_array(scope_key, name, value)) AS one FROM variables WHERE instance_key = %(key)s
"""
_NEAR = _VARIABLES + " AND scope_key = ANY(%(scopes)s::bigint[])"


@dataclass(frozen=True, slots=True)
class Inside:
    """A record of an instance that is locked and read with it: its table, its key, its columns as a NamedTuple.

    They come as JSON has them. `unknown` is raised where there is none.
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
    values = {"key": key} if inside is None else {"key": key, "record": inside.key}
    found = locked_row(session, _lock() if inside is None else _lock(inside.table, inside.row), values)
    if found is None:
        raise NotFound("instance_unknown", key=str(key)) if inside is None else inside.unknown
    moment, columns, text, variables, is_alone = found
    assert moment is not None
    assert columns is not None
    assert text is not None
    case_time_is(session, datetime.fromisoformat(moment.decode()))
    of_row = loads(columns)
    row = _row(of_row[: len(COLUMNS)])
    spec = process_spec(session, row.definition_key)
    # Only variables keep the digits of their numbers; the snapshot's are the core's own.
    read = None if variables is None else loads(variables)
    state = _state(session, row, spec, json.loads(text), read, is_alone == b"t")
    return Locked(row, spec, state, None if inside is None else inside.row(*of_row[len(COLUMNS) :]))


@cache
def _lock(table: str | None = None, row: type[tuple[Any, ...]] = tuple) -> str:
    """The names are constants of ours."""
    columns = [*(f"i.{name}" for name in COLUMNS), *(f"r.{name}" for name in getattr(row, "_fields", ()))]
    inside = "" if table is None else f"JOIN {table} r ON r.instance_key = i.key"
    record = "" if table is None else "AND r.key = %(record)s"
    return _LOCK.format(columns=", ".join(columns), variables=_VARIABLES, inside=inside, record=record)


def _row(columns: list[Any]) -> InstanceRow:
    row = InstanceRow(*columns)
    row.started_at = datetime.fromisoformat(columns[COLUMNS.index("started_at")])
    row.ended_at = row.ended_at and datetime.fromisoformat(columns[COLUMNS.index("ended_at")])
    return row


def _state(
    session: Session,
    row: InstanceRow,
    spec: ProcessSpec,
    written: dict[str, Any],
    variables: list[Any] | None,
    is_alone: bool,
) -> State:
    near = snapshot.scopes(written, row.key)
    if near is not None:
        [variables] = first_row(session, _NEAR, {"key": row.key, "scopes": near}) or [None]
    elif not is_alone:
        [variables] = first_row(session, _VARIABLES, {"key": row.key}) or [None]
    state = snapshot.read(written, row.key, spec, row.state, TokenRows(session, row.key))
    for scope, name, value in variables or ():
        state.variables.setdefault(scope, {})[name] = value
    return state
