"""What happened, for ever: the only writer of history, and upkeep of its partitions (decision 17)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any, Protocol

from psycopg import sql

from engine import clock, logs
from engine.directory.acting import current
from engine.store import Session, json, raw_connection

# Rows keep the order they have in the JSON text: their keys are drawn one after the other. Of the instance it takes the
# values that the statement of an advance has of it.
APPEND = """
    INSERT INTO history
        (at, instance_key, root_key, kind, element, element_key, actor, on_behalf_of, unit, source, request_id, data)
    SELECT %(now)s, %(key)s, %(root_key)s, r.kind, r.element, r.element_key,
           %(h_actor)s, %(h_on_behalf_of)s, %(h_unit)s, %(h_source)s, %(h_request)s, r.data
    FROM json_to_recordset(%(h_rows)s::json) r(kind text, element text, element_key bigint, data jsonb)
"""
# What the rest partition holds of a month moves into the month's own, which is attached once it is full.
MAKE = (
    "CREATE TABLE {name} (LIKE history INCLUDING DEFAULTS)",
    "WITH moved AS (DELETE FROM history_rest WHERE machine_at >= {first} AND machine_at < {end} RETURNING *)"
    " INSERT INTO {name} SELECT * FROM moved",
    "ALTER TABLE history ATTACH PARTITION {name} FOR VALUES FROM ({first}) TO ({end})",
)
# Of a month that goes, what belongs to running cases stays, in the rest partition, until they have ended too.
DROP = (
    "CREATE TEMP TABLE kept_history AS SELECT * FROM {name}"
    " WHERE root_key IN (SELECT root_key FROM instances WHERE state = 'active')",
    "DROP TABLE {name}",
    "INSERT INTO history SELECT * FROM kept_history",
    "DROP TABLE kept_history",
)
# Rows of no case have no root: IN is null for them, and they go too.
FORGET = """
    DELETE FROM history_rest WHERE machine_at < {before}
    AND (root_key IN (SELECT root_key FROM instances WHERE state = 'active')) IS NOT TRUE
"""
ROOT = "SELECT root_key FROM instances WHERE key = %s"


@dataclass(frozen=True, slots=True)
class Row:
    """What happened, in the shape in which the core notes it. `data` is JSON and never holds a variable's value."""

    kind: str
    element: str | None = None
    element_key: int | None = None
    data: Mapping[str, Any] = field(default_factory=dict)


class Noted(Protocol):
    """Anything in that shape."""

    @property
    def kind(self) -> str: ...

    @property
    def element(self) -> str | None: ...

    @property
    def element_key(self) -> int | None: ...

    @property
    def data(self) -> Mapping[str, Any]: ...


def entry(notes: Iterable[Noted]) -> dict[str, Any]:
    """The values of `APPEND` for what happened, by whoever acts here, without `now`, `key` and `root_key`."""
    actor = current()
    rows = [
        {"kind": note.kind, "element": note.element, "element_key": note.element_key, "data": note.data or None}
        for note in notes
    ]
    return {
        "h_actor": actor.id,
        "h_on_behalf_of": actor.on_behalf_of,
        "h_unit": actor.unit,
        "h_source": actor.source,
        # A command goes on in the name of the request that sent it, whatever is being served here.
        "h_request": actor.request_id or logs.request_id() or None,
        "h_rows": json.dumps_rows(rows),
    }


def record(
    session: Session,
    kind: str,
    instance_key: int | None = None,
    element: str | None = None,
    element_key: int | None = None,
    data: Mapping[str, Any] | None = None,
) -> None:
    """Write one row. `data` is JSON and never holds a variable's value."""
    connection = raw_connection(session)
    root_key = None
    if instance_key is not None:
        found = connection.execute(ROOT, [instance_key]).fetchone()
        root_key = found[0] if found else None
    place = {"now": clock.now(), "key": instance_key, "root_key": root_key}
    connection.execute(APPEND, {**entry([Row(kind, element, element_key, data or {})]), **place})


# Partitions


def make_partitions(session: Session, months: int = 3) -> list[str]:
    """Make the partitions of this month and the next `months` that are not there yet; gives the names of those made.

    What the rest partition has taken of such a month, because nobody made it in time, moves into it.
    """
    connection = raw_connection(session)
    there = _partitions(session)
    made = []
    for n in range(months + 1):
        # By machine time: case time can be moved, so no month of it would ever be over.
        first = _months_after(clock.machine(), n)
        name = f"history_{first:%Y_%m}"
        if name in there:
            continue
        span = {
            "name": sql.Identifier(name),
            "first": sql.Literal(first),
            "end": sql.Literal(_months_after(first, 1)),
        }
        for statement in MAKE:
            connection.execute(sql.SQL(statement).format(**span))
        made.append(name)
    return made


def drop_partitions(session: Session, before: date) -> list[str]:
    """Drop the months that ended before the day's month began, but for the history of cases that still run.

    Gives the names of the months dropped.
    """
    connection = raw_connection(session)
    # Such names sort as their months do.
    oldest_kept = f"history_{before:%Y_%m}"
    dropped = [name for name in sorted(_partitions(session)) if name < oldest_kept]
    for name in dropped:
        for statement in DROP:
            connection.execute(sql.SQL(statement).format(name=sql.Identifier(name)))
    first = datetime(before.year, before.month, 1, tzinfo=UTC)
    connection.execute(sql.SQL(FORGET).format(before=sql.Literal(first)))
    return dropped


def _partitions(session: Session) -> set[str]:
    rows = raw_connection(session).execute(
        "SELECT relname FROM pg_class JOIN pg_inherits ON inhrelid = oid"
        " WHERE inhparent = 'history'::regclass AND relname <> 'history_rest'"
    )
    return {name for (name,) in rows}


def _months_after(moment: datetime, months: int) -> datetime:
    year, month = divmod(moment.year * 12 + moment.month - 1 + months, 12)
    return datetime(year, month + 1, 1, tzinfo=UTC)
