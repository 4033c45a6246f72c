"""Real servers on loopback for the handlers: the demo set, an HTTP server with set answers, and mail servers."""

import os
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult

from engine import Job, Port
from engine.work.contract import SecretReference
from engine.work.ports import load_ports
from handlers import HANDLERS

ROOT = Path(__file__).parents[2]


@dataclass
class Demo:
    """A running demo set."""

    folder: Path
    process: subprocess.Popen[str]
    ready: str
    ports: dict[str, Port]

    @property
    def url(self) -> str:
        return str(self.ports["inventory"].options["url"])


def start_demo(folder: Path, *arguments: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "handlers.demo", "--data", str(folder), *arguments]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def ended(process: subprocess.Popen[str], number: int = signal.SIGTERM) -> int:
    """Tell it to end; its exit code. It has a second."""
    process.send_signal(number)
    try:
        return process.wait(timeout=5)
    finally:
        process.kill()
        process.communicate()


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    folder = tmp_path_factory.mktemp("demo")
    process = start_demo(folder)
    assert process.stdout is not None
    ready = process.stdout.readline()
    if not ready.startswith("demo ready"):
        process.kill()
        raise AssertionError(process.communicate()[1])
    yield Demo(folder, process, ready, load_ports(folder / "ports.yaml"))
    ended(process)


Run = Callable[..., dict[str, Any]]


def make_job(topic: str, variables: dict[str, Any], *, key: int = 4711, attempt: int = 1, lease_s: float = 60) -> Job:
    return Job(
        key=key,
        topic=topic,
        variables=variables,
        headers={},
        instance_key=42,
        process_id="fault_handling",
        element_id="notify",
        case_no="FLT-GD-20261123-0007",
        business_id=None,
        attempt=attempt,
        deadline=datetime.now(UTC) + timedelta(seconds=lease_s),
    )


@pytest.fixture
def run() -> Run:
    """run(topic, port, key=…, attempt=…, lease_s=…, **variables) → the answer, checked against the handler's schema."""

    def run(
        topic: str, port: Port, *, key: int = 4711, attempt: int = 1, lease_s: float = 60, **variables: Any
    ) -> dict[str, Any]:
        handler = HANDLERS[topic]
        answer = handler.function(make_job(topic, variables, key=key, attempt=attempt, lease_s=lease_s), port)
        assert set(handler.output["required"]) <= answer.keys() <= handler.output["properties"].keys()
        return answer

    return run


@pytest.fixture
def closed_port() -> int:
    """A TCP and UDP port on loopback that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def silent_port() -> Iterator[int]:
    """A TCP port that takes connections and never says a word."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        yield listener.getsockname()[1]


@dataclass
class Script:
    """What the HTTP server answers next, and what it was asked."""

    server: ThreadingHTTPServer
    url: str
    status: int = 200
    body: bytes = b"{}"
    headers: dict[str, str] = field(default_factory=dict)
    asked: list[tuple[str, str, dict[str, str], bytes]] = field(default_factory=list)

    def encrypt(self, context: ssl.SSLContext) -> None:
        # The handshake belongs into the connection's thread: one that fails must not end the listening.
        self.server.socket = context.wrap_socket(self.server.socket, server_side=True, do_handshake_on_connect=False)
        self.url = self.url.replace("http:", "https:")

    def port(self, **options: Any) -> Port:
        return Port("inventory", {"url": self.url, "timeout_s": 0.5, **options})


class _Quiet(ThreadingHTTPServer):
    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hangs up is what some tests are about."""


@pytest.fixture
def script() -> Iterator[Script]:
    class Request(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            script.asked.append((self.command, self.path, dict(self.headers), self.rfile.read(length)))
            self.send_response(script.status)
            for name, value in {"Content-Length": str(len(script.body)), **script.headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(script.body)

        do_POST = do_DELETE = do_GET  # noqa: N815

        def setup(self) -> None:
            if isinstance(self.request, ssl.SSLSocket):
                self.request.do_handshake()
            super().setup()

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
            pass

    server = _Quiet(("127.0.0.1", 0), Request)
    script = Script(server, f"http://127.0.0.1:{server.server_address[1]}")
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    yield script
    server.shutdown()
    server.server_close()


@dataclass
class MailServer:
    """A mail server that answers as told: replies to RCPT by address, to DATA, and what it took."""

    port: int = 0
    rcpt: dict[str, str] = field(default_factory=dict)
    data: str = "250 kept"
    taken: list[Any] = field(default_factory=list)
    logins: list[tuple[str, str]] = field(default_factory=list)

    async def handle_RCPT(  # noqa: N802
        self, server: Any, session: Any, envelope: Any, address: str, options: Any
    ) -> str:
        reply = self.rcpt.get(address, "250 OK")
        if reply.startswith("250"):
            envelope.rcpt_tos.append(address)
        return reply

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        if self.data.startswith("250"):
            self.taken.append((envelope.rcpt_tos, envelope.content))
        return self.data

    def login(self, server: Any, session: Any, envelope: Any, mechanism: str, data: Any) -> AuthResult:
        pair = (data.login.decode(), data.password.decode())
        self.logins.append(pair)
        # "Not handled" lets the server itself say 535.
        return AuthResult(success=pair == ("trunkline", "open sesame"), handled=False)

    def as_port(self, **options: Any) -> Port:
        return mail_port(self.port, **options)


def mail_port(port: int, **options: Any) -> Port:
    sender = {"name": "集团客户响应中心", "mail": "crc@operator.example"}
    here = {"host": "127.0.0.1", "port": port, "security": "none", "sender": sender, "timeout_s": 5}
    return Port("mail", {**here, **options}, {"password": SecretReference(env="TEST_MAIL_PASSWORD")})


@pytest.fixture
def mail_at() -> Callable[..., Port]:
    """mail_at(port, **options): the port `mail` of a server that listens there, or of none."""
    return mail_port


StartMail = Callable[..., MailServer]


@pytest.fixture
def mail_server() -> Iterator[StartMail]:
    """mail_server(tls="none"|"starttls"|"tls", context=…, login=True) starts one."""
    running: list[Controller] = []

    def start(tls: str = "none", context: ssl.SSLContext | None = None, login: bool = False) -> MailServer:
        server = MailServer()
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            server.port = probe.getsockname()[1]
        options: dict[str, Any] = {"ssl_context": context} if tls == "tls" else {}
        if tls == "starttls":
            options |= {"tls_context": context}
        if login:
            options |= {"authenticator": server.login, "auth_required": True, "auth_require_tls": tls == "starttls"}
        controller = Controller(server, hostname="127.0.0.1", port=server.port, **options)
        controller.start()
        running.append(controller)
        return server

    yield start
    for controller in running:
        controller.stop(no_assert=True)


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate for 127.0.0.1 with its key, signed by itself."""
    program = shutil.which("openssl")
    if program is None:
        pytest.skip("openssl is not installed")
    path = tmp_path_factory.mktemp("tls") / "server.pem"
    made = [
        program,
        "req",
        "-x509",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:prime256v1",
        "-nodes",
        "-days",
        "2",
    ]
    made += ["-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"]
    subprocess.run([*made, "-keyout", f"{path}.key", "-out", str(path)], check=True, capture_output=True)
    return path


@pytest.fixture
def tls_context(certificate: Path) -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate, f"{certificate}.key")
    return context


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    """The machine's own proxy settings are not part of any test."""
    for name in [name for name in os.environ if name.lower().endswith("_proxy")]:
        monkeypatch.delenv(name)
