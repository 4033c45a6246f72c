"""How long an analyst waits until the modeler shows `fault_handling`, our largest process, ready to be changed."""

import os
import shutil
import socket
import statistics
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from engine import store
from engine.definitions import Resource, deploy
from engine.directory.organisation import DEMO, load
from engine.directory.sessions import open_session
from tests.benchmarks.figures import Figure
from tests.benchmarks.ground import Ground

ROOT = Path(__file__).parents[2]
PROCESSES = ROOT / "processes"
SUFFIXES = (".bpmn", ".dmn", ".form", ".en.yaml")
ANALYST = "zhou.yu"
TIMES = 5
START_SECONDS = 60


def measure_modeler(ground: Ground) -> Iterator[Figure]:
    """Two figures: with an empty browser cache, and the median of later times. None where there is no Chromium."""
    program = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if program is None:
        yield Figure("modeler opens fault_handling", "no Chromium")
        return
    token = _arranged()
    with _server(ground) as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program)
        first, *later = _openings(browser, address, token)
        browser.close()
    usual = statistics.median(later)
    yield Figure("modeler opens fault_handling, nothing cached", f"{first:.2f} s", "under 2 s", first < 2)
    yield Figure("modeler opens fault_handling, median", f"{usual:.2f} s", "under 2 s", usual < 2)


def _arranged() -> str:
    """People, all processes, and an analyst who has logged in: the word of her session."""
    files = sorted(path for path in PROCESSES.rglob("*") if path.name.endswith(SUFFIXES))
    with store.transaction() as session:
        load(session, DEMO.read_text(encoding="utf-8"), DEMO.name)
        deploy(session, [Resource(path.name, path.read_bytes()) for path in files])
    with store.transaction() as session:
        return str(open_session(session, ANALYST))


@contextmanager
def _server(ground: Ground) -> Iterator[str]:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    given = {
        "TRUNKLINE_DATABASE_URL": ground.url,
        "TRUNKLINE_DATA": str(ground.folder / "web"),
        "TRUNKLINE_PORT": str(port),
        "TRUNKLINE_LOG_LEVEL": "WARNING",
    }
    (ground.folder / "web").mkdir(exist_ok=True)
    address = f"http://127.0.0.1:{port}"
    with subprocess.Popen([sys.executable, "-m", "web"], cwd=ROOT, env={**os.environ, **given}) as server:
        try:
            _await(server, f"{address}/healthz")
            yield address
        finally:
            server.terminate()


def _await(server: "subprocess.Popen[bytes]", address: str) -> None:
    until = time.monotonic() + START_SECONDS
    while server.poll() is None and time.monotonic() < until:
        try:
            urllib.request.urlopen(address, timeout=1).close()
            return
        except OSError:
            time.sleep(0.05)
    raise RuntimeError("the web server does not answer")


def _openings(browser: Browser, address: str, token: str) -> list[float]:
    """Seconds from asking for the page to a canvas that can be changed."""
    context = browser.new_context(viewport={"width": 1440, "height": 900}, locale="zh-CN")
    context.add_cookies([{"name": "trunkline_session", "value": token, "url": address}])
    page = context.new_page()
    taken = []
    for _ in range(TIMES):
        began = time.perf_counter()
        page.goto(f"{address}/models/processes/fault_handling")
        page.locator("#modeler[data-ready=true]").wait_for(state="attached")
        taken.append(time.perf_counter() - began)
    return taken
