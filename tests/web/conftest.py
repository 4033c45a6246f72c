"""An application on a database of its own, with the demo organisation and a token for each kind of principal."""

import re
from collections.abc import Iterator
from datetime import timedelta

import psycopg
import pytest
from flask import Flask

from engine import settings, store
from engine.directory.organisation import DEMO, load
from engine.directory.tokens import add_token
from tests.databases import drop_database, lent
from tests.web.office import TOKENS, Office
from web.app import create_app


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
def app() -> Flask:
    """Made once: it finds the store as each test configures it."""
    return create_app(settings.load({}))


@pytest.fixture
def office(app: Flask, server: store.EmbeddedServer, staff: dict[str, str]) -> Iterator[Office]:
    """The application on a database of the test alone, asked without a network."""
    yield from _office(app, server, staff)


@pytest.fixture(scope="module")
def lasting_office(app: Flask, server: store.EmbeddedServer, staff: dict[str, str]) -> Iterator[Office]:
    """The same for all tests of a file, which leave each other alone."""
    yield from _office(app, server, staff)


def _office(app: Flask, server: store.EmbeddedServer, staff: dict[str, str]) -> Iterator[Office]:
    with lent(server, "staffed") as url:
        store.configure(url)
        yield Office(app.test_client(), staff)
        store.dispose()
