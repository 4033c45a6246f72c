"""Databases of tests: like a template, of one test alone, and lent again once what the test wrote is taken out.

All of it is done as the superuser: autovacuum may be at work in a database, which our role cannot end, and rows that
refer to each other are taken out in any order.
"""

import itertools
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg

from engine import store

# Taking more than this out of a table costs more than another copy of the template.
LARGEST_TABLE = 2_000_000
_numbers = itertools.count(1)
_free: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
_shapes: dict[tuple[str, str], object] = {}

ORDINARY = "pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace AND nspname IN ('public', 'pgqueuer')"
# What a test changes when it makes or drops partitions, tables, columns, indexes, defaults, triggers or functions.
SHAPE = f"""
SELECT (SELECT array_agg(c.oid || ':' || c.relnatts ORDER BY c.oid) FROM {ORDINARY}),
       (SELECT array_agg(oid ORDER BY oid) FROM pg_constraint),
       (SELECT array_agg(oid ORDER BY oid) FROM pg_attrdef),
       (SELECT array_agg(oid ORDER BY oid) FROM pg_trigger),
       (SELECT array_agg(oid || ':' || xmin::text ORDER BY oid) FROM pg_proc WHERE oid > 16384)
"""
GROWN = f"SELECT EXISTS (SELECT FROM {ORDINARY} WHERE relkind = 'r' AND pg_relation_size(c.oid) > {LARGEST_TABLE})"
KEEP = f"""
DO $$
DECLARE one record; filled boolean;
BEGIN
  CREATE SCHEMA kept;
  CREATE TABLE kept.sequences (name text, last_value bigint, is_called boolean);
  FOR one IN SELECT c.oid::regclass AS name, relname, relkind FROM {ORDINARY} WHERE relkind IN ('r', 'S') LOOP
    IF one.relkind = 'S' THEN
      EXECUTE format('INSERT INTO kept.sequences SELECT %L, last_value, is_called FROM %s', one.name, one.name);
      CONTINUE;
    END IF;
    EXECUTE format('SELECT EXISTS (SELECT FROM %s)', one.name) INTO filled;
    IF filled THEN
      EXECUTE format('CREATE TABLE kept.%I AS TABLE %s', one.relname, one.name);
    END IF;
  END LOOP;
END $$
"""
RESTORE = f"""
DO $$
DECLARE one record; filled boolean;
BEGIN
  SET LOCAL session_replication_role = replica;
  FOR one IN SELECT c.oid::regclass AS name, to_regclass(format('kept.%I', relname)) AS kept FROM {ORDINARY}
             WHERE relkind = 'r' LOOP
    EXECUTE format('SELECT EXISTS (SELECT FROM %s)', one.name) INTO filled;
    IF filled THEN
      EXECUTE format('DELETE FROM %s', one.name);
    END IF;
    IF one.kept IS NOT NULL THEN
      EXECUTE format('INSERT INTO %s OVERRIDING SYSTEM VALUE TABLE %s', one.name, one.kept);
    END IF;
  END LOOP;
  PERFORM setval(name::regclass, last_value, is_called) FROM kept.sequences;
END $$
"""
# A worker or a listener that outlives its test would find the next one's rows.
PART = """
SELECT count(pg_terminate_backend(pid, 5000)) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'
"""


@contextmanager
def lent(server: store.EmbeddedServer, template: str = "trunkline") -> Iterator[str]:
    """URL of a database with the template's rows alone, until the end of the block."""
    key = (str(server.data), template)
    name = _free[key].pop() if _free[key] else _copied(server, template)
    yield server.url(name)
    if _restored(server, name, _shapes[key]):
        _free[key].append(name)
    else:
        drop_database(server, name)


def drop_database(server: store.EmbeddedServer, name: str) -> None:
    """Drop a database whoever is connected to it."""
    with psycopg.connect(server.superuser_url(), autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


def _copied(server: store.EmbeddedServer, template: str) -> str:
    """A new copy. The template's first copy keeps its rows in a schema of its own, and is the template from then on."""
    key, source = (str(server.data), template), f"{template}_kept"
    name = f"test_{next(_numbers)}"
    with psycopg.connect(server.superuser_url(), autocommit=True) as connection:
        if key not in _shapes:
            connection.execute(f"CREATE DATABASE {source} TEMPLATE {template} STRATEGY wal_log OWNER trunkline")
            with psycopg.connect(server.superuser_url(source)) as copy:
                copy.execute(KEEP)
                _shapes[key] = _shape(copy)
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {source} STRATEGY wal_log OWNER trunkline")
    return name


def _restored(server: store.EmbeddedServer, name: str, shape: object) -> bool:
    """Take out what a test wrote; False if it changed more than rows, or so many that a new copy is cheaper."""
    with psycopg.connect(server.superuser_url(name)) as connection:
        connection.execute(PART)
        if _shape(connection) != shape or connection.execute(GROWN).fetchone() == (True,):
            return False
        connection.execute(RESTORE)
    return True


def _shape(connection: psycopg.Connection) -> object:
    return connection.execute(SHAPE.encode()).fetchone()
