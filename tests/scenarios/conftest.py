"""A database with every process deployed, copied for each scenario."""

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from engine import store
from tests.databases import lent
from tests.scenarios.on_postgres import deploy

PROCESSES = Path(__file__).parents[2] / "processes"
TEMPLATE = "scenarios"


@pytest.fixture(scope="session")
def deployed(server: store.EmbeddedServer) -> str:
    """The name of a database to copy: deploying anew for every scenario would take longer than the scenarios."""
    with psycopg.connect(server.url("postgres"), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {TEMPLATE} TEMPLATE trunkline STRATEGY wal_log")
    store.configure(server.url(TEMPLATE))
    deploy(PROCESSES)
    store.dispose()
    return TEMPLATE


@pytest.fixture
def with_processes(server: store.EmbeddedServer, deployed: str) -> Iterator[None]:
    """The store, configured for a database of this scenario alone."""
    with lent(server, deployed) as url:
        store.configure(url)
        yield
        store.dispose()
