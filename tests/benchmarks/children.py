"""Real processes of Trunkline beside the measurement: workers and the web server."""

import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

HERE = Path(__file__).parents[2]
START_SECONDS = 30.0
_READY = b"worker ready"


@contextmanager
def workers(url: str, number: int, handlers: str = "tests.benchmarks.topics", **environment: str) -> Iterator[None]:
    """So many `python -m engine worker`, ready to work."""
    with ExitStack() as stack:
        for _ in range(number):
            stack.enter_context(_worker(url, {"TRUNKLINE_HANDLERS": handlers, **environment}))
        yield


@contextmanager
def _worker(url: str, environment: dict[str, str]) -> Iterator[None]:
    with subprocess.Popen(
        [sys.executable, "-m", "engine", "worker"],
        env={**os.environ, "TRUNKLINE_DATABASE_URL": url, **environment},
        stderr=subprocess.PIPE,
        bufsize=0,
        cwd=HERE,
    ) as process:
        try:
            assert process.stderr is not None
            while _READY not in (line := process.stderr.readline()):
                assert line, "the worker ended"
            # Else it would stand still once the pipe is full.
            threading.Thread(target=process.stderr.read, daemon=True).start()
            yield
        finally:
            process.terminate()


@contextmanager
def web_server(url: str, folder: Path) -> Iterator[int]:
    """`python -m web` on a free port, which is given."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    given = {"TRUNKLINE_DATABASE_URL": url, "TRUNKLINE_PORT": str(port), "TRUNKLINE_DATA": str(folder / "web")}
    with subprocess.Popen(
        [sys.executable, "-m", "web"],
        env={**os.environ, **given, "TRUNKLINE_LOG_LEVEL": "WARNING"},
        cwd=HERE,
    ) as process:
        try:
            _wait_for(port, process)
            yield port
        finally:
            process.terminate()


def _wait_for(port: int, process: "subprocess.Popen[bytes]") -> None:
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until:
        assert process.poll() is None, "the web server ended"
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            time.sleep(0.05)
    raise TimeoutError("the web server does not answer")
