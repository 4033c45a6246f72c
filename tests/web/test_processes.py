"""Two web servers and two workers, as real processes on one database: racing, killed, and without their database."""

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest

from engine import store
from engine.definitions import Resource, deploy
from engine.directory.organisation import DEMO, load
from engine.directory.tokens import add_token
from tests.engine.factories import catch, diagram, each, end, flows, message, parallel, script, service, start, user

ROOT = Path(__file__).parents[2]
PATIENCE = 90.0  # what a lost delivery takes until upkeep finds it, and some more on a busy machine
MANY = 12
# Twelve people, twelve jobs and a message race for the joins and the variables of one instance.
RACE = diagram(
    start("s"),
    parallel("f"),
    user("u", "GD-GZ.crc.duty", loop=each(f"=for i in 1..{MANY} return i", "i", collect="answers", output="=answer")),
    service("w", "work", loop=each(f"=for i in 1..{MANY} return i", "i", collect="results", output="=attempt")),
    catch("m", message("go", "=key")),
    parallel("x"),
    script("done", "count(answers) + count(results)", "number"),
    end("e"),
    flows("s f u x done e", "f w x", "f m x"),
    process_id="race",
)
ONE_TASK = diagram(start("s"), user("u", "GD-GZ.crc.duty"), end("e"), flows("s u e"), process_id="task")
ONE_JOB = diagram(start("s"), service("w", "work"), end("e"), flows("s w e"), process_id="job")


@dataclass
class House:
    """A database server that can be killed, and the processes on it."""

    server: store.EmbeddedServer
    folder: Path
    token: str
    ports: list[int] = field(default_factory=list)
    children: list["subprocess.Popen[bytes]"] = field(default_factory=list)

    def begin(self, *command: str, port: int = 8080) -> "subprocess.Popen[bytes]":
        number = len(self.children)
        given = {
            "TRUNKLINE_DATABASE_URL": self.server.url(),
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
        with socket.create_server(("127.0.0.1", 0)) as free:
            port: int = free.getsockname()[1]
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

    def logs(self) -> list[str]:
        return [(self.folder / f"{n}.log").read_text() for n in range(len(self.children))]


def until(condition: Callable[[], bool]) -> None:
    pause, end_of_it = threading.Event(), time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end_of_it, "it did not happen in time"
        pause.wait(0.05)


@pytest.fixture(scope="module")
def house(request: pytest.FixtureRequest) -> Iterator[House]:
    """Two web servers, two workers, and a database server of their own on a port it comes back to."""
    failed_before = request.session.testsfailed
    folder = Path(tempfile.mkdtemp(prefix="trunkline-test-"))
    folder.chmod(0o711)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with store.EmbeddedServer(folder / "data", port) as server:
        store.upgrade(server.url())
        store.configure(server.url())
        with store.transaction() as session:
            load(session, DEMO.read_text(encoding="utf-8"), "demo.yaml")
            token = add_token(session, "test", "HQ", roles=["admin"], lifetime=timedelta(days=1), created_by="test")
            files = {"race": RACE, "task": ONE_TASK, "job": ONE_JOB}
            deploy(session, [Resource(f"{name}.bpmn", content) for name, content in files.items()])
        store.dispose()
        made = House(server, folder, token)
        try:
            made.begin("engine", "worker")
            made.begin("engine", "worker")
            made.web()
            made.web()
            until(lambda: [made.ready(port) for port in made.ports] == [200, 200])
            until(lambda: all("worker ready" in log for log in made.logs()[:2]))
            yield made
        finally:
            if request.session.testsfailed > failed_before or sys.exc_info()[0]:
                sys.stderr.write("\n".join(log[-3000:] for log in made.logs()))
            for child in made.children:
                child.kill()
                child.wait(PATIENCE)


def test_two_web_servers_and_two_workers_race_on_one_instance(house: House) -> None:
    """Each task is completed over both at once: one of them does it, none is lost and none is done twice."""
    instance = house.start("race", key="k")
    tasks = house.tasks(instance)
    assert len(tasks) == MANY
    asked = [
        (port, f"/v2/user-tasks/{task}/completion", {"variables": {"answer": int(task)}})
        for task in tasks
        for port in house.ports
    ]
    news = {"name": "go", "correlationKey": "k", "timeToLive": 60_000}
    asked += [(port, "/v2/messages/publication", {**news, "messageId": "once"}) for port in house.ports]
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda one: house.ask(one[0], "POST", one[1], one[2])[0], asked))
    pairs = [sorted(answers[n : n + 2]) for n in range(0, len(answers), 2)]
    assert all(first in (200, 204) and second in (404, 409) for first, second in pairs), pairs
    until(lambda: house.state(instance) == "completed")
    variables = dict(house.rows("SELECT name, value FROM variables WHERE scope_key = %s", instance))
    assert sorted(variables["answers"]) == sorted(map(int, tasks))
    assert variables["results"] == [1] * MANY
    assert variables["number"] == 2 * MANY
    completed = dict(
        house.rows(
            "SELECT element, count(*) FROM history WHERE instance_key = %s AND kind = 'element_completed' GROUP BY 1",
            instance,
        )
    )
    # each inner instance and the body around them
    assert (completed["u"], completed["w"], completed["m"], completed["done"]) == (MANY + 1, MANY + 1, 1, 1)
    effects = [line.split()[0] for line in (house.folder / "effects").read_text().splitlines()]
    assert len(effects) == len(set(effects)) == MANY


def test_a_web_server_killed_during_a_request_has_done_nothing(house: House) -> None:
    instance = house.start("task")
    (task,) = house.tasks(instance)
    port = house.web()
    until(lambda: house.ready(port) == 200)
    done = f"/v2/user-tasks/{task}/completion"
    with psycopg.connect(house.server.url()) as holding, ThreadPoolExecutor(1) as pool:
        holding.execute("SELECT FROM instances WHERE key = %s FOR UPDATE", [instance])
        asked = pool.submit(house.ask, port, "POST", done, {"variables": {"answer": 1}})
        waiting = "SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE 'BEGIN; EXECUTE%%'"
        until(lambda: bool(house.rows(waiting)))
        house.children[-1].send_signal(signal.SIGKILL)
        house.children[-1].wait(PATIENCE)
        house.ports.remove(port)
        with pytest.raises(OSError):
            asked.result(PATIENCE)
    assert house.state(instance) == "active"
    assert house.ask(house.ports[0], "POST", done, {"variables": {"answer": 2}})[0] == 204
    assert house.rows("SELECT value FROM variables WHERE scope_key = %s AND name = 'answer'", instance) == [(2,)]


def test_the_database_is_pulled_away_and_comes_back(house: House) -> None:
    """Both kinds of process say so, go on by themselves once it is there, and nothing is lost."""
    before = [house.start("task"), house.start("job")]
    pid = house.server._postmaster.pid()  # type: ignore[union-attr]
    assert pid is not None
    os.kill(pid, signal.SIGQUIT)
    until(lambda: [house.ready(port) for port in house.ports] == [503, 503])
    status, told = house.ask(house.ports[0], "POST", "/v2/process-instances", {"processDefinitionId": "job"})
    assert (status, told["title"]) == (503, "UNAVAILABLE")
    until(lambda: all("the database went away" in log for log in house.logs()[:2]))
    assert [house.ask(port, "GET", "/healthz")[0] for port in house.ports] == [200, 200]
    house.server.start()
    until(lambda: [house.ready(port) for port in house.ports] == [200, 200])
    assert all(child.poll() is None for child in house.children[:4])
    after = house.start("job")
    until(lambda: house.state(after) == house.state(before[1]) == "completed")
    assert house.state(before[0]) == "active"
    (task,) = house.tasks(before[0])
    assert house.ask(house.ports[1], "POST", f"/v2/user-tasks/{task}/completion", {})[0] == 204
    assert house.state(before[0]) == "completed"
