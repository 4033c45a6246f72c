"""What the measurements stand on: an embedded server of their own, and pgbench on it."""

import re
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

import psycopg

from engine import store
from engine.accounts import server_account
from engine.store.embedded.programs import programs_for

# The smallest durable thing PostgreSQL does: one row, one commit.
ROW = "INSERT INTO bench_rows (value) VALUES (1);\n"


@dataclass(frozen=True)
class Ground:
    """A migrated database, a folder of its own, and the port where other engines reach the same PostgreSQL."""

    url: str
    folder: Path
    port: int


@contextmanager
def with_database() -> Iterator[Ground]:
    """A server on a fresh folder; the store is configured for its database inside the block."""
    folder = Path(tempfile.mkdtemp(prefix="trunkline-bench-"))
    folder.chmod(0o711)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    try:
        with store.EmbeddedServer(folder / "data", port) as server:
            url = server.url()
            store.upgrade(url)
            store.configure(url)
            yield Ground(url, folder, port)
            store.dispose()
    finally:
        shutil.rmtree(folder)


def single_row_commits(ground: Ground, seconds: float) -> float:
    """pgbench's transactions a second at one client, each inserting one row."""
    with psycopg.connect(ground.url, autocommit=True) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS bench_rows (id bigserial PRIMARY KEY, value int)")
    script = ground.folder / "row.sql"
    script.write_text(ROW)
    place = urlsplit(ground.url)
    host, port = (parse_qs(place.query)[name][0] for name in ("host", "port"))
    program = programs_for(server_account(ground.folder / "data"), ground.folder / "data") / "pgbench"
    command = [program, "-n", "-M", "prepared", "-c", "1", "-T", str(max(1, round(seconds))), "-f", script]
    done = subprocess.run(
        [*command, "-h", host, "-p", port, "-U", place.username or "", place.path.lstrip("/")],
        env={"PGPASSWORD": unquote(place.password or ""), "LC_ALL": "C"},
        capture_output=True,
        text=True,
        check=True,
    )
    found = re.search(r"tps = ([\d.]+)", done.stdout)
    assert found is not None, done.stdout
    return float(found[1])
