"""The database of the tests: a real server for each test process, and a fresh migrated database for each test."""

import itertools
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from engine import store

_numbers = itertools.count(1)


@pytest.fixture
def folder() -> Iterator[Path]:
    """An empty folder that every account can pass through."""
    path = Path(tempfile.mkdtemp(prefix="trunkline-test-"))
    path.chmod(0o711)
    yield path
    shutil.rmtree(path)


@pytest.fixture(scope="session")
def server() -> Iterator[store.EmbeddedServer]:
    """An embedded server of this test process alone; its database `trunkline` is migrated and never written to."""
    # Not pytest's own folder: under root the server's account could not pass through it.
    folder = Path(tempfile.mkdtemp(prefix="trunkline-test-"))
    folder.chmod(0o711)
    with store.EmbeddedServer(folder / "data") as running:
        store.upgrade(running.url())
        yield running
    shutil.rmtree(folder)


@pytest.fixture
def database_url(server: store.EmbeddedServer) -> Iterator[str]:
    """URL of a database of this test alone, migrated and empty."""
    name = f"test_{next(_numbers)}"
    with psycopg.connect(server.url("postgres"), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE trunkline STRATEGY wal_log")
        yield server.url(name)
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def db(database_url: str) -> Iterator[str]:
    """The store, configured for a database of this test alone; gives its URL."""
    store.configure(database_url)
    yield database_url
    store.dispose()
