"""What an HTTP server can do wrong, and how the inventory's handlers answer it."""

import json
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from engine import BpmnError, Port, Retry

Run = Callable[..., dict[str, Any]]
BY_ID = {"kind": "customer", "id": "C-1"}


@pytest.mark.parametrize("status", [408, 425, 429, 500, 502, 503, 504])
def test_a_server_in_trouble_is_asked_again(run: Run, script: Any, status: int) -> None:
    script.status = status
    with pytest.raises(Retry, match=f"port inventory: HTTP {status}") as caught:
        run("inventory.lookup", script.port(), attempt=2, **BY_ID)
    assert caught.value.after == timedelta(seconds=60)


@pytest.mark.parametrize(("said", "after"), [("7", 7), ("99999999", 3600), ("Wed, 21 Oct 2026 07:28:00 GMT", 10)])
def test_a_server_may_say_when(run: Run, script: Any, said: str, after: int) -> None:
    script.status, script.headers = 503, {"Retry-After": said}
    with pytest.raises(Retry) as caught:
        run("inventory.lookup", script.port(), **BY_ID)
    assert caught.value.after == timedelta(seconds=after)


@pytest.mark.parametrize("status", [400, 403, 405, 409, 422])
def test_a_refusal_for_good_is_an_error_the_diagram_can_catch(run: Run, script: Any, status: int) -> None:
    script.status = status
    with pytest.raises(BpmnError, match=f"HTTP {status}") as caught:
        run("inventory.lookup", script.port(), **BY_ID)
    assert caught.value.code == "adapter_failed"


def test_a_redirection_is_not_followed(run: Run, script: Any) -> None:
    """It could lead anywhere, the token with it: addresses come from the ports file alone."""
    script.status, script.headers = 302, {"Location": f"{script.url}/elsewhere"}
    with pytest.raises(BpmnError, match="HTTP 302"):
        run("inventory.lookup", script.port(), **BY_ID)
    assert len(script.asked) == 1


@pytest.mark.parametrize(
    "body",
    [b"<html>gateway</html>", b"{", b"", b"\xff\xfe", b'"text"', b"[]", b"7", b"null", b"{}", b'{"id": 7}'],
)
def test_nonsense_instead_of_a_record_is_asked_again(run: Run, script: Any, body: bytes) -> None:
    script.body = body
    if body in (b"", b"null"):
        assert run("inventory.lookup", script.port(), **BY_ID)["found"] is False
        return
    with pytest.raises(Retry):
        run("inventory.lookup", script.port(), **BY_ID)


@pytest.mark.parametrize("body", [b"{}", b"null", b'["C-1"]', b'[{"name": "no id"}]'])
def test_nonsense_instead_of_a_list_is_asked_again(run: Run, script: Any, body: bytes) -> None:
    script.body = body
    with pytest.raises(Retry):
        run("inventory.lookup", script.port(), kind="customer", text="x")


def test_more_than_was_asked_for_is_cut(run: Run, script: Any) -> None:
    script.body = json.dumps([{"id": str(n)} for n in range(9)]).encode()
    assert len(run("inventory.lookup", script.port(), kind="customer", text="x", limit=3)["items"]) == 3
    assert script.asked[0][1] == "/inventory/v1/customer?text=x&limit=3"


def test_numbers_keep_their_digits(run: Run, script: Any) -> None:
    script.body = b'{"id": "C-1", "share": 0.1000000000000000055511151231257827}'
    item = run("inventory.lookup", script.port(), **BY_ID)["item"]
    assert item["share"] == Decimal("0.1000000000000000055511151231257827")


def test_an_endless_answer_is_cut_off(run: Run, script: Any) -> None:
    script.body = b'"' + b"x" * 10_000_001 + b'"'
    with pytest.raises(BpmnError, match="longer than 10 MB"):
        run("inventory.lookup", script.port(timeout_s=5), **BY_ID)


def test_nobody_listening_and_silence_are_tried_again(run: Run, closed_port: int, silent_port: int) -> None:
    for number in (closed_port, silent_port):
        port = Port("inventory", {"url": f"http://127.0.0.1:{number}", "timeout_s": 0.2})
        with pytest.raises(Retry, match="port inventory: not reachable"):
            run("inventory.lookup", port, **BY_ID)


@pytest.fixture
def breaking_port() -> Iterator[int]:
    """A server that promises a long answer and hangs up in the middle."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        listener.settimeout(5)

        def answer() -> None:
            connection, _ = listener.accept()
            with connection:
                connection.recv(4096)
                connection.sendall(b'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{"id": ')

        thread = threading.Thread(target=answer)
        thread.start()
        yield listener.getsockname()[1]
        thread.join()


def test_a_connection_that_breaks_off_is_tried_again(run: Run, breaking_port: int) -> None:
    with pytest.raises(Retry):
        run("inventory.lookup", Port("inventory", {"url": f"http://127.0.0.1:{breaking_port}"}), **BY_ID)


def test_an_answer_after_the_lease_is_given_up(run: Run, script: Any) -> None:
    script.body = b'{"id": "C-1"}'
    with pytest.raises(Retry, match="did not come in time"):
        run("inventory.lookup", script.port(), lease_s=-1, **BY_ID)


def test_https_needs_a_certificate_we_trust(
    run: Run, script: Any, tls_context: ssl.SSLContext, certificate: Path
) -> None:
    script.body = b'{"id": "C-1"}'
    script.encrypt(tls_context)
    with pytest.raises(BpmnError, match="certificate is not trusted"):
        run("inventory.lookup", script.port(), **BY_ID)
    assert run("inventory.lookup", script.port(ca_file=str(certificate)), **BY_ID)["found"] is True
    with pytest.raises(BpmnError, match="option ca_file names no file"):
        run("inventory.lookup", script.port(ca_file="/nonexistent/ca.pem"), **BY_ID)


@pytest.mark.parametrize("url", ["ftp://127.0.0.1/", "inventory.example", "http://"])
def test_an_address_that_is_none_is_said(run: Run, url: str) -> None:
    with pytest.raises(BpmnError, match="is no http"):
        run("inventory.lookup", Port("inventory", {"url": url}), **BY_ID)
    with pytest.raises(BpmnError, match="option url is missing"):
        run("inventory.lookup", Port("inventory"), **BY_ID)


def test_neither_netrc_nor_proxy_takes_the_accounts_place(
    run: Run, script: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Any, closed_port: int
) -> None:
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login thief password thief\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{closed_port}")
    script.body = b'{"id": "C-1"}'
    run("inventory.lookup", script.port(), **BY_ID)
    assert "Authorization" not in script.asked[0][2]


@pytest.mark.parametrize(
    "service",
    [
        {"id": "X"},
        {"id": "X", "serviceCharacteristic": None, "relatedParty": {}, "place": "x", "supportingResource": [3]},
        {"id": "X", "serviceCharacteristic": [{"name": "interfaces", "value": "GE"}], "relatedParty": [{"role": "x"}]},
    ],
)
def test_a_service_that_says_little_is_still_a_circuit(run: Run, script: Any, service: dict[str, Any]) -> None:
    script.body = json.dumps(service).encode()
    item = run("inventory.lookup", script.port(), kind="circuit", id="X")["item"]
    assert (item["id"], item["label"], item["customer"], item["scope"]) == ("X", "X", None, None)
    assert (item["ends"], item["segments"], item["devices"]) == ([], [], [])
    assert script.asked[0][1] == "/tmf-api/serviceInventory/v4/service/X"
