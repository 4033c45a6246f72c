"""A real server process on a database of its own, and Debian's Chromium to look at it with."""

import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from playwright.sync_api import Browser, sync_playwright

from engine import store
from engine.definitions import deploy
from engine.directory.organisation import DEMO, load
from tests.browser.site import Site, files
from web.pages.assets import FOLDER

ROOT = Path(__file__).parents[2]
START_SECONDS = 30


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium, as the system has it; only for a module's time, since its event loop would be in the way of others'."""
    program = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if program is None:
        pytest.skip("no Chromium: apt-get install chromium fonts-noto-cjk")
    if not (FOLDER / ".vite" / "manifest.json").exists():
        pytest.skip("the front end is not built: make front")
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=program)
        yield running
        running.close()


@pytest.fixture(scope="session")
def server_of_site(server: store.EmbeddedServer) -> Iterator[tuple[str, str]]:
    """Address of a running `python -m web` and the URL of its database; li.na alone has a password."""
    with psycopg.connect(server.url("postgres"), autocommit=True) as connection:
        connection.execute("CREATE DATABASE site TEMPLATE trunkline STRATEGY wal_log")
    url = server.url("site")
    people = DEMO.read_text(encoding="utf-8").splitlines()
    organisation = "\n".join(line if "li.na" in line else re.sub(r", password: \w+", "", line) for line in people)
    store.configure(url)
    with store.transaction() as session:
        load(session, organisation, "demo.yaml")
        deploy(session, files())
    store.dispose()
    data = Path(tempfile.mkdtemp(prefix="trunkline-site-"))
    given = {
        "TRUNKLINE_DATABASE_URL": url,
        "TRUNKLINE_DATA": str(data),
        "TRUNKLINE_HANDLERS": "tests.browser.records",
        "TRUNKLINE_LOG_LEVEL": "WARNING",
    }
    try:
        with served(given) as address:
            yield address, url
    finally:
        shutil.rmtree(data)


@contextmanager
def served(settings: dict[str, str]) -> Iterator[str]:
    """The address of `python -m web` with these settings, while the block runs."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    given = {**settings, "TRUNKLINE_PORT": str(port)}
    process = subprocess.Popen([sys.executable, "-m", "web"], cwd=ROOT, env={**os.environ, **given})
    address = f"http://127.0.0.1:{port}"
    try:
        _await(process, address)
        yield address
    finally:
        process.terminate()
        process.wait(10)


def _await(process: "subprocess.Popen[bytes]", address: str) -> None:
    until = time.monotonic() + START_SECONDS
    while process.poll() is None and time.monotonic() < until:
        try:
            urllib.request.urlopen(f"{address}/healthz", timeout=1).close()
            return
        except OSError:
            time.sleep(0.05)
    raise RuntimeError("the server under test does not answer")


@pytest.fixture
def site(browser: Browser, server_of_site: tuple[str, str]) -> Iterator[Site]:
    """The server with the process `fault` and no case."""
    address, url = server_of_site
    store.configure(url)
    found = Site(address, browser)
    yield found
    for context in browser.contexts:
        context.close()
    found.clear()
    store.dispose()
