"""HTTP: SEQ started over the API of a real web server, by clients that keep their connections."""

import json
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from http.client import HTTPConnection

from engine import store
from engine.directory.tokens import add_token
from tests.benchmarks import diagrams
from tests.benchmarks.bench import Bench
from tests.benchmarks.children import web_server
from tests.benchmarks.figures import Rate
from tests.benchmarks.people import bring_in


def start_over_http(at: tuple[int, str]) -> None:
    port, token = at
    body = json.dumps({"processDefinitionId": "SEQ"})
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    connection = _connection(port)
    connection.request("POST", "/v2/process-instances", body, headers)
    answer = connection.getresponse()
    told = answer.read()
    assert answer.status == 200, told


def _connection(port: int) -> HTTPConnection:
    """Each caller's own."""
    if getattr(_kept, "port", None) != port:
        _kept.port, _kept.connection = port, HTTPConnection("127.0.0.1", port, timeout=30)
    connection: HTTPConnection = _kept.connection
    return connection


_kept = threading.local()


def measure(bench: Bench) -> Iterator[Rate]:
    """`concurrency` is that of the clients; the server is one process."""
    bring_in()
    bench.deploy(diagrams.SEQ)
    with store.transaction() as session:
        given = {"roles": ["operator"], "lifetime": timedelta(days=1), "created_by": "bench"}
        token = add_token(session, "bench", "HQ", **given)
    with web_server(bench.ground.url, bench.ground.folder) as port:
        for row in bench.rates("SEQ, HTTP", start_over_http, [(port, token)]):
            # What was counted is the clients'.
            yield replace(row, cpu=None)
