"""Statements that are sent thousands of times a second: prepared once a connection, and sent by libpq itself.

psycopg's cursor converts the text, chooses types and makes rows for each call, which cost more than the statement.
Here every value goes as text, and PostgreSQL takes its type from where it stands.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from functools import lru_cache
from typing import Any
from weakref import WeakKeyDictionary

import psycopg
from psycopg import errors
from psycopg._preparing import PrepareManager
from psycopg.pq import ConnStatus, Escaping, ExecStatus

from engine.errors import Invalid

_NAMED = re.compile(r"%\((\w+)\)s")
# What a connection has prepared. Statements are few: constants of ours, and combinations of some.
_prepared: WeakKeyDictionary[psycopg.Connection, dict[str, bytes]] = WeakKeyDictionary()


class OwnStatements(PrepareManager):
    """What psycopg prepares by itself: forgotten after a rollback or a DROP by name, where it would forget all."""

    @classmethod
    def after(cls, other: PrepareManager) -> "OwnStatements":
        """Go on with what has been prepared so far."""
        made = cls()
        vars(made).update(vars(other))
        return made

    def clear(self) -> bool:
        self._counts.clear()
        self._to_flush.extend(self._names.values())
        self._names.clear()
        return bool(self._to_flush)


def first_row(
    connection: psycopg.Connection, statement: str, values: Mapping[str, Any]
) -> tuple[bytes | None, ...] | None:
    """The first row a statement gives, each column as PostgreSQL writes it; None where there is no row.

    `statement` is a constant of ours with %(name)s for its values: None, bool, int, str, datetime, or a list of them.
    Raises psycopg's errors, and Invalid for a text that the database cannot hold.
    """
    return _row(_sent(connection, statement, values))


def rows(connection: psycopg.Connection, statement: str, values: Mapping[str, Any]) -> list[tuple[bytes | None, ...]]:
    """All rows a statement gives; see `first_row`."""
    result = _sent(connection, statement, values)
    return [_columns(result, row) for row in range(result.ntuples)]


def first_row_begun(
    connection: psycopg.Connection, statement: str, values: Mapping[str, Any]
) -> tuple[bytes | None, ...] | None:
    """Like `first_row`, with a BEGIN before it in the same round trip."""
    name, names = _known(connection, statement)
    escaping = Escaping(connection.pgconn)
    given = [b"NULL" if values[n] is None else escaping.escape_literal(_dumped(values[n])) for n in names]
    return _row(_checked(connection, connection.pgconn.exec_(b"BEGIN; EXECUTE %s (%s)" % (name, b", ".join(given)))))


def send(connection: psycopg.Connection, command: bytes) -> None:
    """BEGIN, COMMIT: what takes no values and gives no rows."""
    _checked(connection, connection.pgconn.exec_(command))


def _known(connection: psycopg.Connection, statement: str) -> tuple[bytes, tuple[str, ...]]:
    """What a statement is called on this connection, which it is prepared on now if it has not been; its values."""
    text, names = _numbered(statement)
    known = _prepared.get(connection)
    if known is None:
        known = _prepared[connection] = {}
        connection._prepared = OwnStatements.after(connection._prepared)
    if statement not in known:
        # Apart from the names of psycopg's own on the same connection.
        name = b"tl_%d" % len(known)
        _checked(connection, connection.pgconn.prepare(name, text))
        known[statement] = name
    return known[statement], names


def _sent(connection: psycopg.Connection, statement: str, values: Mapping[str, Any]) -> Any:
    name, names = _known(connection, statement)
    # None is what most values of an advance are.
    given: Sequence[Any] = [None if (value := values[name]) is None else _dumped(value) for name in names]
    return _checked(connection, connection.pgconn.exec_prepared(name, given))


def _row(result: Any) -> tuple[bytes | None, ...] | None:
    return _columns(result, 0) if result.ntuples else None


def _columns(result: Any, row: int) -> tuple[bytes | None, ...]:
    return tuple(result.get_value(row, column) for column in range(result.nfields))


@lru_cache(maxsize=1_000)
def _numbered(statement: str) -> tuple[bytes, tuple[str, ...]]:
    """The text with $1, $2 … in the place of names, and the names in that order."""
    names = tuple(dict.fromkeys(_NAMED.findall(statement)))
    places = {name: f"${number}" for number, name in enumerate(names, 1)}
    return _NAMED.sub(lambda found: places[found[1]], statement).encode(), names


def _checked(connection: psycopg.Connection, result: Any) -> Any:
    if result.status in (ExecStatus.TUPLES_OK, ExecStatus.COMMAND_OK):
        return result
    # A connection that is gone has no SQLSTATE to choose an error by, and its class tells whether to try again.
    if connection.pgconn.status == ConnStatus.BAD:
        raise psycopg.OperationalError(result.error_message.decode(errors="replace"))
    raise errors.error_from_result(result, encoding="utf-8")


def _dumped(value: Any) -> bytes:
    dump = _DUMPS.get(type(value))
    if dump is None:
        dump = next((dump for kind, dump in _DUMPS.items() if isinstance(value, kind)), None)
    if dump is None:
        raise TypeError(f"a statement takes no {type(value).__name__}")
    return dump(value)


def _text(value: str) -> bytes:
    if "\0" in value:
        raise Invalid("value_not_storable", reason="U+0000")
    try:
        return value.encode()
    except UnicodeEncodeError as error:
        raise Invalid("value_not_storable", reason=error.reason) from error


def _array(values: Sequence[Any]) -> bytes:
    """PostgreSQL's way to write an array: each text in quotes, with a backslash before quotes and backslashes."""
    written = []
    for value in values:
        if value is None:
            written.append(b"NULL")
        else:
            written.append(b'"' + _dumped(value).replace(b"\\", b"\\\\").replace(b'"', b'\\"') + b'"')
    return b"{" + b",".join(written) + b"}"


# A bool is an int too, and stands before it.
_DUMPS: dict[type, Callable[[Any], bytes]] = {
    str: _text,
    bool: lambda value: b"t" if value else b"f",
    int: lambda value: b"%d" % value,
    datetime: lambda value: value.isoformat().encode(),
    date: lambda value: value.isoformat().encode(),
    list: _array,
    tuple: _array,
}
