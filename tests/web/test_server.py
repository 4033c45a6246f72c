"""The server itself, over real connections: many at once, bodies that are too large, and a proxy before it."""

import http.client
import json
import socket
import threading
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import pytest
import waitress

from engine import settings
from web.__main__ import server_options
from web.app import BODY_BYTES

Environ = dict[str, Any]
StartResponse = Callable[[str, list[tuple[str, str]]], Any]
Serve = Callable[..., int]


def told(environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
    """An application that says what it has been told of the visitor."""
    body = json.dumps({name: environ[name] for name in ("REMOTE_ADDR", "wsgi.url_scheme", "HTTP_HOST")}).encode()
    start_response("200 OK", [("Content-Type", "application/json"), ("Content-Length", str(len(body)))])
    return [body]


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Serve an application as `python -m web` does, with these settings; gives the port."""
    servers: list[Any] = []

    def serving(application: Any, **given: str) -> int:
        options = server_options(settings.load({f"TRUNKLINE_{name}": value for name, value in given.items()}))
        server = waitress.create_server(application, **{**options, "port": 0, "threads": 2})
        servers.append(server)
        threading.Thread(target=server.run, daemon=True).start()
        return int(server.effective_port)

    yield serving
    for server in servers:
        server.close()


def asked(port: int, **headers: str) -> dict[str, str]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    connection.request("GET", "/", headers={name.replace("_", "-"): value for name, value in headers.items()})
    body: dict[str, str] = json.loads(connection.getresponse().read())
    connection.close()
    return body


def test_more_browsers_than_a_hundred_keep_their_connections(serve: Serve) -> None:
    port = serve(told)
    kept = [socket.create_connection(("127.0.0.1", port)) for _ in range(250)]
    assert asked(port)["REMOTE_ADDR"] == "127.0.0.1"
    for connection in kept:
        connection.close()


FORWARDED = {"X_Forwarded_For": "203.0.113.7", "X_Forwarded_Proto": "https", "X_Forwarded_Host": "trunkline.example"}


def test_nobodys_word_is_taken_for_where_a_visitor_comes_from(serve: Serve) -> None:
    assert asked(serve(told), **FORWARDED)["REMOTE_ADDR"] == "127.0.0.1"
    elsewhere = asked(serve(told, TRUSTED_PROXY="192.0.2.1"), **FORWARDED)
    assert (elsewhere["REMOTE_ADDR"], elsewhere["wsgi.url_scheme"]) == ("127.0.0.1", "http")


def test_a_trusted_proxy_tells_of_the_visitor(serve: Serve) -> None:
    assert asked(serve(told, TRUSTED_PROXY="127.0.0.1"), **FORWARDED) == {
        "REMOTE_ADDR": "203.0.113.7",
        "wsgi.url_scheme": "https",
        "HTTP_HOST": "trunkline.example",
    }


@pytest.mark.parametrize("chunked", [False, True])
def test_a_body_of_20_megabytes_is_read_and_refused_with_a_sentence(serve: Serve, app: Any, chunked: bool) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", serve(app), timeout=60)
    piece = b" " * (1024 * 1024)
    body = (piece for _ in range(20)) if chunked else piece * 20
    connection.request("POST", "/oauth/token", body, {"Content-Type": "application/json"}, encode_chunked=chunked)
    answer = connection.getresponse()
    problem = json.loads(answer.read())
    assert (answer.status, problem["code"]) == (413, "request_too_large")
    assert str(BODY_BYTES // 1024 // 1024) in problem["detail"]
    connection.close()
