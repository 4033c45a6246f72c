"""Who uses a data folder: locks the kernel lets go of the moment a process dies, however it dies."""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from engine.errors import Unavailable

PATIENCE_SECONDS = 90.0


@contextmanager
def held_alone(path: Path, patience: float = PATIENCE_SECONDS) -> Iterator[None]:
    """Be the only one in the block among all processes; raises Unavailable if another one stays too long."""
    file = _open(path)
    try:
        give_up = time.monotonic() + patience
        # A flock that waits by itself has no limit of time.
        while not _try(file, fcntl.LOCK_EX):
            if time.monotonic() > give_up:
                raise Unavailable("data_folder_busy", folder=str(path.parent), seconds=round(patience))
            time.sleep(0.02)
        yield
    finally:
        os.close(file)


class Membership:
    """Being one of the processes that use the server. Join and leave while holding the folder alone."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: int | None = None

    def join(self) -> None:
        """Count as a user from now on, until `leave` or the end of this process."""
        if self._file is None:
            self._file = _open(self._path)
            fcntl.flock(self._file, fcntl.LOCK_SH)

    def leave(self) -> bool:
        """Count no longer; True if nobody else does either."""
        if self._file is None:
            return False
        # A shared lock becomes an exclusive one only where nobody else shares it.
        last = _try(self._file, fcntl.LOCK_EX)
        os.close(self._file)
        self._file = None
        return last


def _open(path: Path) -> int:
    # Not for children: the lock lives as long as any copy of the descriptor, and the server would keep it.
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)


def _try(file: int, kind: int) -> bool:
    try:
        fcntl.flock(file, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
