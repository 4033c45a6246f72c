"""The demo's HTTP server: the inventory's API under a bearer token, and the pages people read."""

import hmac
import json
import re
from collections.abc import Callable
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from handlers.demo import pages, tmf638
from handlers.demo.devices import Devices
from handlers.demo.inventory import Inventory
from handlers.demo.mailbox import Mailbox

RECORDS = "/inventory/v1"
_LONGEST_BODY = 1_000_000


class DemoServer(ThreadingHTTPServer):
    """Listens on loopback; port 0 takes a free one."""

    # The demo ends within a second, whoever still holds a connection open.
    daemon_threads = True

    def __init__(self, port: int, inventory: Inventory, devices: Devices, mailbox: Mailbox, token: str) -> None:
        super().__init__(("127.0.0.1", port), _Request)
        self.inventory, self.devices, self.mailbox, self.token = inventory, devices, mailbox, token


class _Refusal(Exception):
    """An answer to the caller, not a failure of the server."""

    def __init__(self, status: HTTPStatus, sentence: str) -> None:
        super().__init__(sentence)
        self.status = status


class _Request(BaseHTTPRequestHandler):
    server: DemoServer
    protocol_version = "HTTP/1.1"
    timeout = 30

    def do_GET(self) -> None:
        self._answer("GET")

    def do_POST(self) -> None:
        self._answer("POST")

    def do_DELETE(self) -> None:
        self._answer("DELETE")

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        """Nothing: the demo's terminal shows its ready line and its end."""

    def _answer(self, method: str) -> None:
        try:
            self._check_host()
            address = urlsplit(self.path)
            for verb, pattern, answer in _ROUTES:
                match = re.fullmatch(pattern, unquote(address.path))
                if match and verb == method:
                    answer(self, *match.groups())
                    return
            raise _Refusal(HTTPStatus.NOT_FOUND, f"nothing at {address.path}")
        except _Refusal as refusal:
            # The body may not have been read: what is left of it must not be taken for the next request.
            self.close_connection = True
            self.send_json({"message": str(refusal)}, refusal.status)

    def _check_host(self) -> None:
        """A page of the outside world may not reach the demo through a name of its own for 127.0.0.1."""
        if (self.headers.get("Host") or "").rpartition(":")[0] not in ("127.0.0.1", "localhost"):
            raise _Refusal(HTTPStatus.FORBIDDEN, "this server answers to 127.0.0.1 and localhost alone")

    def check_token(self) -> None:
        sent = self.headers.get("Authorization") or ""
        if not hmac.compare_digest(sent.encode(), f"Bearer {self.server.token}".encode()):
            raise _Refusal(HTTPStatus.UNAUTHORIZED, "a bearer token is needed")

    def query(self) -> dict[str, str]:
        return {name: values[0] for name, values in parse_qs(urlsplit(self.path).query).items()}

    def body(self) -> bytes:
        length = self.headers.get("Content-Length") or "0"
        if not length.isdecimal() or int(length) > _LONGEST_BODY:
            raise _Refusal(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "the body is too long")
        return self.rfile.read(int(length))

    def json_body(self) -> dict[str, Any]:
        try:
            found = json.loads(self.body())
        except ValueError as error:
            raise _Refusal(HTTPStatus.BAD_REQUEST, "the body is no JSON") from error
        if not isinstance(found, dict):
            raise _Refusal(HTTPStatus.BAD_REQUEST, "the body is no JSON object")
        return found

    def send_json(self, value: Any, status: HTTPStatus = HTTPStatus.OK) -> None:
        self._send(json.dumps(value, ensure_ascii=False), "application/json", status)

    def send_page(self, page: str) -> None:
        self._send(page, "text/html", HTTPStatus.OK)

    def send_nothing(self, status: HTTPStatus, location: str | None = None) -> None:
        self.send_response(status)
        if location:
            self.send_header("Location", location)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def _send(self, text: str, kind: str, status: HTTPStatus) -> None:
        content = text.encode()
        self.send_response(status)
        self.send_header("Content-Type", f"{kind}; charset=utf-8")
        self.send_header("Content-Length", str(len(content)))
        # A mail's words come from elsewhere: whatever they are, the page runs and fetches nothing.
        self.send_header("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'")
        self.send_header("X-Content-Type-Options", "nosniff")
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(content)


def _search(request: _Request, kind: str) -> None:
    request.check_token()
    if kind not in request.server.inventory.kinds():
        raise _Refusal(HTTPStatus.NOT_FOUND, f"no records of kind {kind}")
    request.send_json(request.server.inventory.search(kind, request.query(), _limit(request)))


def _limit(request: _Request) -> int:
    limit = request.query().get("limit", "20")
    if not limit.isdecimal():
        raise _Refusal(HTTPStatus.BAD_REQUEST, "limit is no number")
    return int(limit)


def _one(request: _Request, kind: str, record_id: str) -> None:
    request.check_token()
    found = request.server.inventory.one(kind, record_id)
    if found is None:
        raise _Refusal(HTTPStatus.NOT_FOUND, f"no {kind} {record_id}")
    request.send_json(found)


def _services(request: _Request) -> None:
    request.check_token()
    inventory = request.server.inventory
    found = inventory.search("circuit", request.query(), _limit(request))
    request.send_json([tmf638.service(entry, inventory) for entry in found])


def _service(request: _Request, service_id: str) -> None:
    request.check_token()
    found = request.server.inventory.one("circuit", service_id)
    if found is None:
        raise _Refusal(HTTPStatus.NOT_FOUND, f"no service {service_id}")
    request.send_json(tmf638.service(found, request.server.inventory))


def _free_resources(request: _Request) -> None:
    request.check_token()
    body = request.json_body()
    segment, rate = body.get("segment"), body.get("rate") or 0
    if not isinstance(segment, dict) or not isinstance(rate, int | float):
        raise _Refusal(HTTPStatus.BAD_REQUEST, "segment {kind, unit} is needed, rate is a number")
    request.send_json(request.server.inventory.free_resources(segment, rate))


def _reserve(request: _Request) -> None:
    request.check_token()
    body, key = request.json_body(), request.headers.get("Idempotency-Key") or ""
    try:
        made, answer = request.server.inventory.reserve(key, body)
    except ValueError as error:
        raise _Refusal(HTTPStatus.BAD_REQUEST, "validUntil is no date") from error
    request.send_json(answer, HTTPStatus.CREATED if made else HTTPStatus.CONFLICT)


def _release(request: _Request, reservation_id: str) -> None:
    request.check_token()
    if not request.server.inventory.release(reservation_id):
        raise _Refusal(HTTPStatus.NOT_FOUND, f"no reservation {reservation_id}")
    request.send_nothing(HTTPStatus.NO_CONTENT)


def _mails(request: _Request) -> None:
    request.send_page(pages.mail_list(request.server.mailbox.mails()))


def _mails_json(request: _Request) -> None:
    request.send_json([{**mail.summary(), "text": mail.text} for mail in request.server.mailbox.mails()])


def _mail(request: _Request, mail_id: str) -> None:
    found = request.server.mailbox.mail(mail_id)
    if found is None:
        raise _Refusal(HTTPStatus.NOT_FOUND, f"no mail {mail_id}")
    request.send_page(pages.one_mail(found))


def _devices(request: _Request) -> None:
    devices = request.server.devices
    request.send_page(pages.device_list(devices.entries, devices.conditions()))


def _set_condition(request: _Request, device: str) -> None:
    # A form of another site would send its own origin along.
    origin = request.headers.get("Origin")
    if origin and urlsplit(origin).netloc != request.headers.get("Host"):
        raise _Refusal(HTTPStatus.FORBIDDEN, "sent from another site")
    condition = parse_qs(request.body().decode("utf-8", "replace")).get("condition", [""])[0]
    try:
        request.server.devices.set_condition(device, condition)
    except KeyError as error:
        raise _Refusal(HTTPStatus.NOT_FOUND, f"no device {device}") from error
    except ValueError as error:
        raise _Refusal(HTTPStatus.BAD_REQUEST, "condition is normal, errors or down") from error
    request.send_nothing(HTTPStatus.SEE_OTHER, "/devices")


_ROUTES: tuple[tuple[str, str, Callable[..., None]], ...] = (
    ("GET", "/|/mail", _mails),
    ("GET", r"/mail\.json", _mails_json),
    ("GET", "/mail/([^/]+)", _mail),
    ("GET", "/devices", _devices),
    ("POST", "/devices/([^/]+)", _set_condition),
    ("GET", tmf638.PATH, _services),
    ("GET", f"{tmf638.PATH}/([^/]+)", _service),
    ("POST", f"{RECORDS}/free-resources", _free_resources),
    ("POST", f"{RECORDS}/reservation", _reserve),
    ("DELETE", f"{RECORDS}/reservation/([^/]+)", _release),
    ("GET", f"{RECORDS}/([a-z]+)", _search),
    ("GET", f"{RECORDS}/([a-z]+)/([^/]+)", _one),
)
