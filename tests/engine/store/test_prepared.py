"""Statements sent by libpq itself: every kind of value, errors as psycopg has them, prepared once a connection."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import psycopg
import pytest

from engine.errors import Invalid
from engine.store import prepared

MOMENT = datetime(2030, 5, 1, 8, 30, 1, 250, tzinfo=UTC)


@pytest.fixture
def connection(db: str) -> Iterator[psycopg.Connection]:
    with psycopg.connect(db, autocommit=True) as opened:
        yield opened


@pytest.mark.parametrize(
    ("kind", "value", "told"),
    [
        ("bigint", 2**62, b"4611686018427387904"),
        ("boolean", True, b"t"),
        ("boolean", False, b"f"),
        ("text", "联通 'x' \\ \"y\" $1 %(z)s", "联通 'x' \\ \"y\" $1 %(z)s".encode()),
        ("text", None, None),
        ("timestamptz", MOMENT, b"2030-05-01 08:30:01.00025+00"),
        ("bigint[]", [1, -2], b"{1,-2}"),
        ("text[]", ["a,b", 'c"d\\', "NULL", "", None], b'{"a,b","c\\"d\\\\","NULL","",NULL}'),
        ("text[]", [], b"{}"),
    ],
)
def test_a_value_comes_as_it_was_given(connection: psycopg.Connection, kind: str, value: Any, told: bytes) -> None:
    connection.execute("SET TimeZone = 'UTC'")
    assert prepared.first_row(connection, f"SELECT %(value)s::{kind}", {"value": value}) == (told,)


def test_a_name_may_stand_more_than_once_and_others_be_left_over(connection: psycopg.Connection) -> None:
    values = {"a": 1, "b": 2, "c": object()}
    assert prepared.first_row(connection, "SELECT %(a)s::int, %(b)s::int, %(a)s + 1", values) == (b"1", b"2", b"2")


def test_where_there_is_no_row_there_is_none(connection: psycopg.Connection) -> None:
    assert prepared.first_row(connection, "SELECT 1 WHERE %(so)s", {"so": False}) is None


def test_a_statement_is_prepared_once_a_connection(connection: psycopg.Connection, db: str) -> None:
    for _ in range(3):
        prepared.first_row(connection, "SELECT 1", {})
        prepared.first_row(connection, "SELECT 2", {})
    count = "SELECT count(*) FROM pg_prepared_statements WHERE name LIKE 'tl%'"
    assert connection.execute(count).fetchone() == (2,)
    with psycopg.connect(db, autocommit=True) as other:
        assert prepared.first_row(other, "SELECT 2", {}) == (b"2",)


def test_what_psycopg_forgets_of_its_own_leaves_ours(connection: psycopg.Connection) -> None:
    """It forgets what it has prepared after a rollback, a rollback to a savepoint and a DROP."""
    connection.execute("CREATE TABLE note (id int)")
    for forgetting in ("ROLLBACK", "ROLLBACK TO SAVEPOINT s", "DROP TABLE note"):
        connection.execute("BEGIN")
        connection.execute("SAVEPOINT s")
        connection.execute("SELECT 7", prepare=True)
        assert prepared.first_row(connection, "SELECT 1", {}) == (b"1",)
        connection.execute(forgetting.encode())
        assert prepared.first_row(connection, "SELECT 1", {}) == (b"1",)
        connection.execute("SELECT 8", prepare=True)
        assert prepared.first_row(connection, "SELECT 1", {}) == (b"1",)
        connection.execute("ROLLBACK")
    left = "SELECT count(*) FROM pg_prepared_statements WHERE name NOT LIKE 'tl%'"
    assert connection.execute(left).fetchone() == (0,)


def test_it_is_part_of_the_transaction_and_survives_its_end(connection: psycopg.Connection) -> None:
    connection.execute("CREATE TABLE note (id int PRIMARY KEY)")
    insert = "INSERT INTO note VALUES (%(id)s) RETURNING id"
    connection.execute("BEGIN")
    assert prepared.first_row(connection, insert, {"id": 1}) == (b"1",)
    connection.execute("ROLLBACK")
    assert connection.execute("SELECT count(*) FROM note").fetchone() == (0,)
    assert prepared.first_row(connection, insert, {"id": 1}) == (b"1",)


def test_errors_are_psycopgs(connection: psycopg.Connection) -> None:
    connection.execute("CREATE TABLE note (id int CONSTRAINT once PRIMARY KEY)")
    insert = "INSERT INTO note VALUES (%(id)s) RETURNING id"
    prepared.first_row(connection, insert, {"id": 1})
    with pytest.raises(psycopg.errors.UniqueViolation) as failed:
        prepared.first_row(connection, insert, {"id": 1})
    assert failed.value.diag.constraint_name == "once"
    with pytest.raises(psycopg.errors.SyntaxError):
        prepared.first_row(connection, "SELEC 1", {})
    assert prepared.first_row(connection, insert, {"id": 2}) == (b"2",)


@pytest.mark.parametrize("text", ["x\0y", "\ud800"])
def test_what_no_text_can_hold_is_refused(connection: psycopg.Connection, text: str) -> None:
    with pytest.raises(Invalid) as refused:
        prepared.first_row(connection, "SELECT %(a)s::text", {"a": text})
    assert refused.value.code == "value_not_storable"


def test_a_type_that_is_not_written_is_a_mistake(connection: psycopg.Connection) -> None:
    with pytest.raises(TypeError, match="float"):
        prepared.first_row(connection, "SELECT %(a)s::text", {"a": 1.5})


def test_a_server_that_has_gone_is_told_so(connection: psycopg.Connection, db: str) -> None:
    with psycopg.connect(db, autocommit=True) as other:
        other.execute("SELECT pg_terminate_backend(%s, 20000)", [connection.info.backend_pid])
    with pytest.raises(psycopg.OperationalError):
        prepared.first_row(connection, "SELECT 1", {})
    assert connection.broken
