"""Databases of tests are dropped by the superuser: autovacuum may be at work in them, which our role cannot end."""

import psycopg

from engine import store


def drop_database(server: store.EmbeddedServer, name: str) -> None:
    """Drop a database whoever is connected to it."""
    with psycopg.connect(server.superuser_url(), autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")
