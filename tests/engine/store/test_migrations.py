"""Migrations: from nothing to the newest, once, by one process; unknown revisions are refused."""

import asyncio
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import asyncpg
import psycopg
import pytest
from pgqueuer.adapters.drivers.asyncpg import AsyncpgDriver
from pgqueuer.adapters.persistence.qb import QueryBuilderEnvironment
from pgqueuer.adapters.persistence.queries import Queries

from engine import store
from engine.errors import Conflict
from engine.store.dispatch import dispatch_settings
from tests.databases import drop_database


@pytest.fixture
def empty_url(server: store.EmbeddedServer) -> Iterator[str]:
    """URL of a database without any table."""
    with psycopg.connect(server.url("postgres"), autocommit=True) as connection:
        connection.execute("CREATE DATABASE empty")
        yield server.url("empty")
        drop_database(server, "empty")


def asked(url: str, question: str) -> list[tuple[object, ...]]:
    with psycopg.connect(url, autocommit=True) as connection:
        return connection.execute(question.encode()).fetchall()


def test_a_database_is_brought_up_from_nothing(empty_url: str) -> None:
    with pytest.raises(Conflict) as refused:
        store.require_current(empty_url)
    assert refused.value.code == "database_not_migrated"
    store.upgrade(empty_url)
    store.require_current(empty_url)
    assert asked(empty_url, "SELECT version_num FROM alembic_version") == [(store.newest_revision(),)]


def test_upgrading_again_changes_nothing(database_url: str) -> None:
    schema = "SELECT oid, relname FROM pg_class ORDER BY oid"
    before = asked(database_url, schema)
    store.upgrade(database_url)
    assert asked(database_url, schema) == before


def test_processes_that_upgrade_at_once_do_it_once(empty_url: str) -> None:
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(store.upgrade, [empty_url] * 4))
    store.require_current(empty_url)


@pytest.mark.parametrize("ask", [store.upgrade, store.require_current])
def test_a_database_of_a_newer_trunkline_is_refused_untouched(database_url: str, ask: Callable[[str], None]) -> None:
    asked(database_url, "UPDATE alembic_version SET version_num = '9999' RETURNING 1")
    with pytest.raises(Conflict) as refused:
        ask(database_url)
    assert refused.value.code == "database_is_newer"
    assert asked(database_url, "SELECT version_num FROM alembic_version") == [("9999",)]


def test_a_migration_that_fails_leaves_nothing_behind(empty_url: str) -> None:
    # A table in the way of the first revision's last step.
    with psycopg.connect(empty_url, autocommit=True) as connection:
        connection.execute("CREATE SCHEMA pgqueuer")
        connection.execute("CREATE TABLE pgqueuer.pgqueuer_statistics ()")
    with pytest.raises(Exception, match="pgqueuer_statistics"):
        store.upgrade(empty_url)
    assert asked(empty_url, "SELECT to_regclass('case_clock'), to_regclass('alembic_version')") == [(None, None)]


def test_instances_that_hold_a_message_start_are_marked_and_what_ended_ones_hold_is_freed(empty_url: str) -> None:
    store.upgrade(empty_url, "0016")
    with psycopg.connect(empty_url, autocommit=True) as connection:
        connection.execute("""
            INSERT INTO instances (key, definition_key, process_id, version, state, root_key, starter, started_at,
                                   ended_at, snapshot)
            SELECT n << 24, 1, 'p', 1, CASE n WHEN 2 THEN 'completed' ELSE 'active' END, n << 24, 's', now(),
                   CASE n WHEN 2 THEN now() END, '{"n": 1}' FROM generate_series(1::bigint, 3) n
        """)
        connection.execute("INSERT INTO message_starts VALUES ('p', 'a', 1 << 24), ('p', 'b', 2 << 24)")
    store.upgrade(empty_url)
    marked = asked(empty_url, "SELECT key >> 24, may_hold_start FROM instances ORDER BY key")
    assert marked == [(1, True), (2, False), (3, False)]
    assert asked(empty_url, "SELECT correlation_key FROM message_starts") == [("a",)]


def test_pgqueuer_finds_its_tables_as_it_wants_them(database_url: str) -> None:
    async def plan() -> tuple[str, ...]:
        connection = await asyncpg.connect(database_url)
        try:
            environment = QueryBuilderEnvironment(settings=dispatch_settings())
            planned = await Queries(AsyncpgDriver(connection), qbe=environment).plan_upgrade()
        finally:
            await connection.close()
        return (*planned.statements, *planned.notes)

    assert asyncio.run(plan()) == ()
