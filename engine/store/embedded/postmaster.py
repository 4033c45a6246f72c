"""One postmaster on one cluster: found by number and start time, started, waited for, and ended."""

import json
import os
import signal
import subprocess
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from engine.errors import Conflict, Unavailable
from engine.store.embedded.addresses import DEFAULT_PORT, Address, socket_folder
from engine.store.embedded.cluster import Cluster
from engine.store.embedded.processes import command_line, start_mark
from engine.store.embedded.programs import launch

START_SECONDS = 120.0
STOP_SECONDS = 20.0
LONGEST_LOG = 10_000_000
# Children of a killed postmaster notice its death a moment later, and hold its memory and files until then.
PASSING = ("still in use", "already exists")

SETTINGS = {
    "fsync": "on",
    "shared_buffers": "128MB",
    "max_connections": "100",
    "shared_preload_libraries": "pg_stat_statements",
    # Statements here are short; compiling them costs more than it saves.
    "jit": "off",
    "random_page_cost": "1.1",
    "io_method": "sync",
    "log_checkpoints": "off",
    # The details of a refused row are its values.
    "log_error_verbosity": "terse",
    # Our own log has the statement that failed; a thousand of them a minute would fill a disk that is full already.
    "log_min_error_statement": "panic",
    "log_line_prefix": "%m [%p] ",
    "log_timezone": "UTC",
    "timezone": "UTC",
    "password_encryption": "scram-sha-256",
    "unix_socket_permissions": "0700",
}


class Postmaster:
    """The server process of a cluster, whoever started it. Its callers hold the data folder alone."""

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster
        self._record = cluster.data / "postmaster.json"
        self._log = cluster.data / "server.log"
        self._child: subprocess.Popen[bytes] | None = None

    def ensure(self, port: int | None) -> Address:
        """Have it running and ready, and say where. `port` asks for TCP; Conflict if it runs without already."""
        if self.pid() is not None and self._status() not in ("starting", "ready"):
            # A shutdown somebody began waits for its clients; ours cannot wait for that.
            self.stop()
        if self.pid() is None:
            self._start(port)
        self._wait_until_ready()
        return self._address(port)

    def pid(self) -> int | None:
        """Its process number if it lives: the recorded start time tells it from a process that reuses the number."""
        self._reap()
        recorded = self._recorded()
        if recorded is not None and recorded[1] and start_mark(recorded[0]) == recorded[1]:
            return recorded[0]
        return self._unrecorded()

    def stop(self) -> None:
        """End it: at once for its clients, and with a checkpoint, so that the next start needs no recovery."""
        pid = self.pid()
        if pid is None:
            return
        mark = start_mark(pid)
        # PostgreSQL's fast shutdown; where that does not end, its immediate one, and the next start recovers.
        for request in (signal.SIGINT, signal.SIGQUIT):
            with suppress(ProcessLookupError):
                os.kill(pid, request)
            if _within(STOP_SECONDS, lambda: self._ended(pid, mark)):
                self._record.unlink(missing_ok=True)
                return
        raise Unavailable("postgres_not_stopped", pid=pid, seconds=round(2 * STOP_SECONDS))

    def _start(self, port: int | None) -> None:
        command = self._command(port)
        give_up = time.monotonic() + STOP_SECONDS
        # A starter that was killed may have left one that shows up only now; then that one is it.
        while self.pid() is None:
            self._forget_the_dead(port)
            told = self._launch(command)
            if told and (time.monotonic() > give_up or not any(sign in told for sign in PASSING)):
                raise Unavailable("postgres_not_started", log=str(self._log), output=told[-2000:])
            if told:
                time.sleep(0.1)

    def _forget_the_dead(self, port: int | None) -> None:
        """Remove the locks a dead postmaster left: each names a process number that may be anybody's by now."""
        sockets = socket_folder(self._cluster.data, self._cluster.account)
        for lock in (self._cluster.files / "postmaster.pid", sockets / f".s.PGSQL.{port or DEFAULT_PORT}.lock"):
            lock.unlink(missing_ok=True)

    def _launch(self, command: list[str | Path]) -> str:
        """Start the process and record it; gives what it wrote if it ended again, nothing once it is ready."""
        self._rotate_log()
        # What goes wrong may be logged with names of ours, so nobody else may read it.
        with open(self._log, "ab", opener=lambda path, flags: os.open(path, flags, 0o600)) as log:
            begin = log.tell()
            self._child = launch(self._cluster.account, command, log)
        child = self._child
        self._record.write_text(json.dumps({"pid": child.pid, "started": start_mark(child.pid)}))
        _within(START_SECONDS, lambda: child.poll() is not None or self._status() == "ready")
        if child.poll() is None:
            return ""
        return self._log.read_bytes()[begin:].decode(errors="replace")

    def _command(self, port: int | None) -> list[str | Path]:
        folder = str(socket_folder(self._cluster.data, self._cluster.account)).replace('"', '""')
        settings = SETTINGS | {
            "listen_addresses": "127.0.0.1" if port else "",
            "port": str(port or DEFAULT_PORT),
            "unix_socket_directories": f'"{folder}"',
        }
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        return [self._cluster.programs / "postgres", "-D", self._cluster.files, *options]

    def _wait_until_ready(self) -> None:
        _within(START_SECONDS, lambda: self.pid() is None or self._status() == "ready")
        if self._status() != "ready" or self.pid() is None:
            told = self._log.read_text(errors="replace")[-2000:] if self._log.exists() else ""
            raise Unavailable("postgres_not_started", log=str(self._log), output=told)

    def _address(self, wanted: int | None) -> Address:
        lines = self._pid_file()
        address = Address(folder=Path(lines[4]), port=int(lines[3]), tcp=lines[5])
        if wanted is not None and (address.port != wanted or not address.tcp):
            raise Conflict("postgres_port_differs", wanted=wanted, actual=address.port if address.tcp else "–")
        return address

    def _ended(self, pid: int, mark: str | None) -> bool:
        self._reap()
        return start_mark(pid) != mark

    def _reap(self) -> None:
        if self._child is not None:
            self._child.poll()

    def _recorded(self) -> tuple[int, str] | None:
        try:
            record = json.loads(self._record.read_text())
        except (FileNotFoundError, json.JSONDecodeError):
            return None
        return record["pid"], record["started"]

    def _unrecorded(self) -> int | None:
        """A postmaster whose starter died before it could record it: its command line names our files."""
        lines = self._pid_file()
        if not lines or not lines[0].isdecimal():
            return None
        pid = int(lines[0])
        return pid if f"-D {self._cluster.files} " in command_line(pid) and start_mark(pid) else None

    def _status(self) -> str:
        lines = self._pid_file()
        return lines[7].strip() if len(lines) > 7 else "starting" if lines else "gone"

    # Its lines: number, data directory, start time, port, socket folder, TCP address, shared memory, status.
    def _pid_file(self) -> list[str]:
        try:
            return (self._cluster.files / "postmaster.pid").read_text().splitlines()
        except FileNotFoundError:
            return []

    def _rotate_log(self) -> None:
        if self._log.exists() and self._log.stat().st_size > LONGEST_LOG:
            self._log.replace(self._log.with_suffix(".log.1"))


def _within(seconds: float, condition: Callable[[], bool]) -> bool:
    give_up = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > give_up:
            return False
        time.sleep(0.01)
    return True
