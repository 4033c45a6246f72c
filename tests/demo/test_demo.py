"""`make serve` and `make demo` as they are run: real processes, the whole story, and their ends."""

import os
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from camunda_orchestration_sdk import models

from tests.demo.office import Office
from tests.demo.story import Story

START_SECONDS = 90.0
END_SECONDS = 2.0
PAUSE = threading.Event()

Serve = Callable[[], "Serving"]


class Serving:
    """A running `python -m web serve`."""

    def __init__(self, data: Path) -> None:
        with socket.create_server(("127.0.0.1", 0)) as found:
            self.port = found.getsockname()[1]
        self.log = data.with_name("serve.log")
        given = {"TRUNKLINE_DATA": str(data), "TRUNKLINE_PORT": str(self.port), "TRUNKLINE_DEMO": "1"}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "web", "serve"],
            env={**os.environ, **given},
            stdout=subprocess.PIPE,
            stderr=self.log.open("ab"),
            bufsize=0,
            cwd=Path(__file__).parents[2],
        )

    def ready(self) -> str:
        """What it has printed by the time it says how to end it."""
        stream = self.process.stdout
        assert stream is not None
        told = b""
        while b"Ctrl-C" not in told:
            assert select.select([stream], [], [], START_SECONDS)[0], "it was not ready in time"
            line = stream.readline()
            assert line, self.log.read_text()[-3000:]
            told += line
        return told.decode()

    def children(self) -> list[int]:
        """Its processes but the database, which belongs to all who use the data folder."""
        listed = subprocess.run(
            ["ps", "-ww", "-o", "pid=,args=", "--ppid", str(self.process.pid)],
            capture_output=True,
            text=True,
            check=False,  # it fails where there is none
        ).stdout.splitlines()
        return [int(line.split()[0]) for line in listed if "/postgres" not in line]

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"


@pytest.fixture
def data() -> Iterator[Path]:
    """A data folder; under root the database's account has to reach it."""
    folder = Path(tempfile.mkdtemp(prefix="trunkline-demo-"))
    folder.chmod(0o711)
    yield folder / "data"
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def serve(data: Path) -> Iterator[Serve]:
    running: list[Serving] = []

    def starting() -> Serving:
        running.append(Serving(data))
        return running[-1]

    yield starting
    for one in running:
        if one.process.poll() is None:
            one.process.terminate()
            one.process.wait(20)


def gone(pids: list[int]) -> bool:
    return not any(Path(f"/proc/{pid}").exists() and not is_zombie(pid) for pid in pids)


def is_zombie(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except OSError:
        return True


@pytest.mark.timeout(300)
def test_a_fault_runs_the_whole_way(serve: Serve, data: Path) -> None:
    """First the story, then the end that Ctrl-C makes: one start serves both."""
    serving = serve()
    told = serving.ready()
    assert serving.address in told
    assert "li.na" in told
    said: list[str] = []
    Story(Office(serving.address), data / "demo" / "mail", said.append).tell()
    text = "\n".join(said)
    for moment in ("interface_errors: 0 new errors (pass)", "预警", "gone up", "completed", "version 2"):
        assert moment in text, text
    pids = serving.children()
    assert len(pids) == 3
    began = time.monotonic()
    serving.process.send_signal(signal.SIGINT)
    assert serving.process.wait(20) == 0
    assert time.monotonic() - began < END_SECONDS + 1, "two seconds, and one for a busy machine"
    assert gone(pids)


@pytest.mark.timeout(200)
def test_a_second_start_keeps_its_data_nothing_outlives_its_supervisor_and_the_killed_come_back(
    serve: Serve, data: Path
) -> None:
    serving = serve()
    serving.ready()
    office = Office(serving.address)
    query = models.ProcessCreationById.from_dict({"processDefinitionId": "fault_handling", "variables": {}})
    key = str(office.admin.create_process_instance(data=query).process_instance_key)
    pids = serving.children()
    serving.process.kill()
    serving.process.wait(20)
    give_up = time.monotonic() + 10
    while not gone(pids):
        assert time.monotonic() < give_up, [Path(f"/proc/{pid}/cmdline").read_text() for pid in pids if not gone([pid])]
    # whoever comes next takes the database over
    again = serve()
    again.ready()
    assert Office(again.address).case(key).process_definition_id == "fault_handling"
    for killed in range(3):
        before = again.children()
        os.kill(before[killed], signal.SIGKILL)
        _until(lambda gone=before[killed]: _came_back(again, gone))
    _until(lambda: _answers(again))
    assert Office(again.address).case(key).process_definition_id == "fault_handling"
    # so does the database, however long it cannot be started
    settings = data / "postgres" / "postgresql.auto.conf"
    usual = settings.read_text()
    settings.write_text("no_such_setting = 1\n")
    os.kill(int((data / "postgres" / "postmaster.pid").read_text().split()[0]), signal.SIGQUIT)
    _until(lambda: again.log.read_text().count("no_such_setting") > 0)
    assert again.process.poll() is None
    assert len(again.children()) == 3
    settings.write_text(usual)
    _until(lambda: _answers(again))
    assert Office(again.address).case(key).process_definition_id == "fault_handling"


def _came_back(serving: Serving, killed: int) -> bool:
    now = serving.children()
    return killed not in now and len(now) == 3


def _answers(serving: Serving) -> bool:
    try:
        return bool(urllib.request.urlopen(f"{serving.address}/readyz", timeout=5).status == 200)
    except OSError:
        return False


def _until(condition: Callable[[], bool]) -> None:
    give_up = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < give_up
        PAUSE.wait(0.1)
