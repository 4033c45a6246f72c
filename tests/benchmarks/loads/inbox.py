"""INBOX: pages of the inbox of somebody whose group has very many open tasks."""

import time
from collections.abc import Callable, Iterator
from http.client import HTTPConnection

from engine import settings, store
from engine.directory.sessions import open_session
from engine.instances import start
from tests.benchmarks.bench import Bench
from tests.benchmarks.children import web_server
from tests.benchmarks.copies import multiply
from tests.benchmarks.diagrams import USER
from tests.benchmarks.figures import Figure, percentile
from tests.benchmarks.people import bring_in
from web.app import create_app

PERSON = "li.na"
_COOKIE = "trunkline_session"
_PAGES = (1, 50)
_AIM, _AIM_AT = 50, 100_000
Ask = Callable[[int], None]


def measure(bench: Bench) -> Iterator[Figure]:
    """Milliseconds on the wire of a real web server, and inside the application alone."""
    bring_in()
    bench.deploy(USER)
    number = fill(bench.sizes.open_tasks)
    with store.transaction() as session:
        cookie = open_session(session, PERSON)
    with web_server(bench.ground.url, bench.ground.folder) as port:
        yield from _pages(bench, number, "over HTTP", _over_http(port, cookie))
    yield from _pages(bench, number, "in the application", _in_application(bench.ground.url, cookie))


def fill(number: int) -> int:
    """Have so many open tasks of PERSON's group."""
    with store.transaction() as session:
        key = start(session, process_id="USER", variables={"customer": {"id": "1", "label": "广州地铁"}}).key
    due = {"tasks": {"due_at": "original.created_at + n * interval '1 s'"}}
    multiply(key, number, {"instances": {"case_no": "'B-' || n"}} | due)
    return number


def _pages(bench: Bench, number: int, where: str, ask: Ask) -> Iterator[Figure]:
    for page in _PAGES:
        taken = []
        for _ in range(bench.sizes.page_views):
            before = time.monotonic()
            ask(page)
            taken.append((time.monotonic() - before) * 1000)
        p95 = percentile(taken, 95)
        name = f"INBOX, {number:,} open, page {page}, {where}"
        yield Figure(f"{name}: p50", f"{percentile(taken, 50):.1f} ms")
        aimed = number >= _AIM_AT
        yield Figure(f"{name}: p95", f"{p95:.1f} ms", f"under {_AIM} ms" if aimed else "", not aimed or p95 < _AIM)


def _over_http(port: int, cookie: str) -> Ask:
    connection = HTTPConnection("127.0.0.1", port, timeout=30)

    def ask(page: int) -> None:
        connection.request("GET", f"/inbox?tab=groups&page={page}", headers={"Cookie": f"{_COOKIE}={cookie}"})
        answer = connection.getresponse()
        _check(answer.status, answer.read())

    return ask


def _in_application(url: str, cookie: str) -> Ask:
    client = create_app(settings.load({"TRUNKLINE_DATABASE_URL": url})).test_client()
    client.set_cookie(_COOKIE, cookie)

    def ask(page: int) -> None:
        answer = client.get(f"/inbox?tab=groups&page={page}")
        _check(answer.status_code, answer.data)

    return ask


def _check(status: int, page: bytes) -> None:
    assert status == 200, status
    assert "广州地铁".encode() in page
