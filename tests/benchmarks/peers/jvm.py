"""Operaton and Flowable, each embedded in a JVM of its own on a database of the same PostgreSQL, with full history."""

import hashlib
import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg

from tests.benchmarks.figures import Rate
from tests.benchmarks.ground import Ground
from tests.benchmarks.peers.missing import Missing

ENGINES = ("operaton", "flowable")
HERE = Path(__file__).parent
_MAVEN = ("mvn", "-B", "-q", "-ntp")


class Jvm:
    """One engine that waits for loads, and does nothing between them."""

    def __init__(self, name: str, process: "subprocess.Popen[str]") -> None:
        self.name = name.capitalize()
        self._process = process
        [config] = self._answers()
        self.config: str = config["text"]

    def rates(self, load: str, threads: Sequence[int]) -> Iterator[Rate]:
        """A load that is called over and over, at each number of threads."""
        for number in threads:
            for told in self.ask(load.lower(), number):
                yield rate_of(told, self.name)

    def user(self, threads: Sequence[int], backlog: int) -> Iterator[Rate]:
        for number in threads:
            for told in self.ask("user", number, backlog):
                yield rate_of(told, self.name)

    def ask(self, *words: object) -> list[dict[str, Any]]:
        """What one load gave. Raises RuntimeError where the engine fails."""
        assert self._process.stdin is not None
        self._process.stdin.write(" ".join(map(str, words)) + "\n")
        self._process.stdin.flush()
        return self._answers()

    def _answers(self) -> list[dict[str, Any]]:
        assert self._process.stdout is not None
        told = []
        while (line := self._process.stdout.readline()) != "done\n":
            if not line:
                raise RuntimeError(f"{getattr(self, 'name', 'the engine')} ended; its own words are above")
            told.append(json.loads(line))
        return told


def rate_of(told: dict[str, Any], engine: str) -> Rate:
    """The row of one line that a JVM printed."""
    load = told["load"].upper() if " " not in told["load"] else "USER " + told["load"].split()[1]
    times = told["p50_ms"], told["p99_ms"]
    counts = told["statements"], told["wal"], told["cpu_ms"], told["server_cpu_ms"]
    return Rate(load, engine, told["threads"], told["per_s"], *times, *counts)


@contextmanager
def jvm(name: str, ground: Ground, seconds: float) -> Iterator[Jvm]:
    """The engine on a new database. Raises Missing where Maven, Java or the engine cannot be had."""
    class_path = built(name)
    database = f"bench_{name}"
    with psycopg.connect(ground.url, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {database}".encode())
        connection.execute(f"CREATE DATABASE {database}".encode())
        login = {"PGUSER": connection.info.user, "PGPASSWORD": connection.info.password}
    environment = {**os.environ, **login, "BENCH_JDBC": f"jdbc:postgresql://127.0.0.1:{ground.port}/{database}"}
    command = ["java", "-Xmx1g", "-Dorg.slf4j.simpleLogger.defaultLogLevel=error", "-cp", class_path, "bench.Main"]
    with subprocess.Popen(
        [*command, name, str(seconds)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment
    ) as process:
        try:
            yield Jvm(name, process)
        finally:
            process.kill()


def built(name: str) -> str:
    """Compile the harness against libraries from Maven Central, once for each state of its sources; its class path."""
    for program in ("java", "mvn"):
        if shutil.which(program) is None:
            raise Missing(f"there is no {program} here")
    sources = [HERE / "pom.xml", *sorted(path for path in (HERE / "src").rglob("*") if path.is_file())]
    mark = hashlib.sha256(b"".join(path.read_bytes() for path in sources)).hexdigest()[:16]
    folder = Path(tempfile.gettempdir()) / f"trunkline-bench-peers-{os.geteuid()}" / mark
    if not (folder / f"{ENGINES[-1]}.cp").exists():
        _build(folder)
    return f"{folder / 'target' / 'classes'}:{(folder / f'{name}.cp').read_text()}"


def _build(folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True, mode=0o700)
    shutil.copytree(HERE / "src", folder / "src")
    shutil.copy(HERE / "pom.xml", folder)
    _maven(folder, f"-P{','.join(ENGINES)}", "compile")
    for name in ENGINES:
        _maven(folder, f"-P{name}", "dependency:build-classpath", f"-Dmdep.outputFile={name}.cp")


def _maven(folder: Path, *arguments: str) -> None:
    done = subprocess.run([*_MAVEN, *arguments], cwd=folder, capture_output=True, text=True, timeout=600)
    if done.returncode:
        shutil.rmtree(folder)
        words = [line for line in (done.stdout + done.stderr).splitlines() if "ERROR" in line]
        raise Missing(f"Maven could not build the harness: {words[0] if words else done.returncode}")
