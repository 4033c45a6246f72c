"""Where the embedded server listens: a Unix socket whose path the system can hold, and TCP only on request."""

import hashlib
import os
import stat
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from engine.accounts import Account
from engine.errors import Conflict

DEFAULT_PORT = 5432
# sun_path has 108 bytes with its end mark on Linux and 104 on macOS and the BSDs.
LONGEST_SOCKET_PATH = 103


@dataclass(frozen=True)
class Address:
    """Where a running server is to be found. `tcp` is empty without TCP, else the address it listens on."""

    folder: Path
    port: int
    tcp: str

    def url(self, user: str, password: str, database: str) -> str:
        """A libpq URI over the socket, which psycopg, asyncpg and PostgreSQL's own programs understand."""
        place = f"host={quote(str(self.folder), safe='')}&port={self.port}"
        return f"postgresql://{user}:{quote(password)}@/{database}?{place}"


def socket_folder(data: Path, account: Account) -> Path:
    """Make the folder for the socket, in the data folder or, where that makes too long a path, under /tmp."""
    inside = data / "socket"
    if _fits(inside):
        return _own_folder(inside, account)
    mark = hashlib.sha256(os.fsencode(data)).hexdigest()[:16]
    return _own_folder(Path(f"/tmp/trunkline-{account.uid}-{mark}"), account)


def _fits(folder: Path) -> bool:
    # libpq takes a comma in `host` for the end of one of several hosts.
    path = str(folder / f".s.PGSQL.{DEFAULT_PORT}")
    return len(os.fsencode(path)) + 1 <= LONGEST_SOCKET_PATH and "," not in path


def _own_folder(folder: Path, account: Account) -> Path:
    try:
        folder.mkdir(mode=0o700)
        os.chown(folder, account.uid, account.gid)
    except FileExistsError:
        # Anybody may have put something there under /tmp: only the account's own folder will do, and no link.
        status = folder.lstat()
        if not stat.S_ISDIR(status.st_mode) or status.st_uid != account.uid or status.st_mode & 0o077:
            raise Conflict("socket_folder_taken", folder=str(folder)) from None
    return folder
