"""The demo organisation on a database of the test's own."""

import re
from collections.abc import Iterator

import psycopg
import pytest

from engine import store
from engine.directory.organisation import DEMO, load
from tests.databases import lent

TEMPLATE = "organised"


@pytest.fixture(scope="session")
def organised(server: store.EmbeddedServer) -> str:
    """The name of a database to copy; only li.na has a password, for hashing one takes as long as it should."""
    with psycopg.connect(server.url("postgres"), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {TEMPLATE} TEMPLATE trunkline STRATEGY wal_log")
    people = DEMO.read_text(encoding="utf-8").splitlines()
    text = "\n".join(line if "li.na" in line else re.sub(r", password: \w+", "", line) for line in people)
    store.configure(server.url(TEMPLATE))
    with store.transaction() as session:
        load(session, text, "demo.yaml")
    store.dispose()
    return TEMPLATE


@pytest.fixture
def organisation(server: store.EmbeddedServer, organised: str) -> Iterator[None]:
    """The store, configured for a database with the demo organisation."""
    with lent(server, organised) as url:
        store.configure(url)
        yield
        store.dispose()
