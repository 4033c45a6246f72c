"""Many waiting instances at once: copies of one that was really started, made by the database.

A snapshot names keys by their distance from the instance's, so a copy with shifted keys is as good as its original;
only its history is missing.
"""

from collections.abc import Mapping

import psycopg

from engine import store
from tests.benchmarks.counting import settle

STEP = 1 << 24  # from one instance's key to the next one's
_COPY = """
    INSERT INTO {table} SELECT (jsonb_populate_record(original, jsonb_build_object({changes}))).*
    FROM {table} original, generate_series(1, %(number)s) n WHERE original.{owner} = %(key)s
"""
_SCOPES = f"(SELECT jsonb_agg(scope + n * {STEP}::bigint) FROM unnest(original.scopes) scope)"
# Table → the column that says whose it is, and the columns with keys of the instance.
_TABLES = {
    "instances": ("key", ("key", "root_key")),
    "variables": ("instance_key", ("instance_key", "scope_key")),
    "involved_units": ("instance_key", ("instance_key",)),
    "tasks": ("instance_key", ("key", "instance_key", "element_key", "scopes")),
    "jobs": ("instance_key", ("key", "instance_key", "element_key", "scopes")),
    "timers": ("instance_key", ("key", "instance_key", "element_key")),
    "subscriptions": ("instance_key", ("key", "instance_key", "element_key")),
}


def multiply(key: int, number: int, more: Mapping[str, Mapping[str, str]] | None = None) -> None:
    """Have `number` instances like the one with this key, itself included; no other may have been started since.

    `more`: table → column → SQL of what differs in the copies; `n` is the copy's number from 1, `original` the row.
    """
    url = store.configured_url()
    with psycopg.connect(url) as connection:
        for table, (owner, keys) in _TABLES.items():
            changes = {column: _shifted(column) for column in keys} | dict((more or {}).get(table, {}))
            written = ", ".join(f"'{column}', {value}" for column, value in changes.items())
            statement = _COPY.format(table=table, owner=owner, changes=written)
            connection.execute(statement.encode(), {"number": number - 1, "key": key})
        connection.execute("SELECT setval('numbers', %s)", [key // STEP + number])
    settle(url)


def _shifted(column: str) -> str:
    return _SCOPES if column == "scopes" else f"original.{column} + n * {STEP}::bigint"
