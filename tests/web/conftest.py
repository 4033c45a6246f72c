"""An application on a database of its own, with the demo organisation and a token for each kind of principal."""

import re
from collections.abc import Iterator
from datetime import timedelta

import psycopg
import pytest

from engine import settings, store
from engine.directory.organisation import DEMO, load
from engine.directory.tokens import add_token
from engine.store.models import Base
from tests.databases import drop_database
from tests.web.office import TOKENS, Office
from web.app import create_app

KEPT = {"units", "people", "memberships", "substitutes", "shifts", "api_tokens", "case_clock"}
# Those that refer to others first.
LEFT = [table.name for table in reversed(Base.metadata.sorted_tables) if table.name not in KEPT]


@pytest.fixture(scope="session")
def staff(server: store.EmbeddedServer) -> Iterator[dict[str, str]]:
    """Fills a database to copy for each test; gives the tokens in it. Only li.na has a password, as hashing is slow."""
    with psycopg.connect(server.url("postgres"), autocommit=True) as connection:
        connection.execute("CREATE DATABASE staffed TEMPLATE trunkline")
    store.configure(server.url("staffed"))
    people = DEMO.read_text(encoding="utf-8").splitlines()
    text = "\n".join(line if "li.na" in line else re.sub(r", password: \w+", "", line) for line in people)
    with store.transaction() as session:
        load(session, text, "demo.yaml")
        tokens = {
            name: add_token(session, name, **given, lifetime=timedelta(days=1), created_by="test")
            for name, given in TOKENS.items()
        }
    store.dispose()
    yield tokens
    drop_database(server, "staffed")


@pytest.fixture(scope="session")
def office_url(server: store.EmbeddedServer, staff: dict[str, str]) -> Iterator[str]:
    """URL of a copy of it that tests share, one after the other."""
    yield from copied(server, "office")


@pytest.fixture
def office(office_url: str, staff: dict[str, str]) -> Iterator[Office]:
    """The application, asked without a network; what a test leaves behind is cleared away, but not what it does to
    people and tokens."""
    yield from _office(office_url, staff)
    with psycopg.connect(office_url) as connection:
        for table in LEFT:
            connection.execute(f"DELETE FROM {table}")
        connection.execute("UPDATE case_clock SET mode = 'offset', frozen_at = NULL, shift = '0'")


@pytest.fixture
def own_office(server: store.EmbeddedServer, staff: dict[str, str]) -> Iterator[Office]:
    """The same on a database of the test alone."""
    for url in copied(server, "own_office"):
        yield from _office(url, staff)


@pytest.fixture(scope="module")
def lasting_office(server: store.EmbeddedServer, staff: dict[str, str]) -> Iterator[Office]:
    """The same for all tests of a file, which leave each other alone."""
    for url in copied(server, "lasting_office"):
        yield from _office(url, staff)


def copied(server: store.EmbeddedServer, name: str) -> Iterator[str]:
    """URL of a copy of the staffed database, dropped in the end."""
    with psycopg.connect(server.url("postgres"), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE staffed STRATEGY wal_log")
        yield server.url(name)
        drop_database(server, name)


def _office(url: str, staff: dict[str, str]) -> Iterator[Office]:
    store.configure(url)
    app = create_app(settings.load({"TRUNKLINE_DATABASE_URL": url}))
    yield Office(app.test_client(), staff)
    store.dispose()
