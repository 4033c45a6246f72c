"""python -m web serve: the database, the demo's servers, the web server and a worker, started and ended together."""

import os
import signal
import socket
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

import engine
from web.children import Child, Children
from web.filling import demo_accounts, fill

# Of the two seconds there are to end in, the database gets the rest.
CHILDREN_END_SECONDS = 0.8
START_SECONDS = 30.0
LOOK_AGAIN_SECONDS = 0.25
# A process that ends so soon after its start may do so again; a job may kill its worker as often as it is tried.
TOO_SOON_SECONDS = 5.0
TOO_OFTEN = 5
# A full disk is made room on by a person, and the other processes say meanwhile that they wait.
DATABASE_AGAIN_SECONDS = 2.0
MODULES = {"web": ("web",), "worker": ("engine", "worker")}


def serve(settings: engine.Settings) -> int:
    """Run everything until Ctrl-C or SIGTERM; 1 if a part of it ends by itself as soon as it is started."""
    signal.signal(signal.SIGTERM, _end)
    signal.signal(signal.SIGINT, _end)
    _require_free(settings)
    # The data folder is named, since a child that is given a database would choose another one by default.
    children = Children({**os.environ, "TRUNKLINE_DATA": str(settings.data)})
    with _database(settings) as server, _ended_together(children):
        url = settings.database_url if server is None else server.url()
        demo = _start_demo(settings, children) if settings.demo else None
        fill(settings, url)
        children.environment["TRUNKLINE_DATABASE_URL"] = url
        mails = _start_modules(children, demo)
        if _answers(settings, children):
            _tell(settings, mails)
        return _watch(settings, children, server)


def _end(number: int, frame: FrameType | None) -> None:
    # Once is enough: what is ended now is not to be interrupted.
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    raise SystemExit(0)


@contextmanager
def _database(settings: engine.Settings) -> Iterator[engine.EmbeddedServer | None]:
    """The embedded server while the block runs; None where the settings name another."""
    if settings.database_url:
        yield None
        return
    with engine.EmbeddedServer(settings.data, settings.database_port) as server:
        yield server


@contextmanager
def _ended_together(children: Children) -> Iterator[None]:
    try:
        yield
    finally:
        children.end_all(CHILDREN_END_SECONDS)


def _require_free(settings: engine.Settings) -> None:
    """Say at once that somebody else has the port, before anything is started."""
    try:
        with socket.create_server((settings.host, settings.port)):
            pass
    except OSError as error:
        raise engine.Conflict("port_taken", host=settings.host, port=settings.port, reason=error.strerror) from error


def _start_demo(settings: engine.Settings, children: Children) -> Child:
    folder = settings.data / "demo"
    # A ports file of one's own is used instead, beside the demo's servers.
    children.environment.setdefault("TRUNKLINE_PORTS", str(folder / "ports.yaml"))
    return children.start("demo", "handlers.demo", "--data", str(folder), tells=True)


def _start_modules(children: Children, demo: Child | None) -> str:
    """Start what works with the demo's servers, once they answer; gives what those say."""
    mails = _ready_line(demo) if demo else ""
    # The pages' demo bar leads there.
    children.environment["TRUNKLINE_DEMO_MAILS"] = mails.partition("mails at ")[2].partition(",")[0]
    for name, command in MODULES.items():
        children.start(name, *command)
    return mails


def _ready_line(demo: Child) -> str:
    """What the demo's servers say once they answer. Raises Unavailable if they end instead."""
    assert demo.process.stdout is not None
    line = demo.process.stdout.readline().strip()
    if not line:
        raise engine.Unavailable("demo_not_started")
    return line


def _answers(settings: engine.Settings, children: Children) -> bool:
    """Wait until the web server does; False if it, or something else, ended instead."""
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until and all(child.process.poll() is None for child in children):
        try:
            with socket.create_connection((settings.host, settings.port), timeout=1):
                return True
        except OSError:
            time.sleep(LOOK_AGAIN_SECONDS / 5)
    return False


def _tell(settings: engine.Settings, mails: str) -> None:
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    lines = [f"Trunkline {engine.VERSION}: http://{host}:{settings.port}"]
    if settings.demo:
        lines += [mails, "", "demo accounts (password: demo)", *demo_accounts()]
    sys.stdout.write("\n".join([*lines, "", "Ctrl-C ends it.", ""]))
    sys.stdout.flush()


def _watch(settings: engine.Settings, children: Children, server: engine.EmbeddedServer | None) -> int:
    """Start again what ends by itself, the database included; 1 for what ends again and again as soon as it starts."""
    started = dict.fromkeys(("demo", *MODULES), time.monotonic())
    soon = dict.fromkeys(started, 0)
    while True:
        time.sleep(LOOK_AGAIN_SECONDS)
        if server is not None and not server.is_running():
            _start_database_again(server)
        for child in children.ended():
            sys.stderr.write(f"{child.name} ended with status {child.process.returncode} and is started again\n")
            soon[child.name] = soon[child.name] + 1 if time.monotonic() - started[child.name] < TOO_SOON_SECONDS else 0
            if soon[child.name] >= TOO_OFTEN:
                return 1
            started[child.name] = time.monotonic()
            _start_again(settings, children, child)


def _start_database_again(server: engine.EmbeddedServer) -> None:
    try:
        server.start()
    except (engine.Unavailable, engine.Conflict) as error:
        language = engine.terminal_language()
        again = engine.words(engine.Unavailable("database_started_again"), language)
        sys.stderr.write(f"{engine.words(error, language)}\n{again}\n")
        time.sleep(DATABASE_AGAIN_SECONDS)


def _start_again(settings: engine.Settings, children: Children, child: Child) -> None:
    if child.name in MODULES:
        children.start(child.name, *MODULES[child.name])
        return
    # The demo's servers come back at other ports, which the rest reads when it starts.
    children.end_all(CHILDREN_END_SECONDS)
    _start_modules(children, _start_demo(settings, children))
