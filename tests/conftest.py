"""The database of the tests: a real server for each test process, and a fresh migrated database for each test."""

import os
import shutil
import tempfile
from collections.abc import Generator, Iterator
from pathlib import Path

import psycopg
import pytest

from engine import store
from tests.databases import lent

REQUIRE_ALL = "TRUNKLINE_REQUIRE_ALL"


def pytest_configure() -> None:
    """Keep the settings of whoever runs the tests out of them."""
    for name in [name for name in os.environ if name.startswith("TRUNKLINE_") and name != REQUIRE_ALL]:
        del os.environ[name]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """On a machine that has to have everything, a skipped test is a failed one."""
    report = yield
    # Half a character, which a test may have logged on purpose, cannot be told from one process to another.
    report.sections = [(name, text.encode(errors="replace").decode()) for name, text in report.sections]
    if report.skipped and os.environ.get(REQUIRE_ALL) and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"skipped where nothing may be ({REQUIRE_ALL}): {report.longrepr}"
    return report


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
        with psycopg.connect(running.superuser_url(), autocommit=True) as connection:
            # Nothing here has to outlive the machine; what the server promises is tested on servers of their own.
            connection.execute("ALTER SYSTEM SET fsync = off")
            connection.execute("SELECT pg_reload_conf()")
        store.upgrade(running.url())
        yield running
    shutil.rmtree(folder)


@pytest.fixture
def database_url(server: store.EmbeddedServer) -> Iterator[str]:
    """URL of a database of this test alone, migrated and empty."""
    with lent(server) as url:
        yield url


@pytest.fixture
def db(database_url: str) -> Iterator[str]:
    """The store, configured for a database of this test alone; gives its URL."""
    store.configure(database_url)
    yield database_url
    store.dispose()
