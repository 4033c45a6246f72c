"""Data folders for the tests of the embedded server, and other processes that use one."""

import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from engine.store import EmbeddedServer

ROOT = Path(__file__).parents[3]

USER_PROGRAM = """
import sys
from pathlib import Path
from engine.store import EmbeddedServer
with EmbeddedServer(Path(sys.argv[1])) as server:
    print(server.url(), flush=True)
    for line in sys.stdin:
        server.start()
        print(server.url(), flush=True)
"""


class User:
    """Another process that uses the server of a data folder, until told to leave or killed."""

    def __init__(self, data: Path) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", USER_PROGRAM, str(data)],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def url(self) -> str:
        """Wait until it uses the server; gives the URL it connects to."""
        assert self.process.stdout is not None
        url = self.process.stdout.readline().strip()
        assert url.startswith("postgresql://")
        return url

    def revive(self) -> str:
        """Have it start the server again."""
        assert self.process.stdin is not None
        self.process.stdin.write("again\n")
        self.process.stdin.flush()
        return self.url()

    def leave(self) -> None:
        """Have it stop using the server and end."""
        assert self.process.stdin is not None
        self.process.stdin.close()
        assert self.process.wait(timeout=30) == 0

    def kill(self, how: signal.Signals) -> None:
        """End it from outside."""
        self.process.send_signal(how)
        self.process.wait(timeout=30)


@pytest.fixture(scope="module")
def data() -> Iterator[Path]:
    """A data folder with a server that ran once; each test finds it stopped and has to leave it so."""
    path = Path(tempfile.mkdtemp(prefix="trunkline-test-"))
    path.chmod(0o711)
    with EmbeddedServer(path / "data") as server, psycopg.connect(server.url(), autocommit=True) as connection:
        connection.execute("CREATE TABLE note (body text)")
    yield path / "data"
    shutil.rmtree(path)


@pytest.fixture
def another_user() -> Iterator[Callable[[Path], User]]:
    """Start other processes that use a data folder's server; those still there at the end leave."""
    users: list[User] = []

    def start(data: Path) -> User:
        users.append(User(data))
        return users[-1]

    yield start
    for user in users:
        if user.process.poll() is None:
            user.leave()
        assert user.process.stdin is not None
        assert user.process.stdout is not None
        user.process.stdin.close()
        user.process.stdout.close()
