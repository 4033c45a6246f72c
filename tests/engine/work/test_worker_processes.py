"""Real worker processes, killed at the worst moments: a case goes on where it was (decision 8)."""

import os
import select
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from tests.engine.factories import call, diagram, end, flows, process, service, start
from tests.engine.factories import file as file_of
from tests.engine.work.conftest import Desk

ONE_JOB = diagram(start("s"), service("t", "work"), end("e"), flows("s t e"))
PATIENCE = 20.0

Start = Callable[[], "Worker"]


class Worker:
    """A process that runs `python -m engine worker`."""

    def __init__(self, url: str, folder: Path) -> None:
        given = {
            "TRUNKLINE_DATABASE_URL": url,
            "TRUNKLINE_HANDLERS": "tests.engine.work.crashing",
            "CRASH_FOLDER": str(folder),
        }
        self.process = subprocess.Popen(
            [sys.executable, "-m", "engine", "worker"],
            env={**os.environ, **given},
            stderr=subprocess.PIPE,
            bufsize=0,
            cwd=Path(__file__).parents[3],
        )

    def ready(self) -> "Worker":
        """Come back when it has told its topics."""
        stream = self.process.stderr
        assert stream is not None
        while select.select([stream], [], [], PATIENCE)[0]:
            line = stream.readline()
            if b"worker ready" in line:
                return self
            assert line, "the worker ended"
        raise AssertionError("the worker was not ready in time")

    def kill(self) -> None:
        self.process.kill()
        self.process.wait(PATIENCE)

    def stop(self) -> int:
        """Ask it to end; it has two seconds, and a busy machine some more."""
        self.process.terminate()
        return self.process.wait(5)


@pytest.fixture
def begin(desk: Desk, folder: Path) -> Iterator[Start]:
    """Start a worker process; whatever still runs in the end is killed."""
    workers: list[Worker] = []

    def starting() -> Worker:
        workers.append(Worker(desk.url, folder))
        return workers[-1]

    yield starting
    for worker in workers:
        worker.kill()


class Watch:
    """Tells when a case has changed: a trigger notifies, so that no test sleeps."""

    def __init__(self, url: str) -> None:
        self._connection = psycopg.connect(url, autocommit=True)
        self._connection.execute(
            "CREATE FUNCTION told() RETURNS trigger LANGUAGE plpgsql"
            " AS $$ BEGIN PERFORM pg_notify('told', ''); RETURN NULL; END $$"
        )
        for table in ("instances", "jobs", "incidents"):
            self._connection.execute(
                f"CREATE TRIGGER told AFTER INSERT OR UPDATE OR DELETE ON {table} EXECUTE FUNCTION told()"
            )
        self._connection.execute("LISTEN told")

    def until(self, condition: Callable[[], bool]) -> None:
        if condition():
            return
        for _ in self._connection.notifies(timeout=PATIENCE):
            if condition():
                return
        assert condition(), "it did not happen in time"

    def close(self) -> None:
        self._connection.close()


@pytest.fixture
def watch(desk: Desk) -> Iterator[Watch]:
    made = Watch(desk.url)
    yield made
    made.close()


def effects(folder: Path) -> list[str]:
    path = folder / "effects"
    return path.read_text().splitlines() if path.exists() else []


def test_a_job_is_run_by_a_worker_and_the_worker_ends_when_asked(
    desk: Desk, begin: Start, watch: Watch, folder: Path
) -> None:
    worker = begin().ready()
    desk.deploy(ONE_JOB)
    instance = desk.start()
    watch.until(lambda: desk.state(instance) == "completed")
    assert len(effects(folder)) == 1
    assert worker.stop() == 0


def test_killed_after_the_effect_and_before_the_commit(desk: Desk, begin: Start, watch: Watch, folder: Path) -> None:
    """The handler has done its work and the process dies: the next worker does it again, with the same key."""
    desk.deploy(ONE_JOB)
    instance = desk.start(deaths=1)
    first = begin()
    assert first.process.wait(PATIENCE) == -signal.SIGKILL
    assert desk.state(instance) == "active"
    begin().ready()
    watch.until(lambda: desk.state(instance) == "completed")
    told = [line.split() for line in effects(folder)]
    assert [attempt for _, attempt, _ in told] == ["1", "2"]
    assert len({key for key, _, _ in told}) == 1
    assert desk.variables(instance)["attempt"] == 2


def test_a_job_that_kills_every_worker_ends_as_an_incident(
    desk: Desk, begin: Start, watch: Watch, folder: Path
) -> None:
    desk.deploy(diagram(start("s"), service("t", "work", retries="2"), end("e"), flows("s t e")))
    instance = desk.start(deaths=100)
    for _ in range(2):
        assert begin().process.wait(PATIENCE) == -signal.SIGKILL
    begin().ready()
    watch.until(lambda: desk.value("SELECT count(*) FROM incidents WHERE state = 'active'") == 1)
    assert len(effects(folder)) == 2
    assert desk.state(instance) == "active"


def test_killed_between_a_call_and_its_return(desk: Desk, begin: Start, watch: Watch, folder: Path) -> None:
    """The called process has its job done by a worker that dies before anything is committed."""
    desk.deploy(
        file_of(
            process(start("s"), call("c", "q"), end("e"), flows("s c e"), process_id="p"),
            process(start("s2"), service("t", "work"), end("e2"), flows("s2 t e2"), process_id="q"),
        )
    )
    caller = desk.start(deaths=1)
    assert begin().process.wait(PATIENCE) == -signal.SIGKILL
    assert desk.value("SELECT count(*) FROM instances WHERE state = 'active'") == 2
    begin().ready()
    watch.until(lambda: desk.state(caller) == "completed")
    assert desk.variables(caller)["attempt"] == 2


def test_a_return_that_its_process_left_behind_is_applied_by_a_worker(desk: Desk, begin: Start, watch: Watch) -> None:
    """What died is the process between the called instance's last commit and the caller's."""
    desk.deploy(
        file_of(
            process(start("s"), call("c", "q"), end("e"), flows("s c e"), process_id="p"),
            process(start("s2"), end("e2"), flows("s2 e2"), process_id="q"),
        )
    )
    desk.rows("ALTER TABLE commands ALTER due_at SET DEFAULT now() + interval '1 h'")
    caller = desk.start()
    assert desk.state(caller) == "active"
    desk.rows("ALTER TABLE commands ALTER due_at SET DEFAULT now()")
    desk.rows("UPDATE commands SET due_at = now(), created_at = now() - interval '1 min'")
    begin().ready()
    watch.until(lambda: desk.state(caller) == "completed")


def test_two_workers_share_the_work_and_none_is_done_twice(
    desk: Desk, begin: Start, watch: Watch, folder: Path
) -> None:
    for worker in (begin(), begin()):
        worker.ready()
    desk.deploy(ONE_JOB)
    keys = [desk.start() for _ in range(40)]
    done = "SELECT count(*) FROM instances WHERE state = 'completed'"
    watch.until(lambda: desk.value(done) == len(keys))
    told = [line.split() for line in effects(folder)]
    assert len(told) == len(keys)
    assert len({pid for _, _, pid in told}) == 2
