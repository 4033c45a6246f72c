"""Reading what an instance goes on from, with its lock or, where that may be done again, without.

Without the lock no BEGIN is needed, and what is written says what it went by (`Seen`): it fails where somebody else has
written meanwhile, and the second try locks.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache, partial
from typing import Any, NamedTuple

from sqlalchemy.orm import Session

from engine.core import snapshot
from engine.core.spec import ProcessSpec
from engine.core.state import State
from engine.definitions import process_spec
from engine.errors import NotFound, TrunklineError
from engine.store import begin_with, case_time_is, engine_of, first_row, may_be_overtaken, seen_row, seen_rows
from engine.store.case_clock import AS_READ, READ_CASE_TIME, READ_CLOCK, Reading
from engine.store.json import loads

from .part import Part
from .row import COLUMNS, InstanceRow
from .seen import Seen, is_crowded, note_overtaken
from .statements import RECORD_SEEN, UPDATE_SEEN_INSTANCE
from .token_rows import TokenRows

_READ = f"""
    SELECT ({READ_CASE_TIME}), json_build_array({{columns}}), i.snapshot,
           ({{variables}} AND NOT i.snapshot ? 'a'), {{more}}
    FROM instances i {{inside}} WHERE i.key = %(key)s {{record}}
"""  # noqa: S608
# The instance is locked, and its variables are read as they were when the statement began: somebody who had the lock
# meanwhile has written a new version of its row. Where tokens lie apart, so do variables.
_LOCK = _READ + "FOR UPDATE"
_IS_ALONE = "i.xmin = (SELECT before.xmin FROM instances before WHERE before.key = %(key)s)"
# One text is read at once; a row each would cost more than all the rest where there are thousands.
_VARIABLES = """
    SELECT json_agg(json_build_array(scope_key, name, value)) AS one FROM variables WHERE instance_key = %(key)s
"""
_NEAR = _VARIABLES + " AND scope_key = ANY(%(scopes)s::bigint[])"
_SEE = f"""
    SELECT json_build_array({", ".join(f"i.{name}" for name in COLUMNS)}), i.snapshot,
           ({_VARIABLES.replace("%(key)s", "i.key")}), i.xmin, ({READ_CLOCK})
    FROM instances i WHERE i.key = ANY(%(keys)s::bigint[]) AND NOT i.snapshot ? 'a'
"""  # noqa: S608
_AS_SEEN = Part("instance", UPDATE_SEEN_INSTANCE, 1)
_CLOCK_AS_READ = Part("clock_seen", AS_READ, 1)


@dataclass(frozen=True, slots=True)
class Inside:
    """A record of an instance that is read with it: its table, its columns as a NamedTuple, its key.

    They come as JSON has them. `unknown` is raised where there is none.
    """

    table: str
    row: type[Any]
    key: int
    unknown: TrunklineError


class Loaded(NamedTuple):
    """An instance in our hands until the commit, or only `seen`. `found`: the record asked for besides."""

    row: InstanceRow
    spec: ProcessSpec
    state: State
    found: Any = None
    seen: Seen | None = None


@dataclass(frozen=True, slots=True)
class Sight:
    """An instance as it was seen before the transaction that goes by it, and the case clock with it."""

    row: bytes
    snapshot: bytes
    variables: bytes | None
    version: str
    clock: Reading


def see(session: Session, keys: Sequence[int]) -> dict[int, Sight]:
    """How instances are now, by key, without their locks; one with more to read than a statement sees is left out."""
    found: dict[int, Sight] = {}
    clock = None
    for row, written, variables, version, read in seen_rows(session, _SEE, {"keys": keys}):
        assert row is not None
        assert written is not None
        assert version is not None
        assert read is not None
        # One statement has read it, the same for all.
        clock = clock or Reading.of(read)
        found[json.loads(row)[0]] = Sight(row, written, variables, version.decode(), clock)
    return found


def load_seen(session: Session, sight: Sight) -> Loaded:
    """An instance as it was seen; the transaction has to be one that may be overtaken."""
    case_time_is(session, sight.clock.now())
    row = _row(loads(sight.row))
    spec = process_spec(session, row.definition_key)
    variables = None if sight.variables is None else loads(sight.variables)
    state = _state(session, row, spec, json.loads(sight.snapshot), variables)
    values = {"clock_seen": sight.clock.version}
    return Loaded(row, spec, state, seen=_seen(session, row, sight.version, values, _CLOCK_AS_READ))


def load(session: Session, key: int, inside: Inside | None = None) -> Loaded:
    """Read an instance in one round trip: without its lock where the transaction may be overtaken. Raises NotFound."""
    if may_be_overtaken(session) and not is_crowded(engine_of(session), key):
        loaded = _see(session, key, inside)
        if loaded is not None:
            return loaded
    return lock(session, key, inside)


def lock(session: Session, key: int, inside: Inside | None = None) -> Loaded:
    """Lock an instance until the commit and read its state, in one round trip. Raises NotFound.

    The instance is locked first: what is read after it is what the last one who had it has written.
    """
    found = begin_with(session, _query(_LOCK, _IS_ALONE, inside), _values(key, inside))
    if found is None:
        raise NotFound("instance_unknown", key=str(key)) if inside is None else inside.unknown
    *columns, is_alone = found
    row, record, written, variables = _told(session, columns, inside)
    spec = process_spec(session, row.definition_key)
    near = snapshot.scopes(written, row.key)
    if near is not None:
        [variables] = first_row(session, _NEAR, {"key": row.key, "scopes": near}) or [None]
    elif is_alone != b"t":
        [variables] = first_row(session, _VARIABLES, {"key": row.key}) or [None]
    return Loaded(row, spec, _state(session, row, spec, written, variables), record)


def _see(session: Session, key: int, inside: Inside | None) -> Loaded | None:
    """Read an instance as it is now; None where there is none, or more to read than one statement sees."""
    versions = "i.xmin" if inside is None else "i.xmin, r.xmin"
    found = seen_row(session, _query(_READ, versions, inside), _values(key, inside))
    if found is None:
        return None
    row, record, written, variables = _told(session, found[:4], inside)
    if snapshot.scopes(written, row.key) is not None:
        return None
    spec = process_spec(session, row.definition_key)
    version, *of_record = (column.decode() for column in found[4:] if column is not None)
    if inside is None:
        seen = _seen(session, row, version, {})
    else:
        values = {"record": inside.key, "record_seen": of_record[0]}
        seen = _seen(session, row, version, values, _record_seen(inside.table))
    return Loaded(row, spec, _state(session, row, spec, written, variables), record, seen)


def _seen(session: Session, row: InstanceRow, version: str, values: Mapping[str, Any], *guards: Part) -> Seen:
    overtaken = partial(note_overtaken, engine_of(session), row.key)
    return Seen(_AS_SEEN, version, {"seen": version, **values}, overtaken, guards)


@cache
def _record_seen(table: str) -> Part:
    return Part("record_seen", RECORD_SEEN.format(table=table), 1)


def _query(query: str, more: str, inside: Inside | None) -> str:
    return (
        _written(query, more, None, ()) if inside is None else _written(query, more, inside.table, inside.row._fields)
    )


@cache
def _written(query: str, more: str, table: str | None, fields: tuple[str, ...]) -> str:
    """The names are constants of ours."""
    columns = [*(f"i.{name}" for name in COLUMNS), *(f"r.{name}" for name in fields)]
    inside = "" if table is None else f"JOIN {table} r ON r.instance_key = i.key"
    record = "" if table is None else "AND r.key = %(record)s"
    return query.format(columns=", ".join(columns), variables=_VARIABLES, more=more, inside=inside, record=record)


def _values(key: int, inside: Inside | None) -> dict[str, int]:
    return {"key": key} if inside is None else {"key": key, "record": inside.key}


def _told(
    session: Session, columns: Sequence[bytes | None], inside: Inside | None
) -> tuple[InstanceRow, Any, dict[str, Any], list[Any] | None]:
    """The instance's row, the record's, the snapshot and the variables."""
    moment, both, text, variables = columns
    assert moment is not None
    assert both is not None
    assert text is not None
    case_time_is(session, datetime.fromisoformat(moment.decode()))
    of_row = loads(both)
    record = None if inside is None else inside.row(*of_row[len(COLUMNS) :])
    # Only variables keep the digits of their numbers; the snapshot's are the core's own.
    return _row(of_row[: len(COLUMNS)]), record, json.loads(text), None if variables is None else loads(variables)


def _row(columns: list[Any]) -> InstanceRow:
    row = InstanceRow(*columns)
    row.started_at = datetime.fromisoformat(columns[COLUMNS.index("started_at")])
    row.ended_at = row.ended_at and datetime.fromisoformat(columns[COLUMNS.index("ended_at")])
    return row


def _state(
    session: Session, row: InstanceRow, spec: ProcessSpec, written: dict[str, Any], variables: list[Any] | None
) -> State:
    state = snapshot.read(written, row.key, spec, row.state, TokenRows(session, row.key))
    for scope, name, value in variables or ():
        state.variables.setdefault(scope, {})[name] = value
    return state
