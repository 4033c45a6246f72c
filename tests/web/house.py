"""Web servers and workers as real processes on a database server of their own."""

import http.client
import json
import os
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg

from engine import store
from engine.definitions import Resource, deploy
from engine.directory.organisation import DEMO, load
from engine.directory.tokens import add_token

ROOT = Path(__file__).parents[2]
PATIENCE = 90.0  # what a lost delivery takes until upkeep finds it, and some more on a busy machine


@dataclass
class House:
    """A database server that can be killed, and the processes on it. `url` is their way to it."""

    server: store.EmbeddedServer
    url: str
    folder: Path
    token: str
    ports: list[int] = field(default_factory=list)
    children: list["subprocess.Popen[bytes]"] = field(default_factory=list)

    def begin(self, *command: str, port: int = 8080) -> "subprocess.Popen[bytes]":
        number = len(self.children)
        given = {
            "TRUNKLINE_DATABASE_URL": self.url,
            "TRUNKLINE_DATA": str(self.folder),
            "TRUNKLINE_HANDLERS": "tests.engine.work.crashing",
            "TRUNKLINE_PORT": str(port),
            "CRASH_FOLDER": str(self.folder),
        }
        with (self.folder / f"{number}.log").open("wb") as log:
            child = subprocess.Popen(
                [sys.executable, "-m", *command], cwd=ROOT, env={**os.environ, **given}, stdout=log, stderr=log
            )
        self.children.append(child)
        return child

    def web(self) -> int:
        """Start a web server; gives the port on which it will listen."""
        port = free_port()
        self.begin("web", port=port)
        self.ports.append(port)
        return port

    def ready(self, port: int) -> int:
        try:
            return self.ask(port, "GET", "/readyz")[0]
        except OSError:
            return 0

    def ask(self, port: int, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        connection.request(method, path, None if body is None else json.dumps(body), headers)
        answer = connection.getresponse()
        text = answer.read()
        connection.close()
        return answer.status, json.loads(text) if text else None

    def start(self, process: str, **variables: Any) -> str:
        body = {"processDefinitionId": process, "variables": variables}
        status, told = self.ask(self.ports[-1], "POST", "/v2/process-instances", body)
        assert status == 200, told
        return str(told["processInstanceKey"])

    def tasks(self, instance: str) -> list[str]:
        return [str(key) for (key,) in self.rows("SELECT key FROM tasks WHERE instance_key = %s", instance)]

    def rows(self, statement: str, *values: Any) -> list[Any]:
        with psycopg.connect(self.server.url()) as connection:
            return connection.execute(statement.encode(), values).fetchall()

    def state(self, instance: str) -> str:
        return str(self.rows("SELECT state FROM instances WHERE key = %s", instance)[0][0])

    def effects(self) -> list[str]:
        """The keys of the jobs that were run, one for each time."""
        return [line.split()[0] for line in (self.folder / "effects").read_text().splitlines()]

    def logs(self) -> list[str]:
        return [(self.folder / f"{n}.log").read_text() for n in range(len(self.children))]


@contextmanager
def opened(diagrams: Mapping[str, bytes], *, webs: int, way: Callable[[str], str] = str) -> Iterator[House]:
    """Two workers and some web servers that are ready, with these diagrams deployed.

    `way` gives the URL of the database by which they reach it. What they log is shown when the block raises.
    """
    folder = Path(tempfile.mkdtemp(prefix="trunkline-test-"))
    folder.chmod(0o711)
    # It comes back to this port after its death.
    with store.EmbeddedServer(folder / "data", free_port()) as server:
        token = _fill(server, diagrams)
        house = House(server, way(server.url()), folder, token)
        try:
            for _ in range(2):
                house.begin("engine", "worker")
            for _ in range(webs):
                house.web()
            until(lambda: [house.ready(port) for port in house.ports] == [200] * webs)
            until(lambda: all("worker ready" in log for log in house.logs()[:2]))
            yield house
        except BaseException:
            house_logs = "\n".join(log[-3000:] for log in house.logs())
            sys.stderr.write(house_logs)
            raise
        finally:
            for child in house.children:
                child.kill()
                child.wait(PATIENCE)


def until(condition: Callable[[], bool]) -> None:
    """Wait for it, as long as it takes and no longer than PATIENCE."""
    pause, end_of_it = threading.Event(), time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end_of_it, "it did not happen in time"
        pause.wait(0.05)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port: int = free.getsockname()[1]
    return port


def _fill(server: store.EmbeddedServer, diagrams: Mapping[str, bytes]) -> str:
    """Gives an administrator's token."""
    store.upgrade(server.url())
    store.configure(server.url())
    with store.transaction() as session:
        load(session, DEMO.read_text(encoding="utf-8"), "demo.yaml")
        deploy(session, [Resource(f"{name}.bpmn", content) for name, content in diagrams.items()])
        token = add_token(session, "test", "HQ", roles=["admin"], lifetime=timedelta(days=1), created_by="test")
    store.dispose()
    return token
