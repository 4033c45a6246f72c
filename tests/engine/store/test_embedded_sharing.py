"""One server, several processes: who starts it, who stops it, and what a death in any of them does."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg
import pytest

from engine.store import EmbeddedServer
from engine.store.embedded.postmaster import Postmaster
from engine.store.embedded.processes import start_mark

if TYPE_CHECKING:
    from tests.engine.store.conftest import User

AnotherUser = Callable[[Path], "User"]
DEATHS = [signal.SIGKILL, signal.SIGTERM]


def postmaster(data: Path) -> int:
    return int(json.loads((data / "postmaster.json").read_text())["pid"])


def lives(data: Path) -> bool:
    record = json.loads((data / "postmaster.json").read_text()) if (data / "postmaster.json").exists() else None
    return record is not None and start_mark(record["pid"]) == record["started"]


def strike(data: Path, how: signal.Signals) -> None:
    """Kill the postmaster from outside, and wait until it feels it: it is gone or is shutting down."""
    pid = postmaster(data)
    os.kill(pid, how)
    give_up = time.monotonic() + 20
    while start_mark(pid) and "stopping" not in (data / "postgres" / "postmaster.pid").read_text():
        assert time.monotonic() < give_up
        os.sched_yield()


def write(url: str, body: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("INSERT INTO note VALUES (%s)", [body])


def read(url: str, body: str) -> bool:
    with psycopg.connect(url, autocommit=True) as connection:
        return connection.execute("SELECT 1 FROM note WHERE body = %s", [body]).fetchone() is not None


def test_the_last_user_to_leave_stops_it(data: Path, another_user: AnotherUser) -> None:
    first, second = another_user(data), another_user(data)
    assert first.url() == second.url()
    pid = postmaster(data)
    first.leave()
    assert lives(data)
    assert postmaster(data) == pid
    second.leave()
    assert start_mark(pid) is None


def test_many_processes_that_start_at_once_share_one(folder: Path, another_user: AnotherUser) -> None:
    users = [another_user(folder / "data") for _ in range(4)]
    assert len({user.url() for user in users}) == 1
    with EmbeddedServer(folder / "data") as server, psycopg.connect(server.url()) as connection:
        asked = connection.execute("SELECT count(*) FROM pg_database WHERE datname = 'trunkline'").fetchone()
    assert asked == (1,)


@pytest.mark.parametrize("death", DEATHS)
def test_a_server_whose_users_died_goes_on_and_is_taken_over(
    data: Path, another_user: AnotherUser, death: signal.Signals
) -> None:
    user = another_user(data)
    write(user.url(), f"before {death.name}")
    pid = postmaster(data)
    user.kill(death)
    assert lives(data)
    with EmbeddedServer(data) as server:
        assert postmaster(data) == pid
        assert read(server.url(), f"before {death.name}")
    assert start_mark(pid) is None


@pytest.mark.parametrize("death", DEATHS)
def test_the_death_of_one_user_leaves_the_others_alone(
    data: Path, another_user: AnotherUser, death: signal.Signals
) -> None:
    first, second = another_user(data), another_user(data)
    first.url()
    url = second.url()
    pid = postmaster(data)
    first.kill(death)
    write(url, "still there")
    second.leave()
    assert start_mark(pid) is None


@pytest.mark.parametrize("death", DEATHS)
def test_a_server_that_died_is_started_again_and_has_lost_nothing(data: Path, death: signal.Signals) -> None:
    with EmbeddedServer(data) as server, psycopg.connect(server.url(), autocommit=True) as connection:
        write(server.url(), f"then {death.name}")
        pid = postmaster(data)
        # Under SIGTERM PostgreSQL waits for this connection to end, and must not keep us waiting for it.
        connection.execute("SELECT 1")
        strike(data, death)
        server.start()
        assert postmaster(data) != pid
        assert server.is_running()
        assert read(server.url(), f"then {death.name}")


def test_a_process_revives_the_server_another_one_is_the_parent_of(data: Path, another_user: AnotherUser) -> None:
    with EmbeddedServer(data) as server:
        other = another_user(data)
        assert other.url() == server.url()
        pid = postmaster(data)
        # It stays a zombie, since this process, its parent, does not look after it.
        strike(data, signal.SIGKILL)
        assert other.revive() == server.url()
        assert postmaster(data) != pid
        assert server.is_running()
        write(server.url(), "revived")


def test_everything_killed_at_once_is_recovered(data: Path, another_user: AnotherUser) -> None:
    user = another_user(data)
    write(user.url(), "before the crash")
    user.kill(signal.SIGKILL)
    strike(data, signal.SIGKILL)
    with EmbeddedServer(data) as server:
        assert read(server.url(), "before the crash")


def test_a_reused_process_number_is_not_taken_for_the_server(data: Path, another_user: AnotherUser) -> None:
    user = another_user(data)
    user.url()
    user.kill(signal.SIGKILL)
    strike(data, signal.SIGKILL)
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as somebody:
        pretend(data, somebody.pid, "another boot/12345")
        with EmbeddedServer(data) as server:
            assert postmaster(data) != somebody.pid
            write(server.url(), "not fooled")
        assert somebody.poll() is None
        somebody.communicate(b"\n")
    assert somebody.returncode == 0


def pretend(data: Path, pid: int, started: str) -> None:
    """Leave what a machine that lost power leaves, when after the restart another process has the number."""
    (data / "postmaster.json").write_text(json.dumps({"pid": pid, "started": started}))
    file = data / "postgres" / "postmaster.pid"
    file.write_text("\n".join([str(pid), *file.read_text().splitlines()[1:]]) + "\n")


def test_the_number_of_another_folders_server_is_not_taken_for_ours(data: Path, folder: Path) -> None:
    with EmbeddedServer(folder / "data") as other:
        with EmbeddedServer(data):
            pass
        (data / "postgres" / "postmaster.pid").write_text((folder / "data/postgres/postmaster.pid").read_text())
        with EmbeddedServer(data) as server:
            assert server.url() != other.url()
            write(server.url(), "ours")
        assert other.is_running()


def test_a_server_whose_starter_died_before_recording_it_is_found(data: Path, another_user: AnotherUser) -> None:
    user = another_user(data)
    user.url()
    pid = postmaster(data)
    user.kill(signal.SIGKILL)
    (data / "postmaster.json").unlink()
    with EmbeddedServer(data) as server:
        assert server.is_running()
        assert int((data / "postgres" / "postmaster.pid").read_text().split()[0]) == pid
    assert start_mark(pid) is None


def test_one_that_outlived_its_users_makes_room_for_a_port(data: Path, another_user: AnotherUser) -> None:
    user = another_user(data)
    user.url()
    user.kill(signal.SIGKILL)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with EmbeddedServer(data, port=port) as server:
        write(server.url().replace("host=", f"port={port}&host="), "with a port")


def test_a_start_that_is_interrupted_leaves_nothing_running(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(self: Postmaster) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Postmaster, "_wait_until_ready", interrupt)
    server = EmbeddedServer(data)
    with pytest.raises(KeyboardInterrupt):
        server.start()
    assert not server.is_running()
    assert not (data / "postgres" / "postmaster.pid").exists()


def test_two_folders_have_two_servers_side_by_side(data: Path, folder: Path) -> None:
    with EmbeddedServer(data) as one, EmbeddedServer(folder / "data") as two:
        write(one.url(), "only in one")
        with psycopg.connect(two.url()) as connection:
            assert connection.execute("SELECT to_regclass('note')").fetchone() == (None,)


def test_stopping_before_starting_or_twice_is_harmless(data: Path) -> None:
    server = EmbeddedServer(data)
    server.stop()
    server.start()
    server.stop()
    server.stop()
    assert not server.is_running()
