"""The processes a supervisor starts: ended together with it, however it ends."""

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

_PR_SET_PDEATHSIG = 1
# Set in a child's environment: its standard input is a pipe nobody writes to, which ends with its supervisor.
WATCHED = "TRUNKLINE_SUPERVISED"


@dataclass
class Child:
    """One of them by the name people see."""

    name: str
    command: Sequence[str]
    process: "subprocess.Popen[str]"


class Children:
    """Starts processes and ends them all. Each is in a session of its own, so Ctrl-C reaches the supervisor alone."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self.environment = {**environment, WATCHED: "1"}
        self._children: dict[str, Child] = {}

    def start(self, name: str, module: str, *arguments: str, tells: bool = False) -> Child:
        """Run `python -m module arguments`; with `tells` its standard output can be read."""
        command = [sys.executable, "-m", module, *arguments]
        process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE if tells else None,
            text=True,
            env=self.environment,
            start_new_session=True,
            preexec_fn=_die_with_parent if sys.platform == "linux" else None,
        )
        self._children[name] = Child(name, command, process)
        return self._children[name]

    def __iter__(self) -> Iterator[Child]:
        return iter(self._children.values())

    def ended(self) -> list[Child]:
        """Those that ended by themselves since they were started; they are forgotten here."""
        gone = [child for child in self._children.values() if child.process.poll() is not None]
        for child in gone:
            del self._children[child.name]
        return gone

    def end_all(self, patience: float) -> None:
        """Ask all to end, wait `patience` seconds for them together, and kill who is still there."""
        for child in self._children.values():
            child.process.terminate()
        until = time.monotonic() + patience
        for child in self._children.values():
            with contextlib.suppress(subprocess.TimeoutExpired):
                child.process.wait(max(0.0, until - time.monotonic()))
            # Its group is its own: what it has started itself does not outlive it.
            with contextlib.suppress(ProcessLookupError):
                os.killpg(child.process.pid, signal.SIGKILL)
            child.process.wait()
        self._children.clear()


def end_with_supervisor() -> None:
    """In a child: end at once when the supervisor is gone, on systems where the kernel does not see to it."""
    if os.environ.get(WATCHED):
        threading.Thread(target=_wait_for_end_of_input, name="supervisor", daemon=True).start()


def _wait_for_end_of_input() -> None:
    sys.stdin.buffer.read()
    os.kill(os.getpid(), signal.SIGTERM)


def _die_with_parent() -> None:
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
