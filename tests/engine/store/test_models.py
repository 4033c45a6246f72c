"""Models and migrations make the same schema, to the last constraint; history is partitioned."""

import psycopg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext

from engine import store
from engine.store.models import Base
from engine.store.session import make_engine
from tests.databases import drop_database

COLUMNS = """
    SELECT c.relname, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull, a.attidentity,
           pg_get_expr(d.adbin, d.adrelid)
    FROM pg_attribute a
    JOIN pg_class c ON c.oid = a.attrelid
    LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
    WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition
      AND c.relname <> 'alembic_version' AND a.attnum > 0 AND NOT a.attisdropped
"""
CONSTRAINTS = """
    SELECT c.relname, o.conname, pg_get_constraintdef(o.oid)
    FROM pg_constraint o JOIN pg_class c ON c.oid = o.conrelid
    WHERE c.relnamespace = 'public'::regnamespace AND NOT c.relispartition AND c.relname <> 'alembic_version'
"""
INDEXES = """
    SELECT i.tablename, i.indexdef FROM pg_indexes i JOIN pg_class c ON c.relname = i.tablename
    WHERE i.schemaname = 'public' AND NOT c.relispartition AND i.tablename <> 'alembic_version'
"""


@pytest.mark.usefixtures("db")
def test_models_and_migrations_agree(server: store.EmbeddedServer, db: str) -> None:
    with psycopg.connect(server.url("postgres"), autocommit=True) as connection:
        connection.execute("CREATE DATABASE by_models")
    try:
        engine = make_engine(server.url("by_models"))
        with engine.begin() as made:
            made.exec_driver_sql("CREATE EXTENSION pg_trgm")
            Base.metadata.create_all(made)
        engine.dispose()
        for question in (COLUMNS, CONSTRAINTS, INDEXES):
            assert answers(db, question) == answers(server.url("by_models"), question)
    finally:
        drop_database(server, "by_models")


def test_alembic_finds_nothing_to_do(db: str) -> None:
    engine = make_engine(db)
    with engine.connect() as connection:
        options = {"include_name": is_table_of_a_model, "compare_type": True, "compare_server_default": True}
        assert compare_metadata(MigrationContext.configure(connection, opts=options), Base.metadata) == []
    engine.dispose()


def is_table_of_a_model(name: str | None, kind: str, parents: dict[str, str]) -> bool:
    """The partitions of history are no tables of their own."""
    return kind != "table" or not str(name).startswith("history_")


def answers(url: str, question: str) -> set[tuple[object, ...]]:
    with psycopg.connect(url) as connection:
        return set(connection.execute(question).fetchall())
