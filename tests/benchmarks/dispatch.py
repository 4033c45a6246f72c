"""From enqueue to handler: how long after the commit a worker process that had nothing to do calls the handler."""

import os
import statistics
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg

from engine import Handler, Job, Port, store
from engine.definitions import Resource, deploy
from engine.instances import start
from tests.benchmarks.ground import Ground
from tests.engine.factories import diagram, end, flows, service
from tests.engine.factories import start as begin

ROUNDS = 300
READY = b"worker ready"
URL = "BENCH_DATABASE_URL"


def answer(job: Job, port: Port) -> dict[str, Any]:
    """In the worker: tell when the handler was called, on the clock that all processes of a machine share."""
    called = time.monotonic_ns()
    with psycopg.connect(os.environ[URL], autocommit=True) as connection:
        connection.execute("SELECT pg_notify('bench', %s)", [str(called)])
    return {}


ANYTHING = {"type": "object"}
HANDLERS = {"bench": Handler("bench", 1, answer, None, ANYTHING, ANYTHING, {}, timedelta(minutes=1))}
DIAGRAM = diagram(begin("s"), service("t", "bench"), end("e"), flows("s t e"), process_id="bench")


def measure_dispatch(ground: Ground, rounds: int = ROUNDS) -> dict[int, float]:
    """Milliseconds by percentile, over `rounds` jobs that come one at a time."""
    with store.transaction() as session:
        deploy(session, [Resource("bench.bpmn", DIAGRAM)])
    given = {"TRUNKLINE_DATABASE_URL": ground.url, "TRUNKLINE_HANDLERS": __name__, URL: ground.url}
    with subprocess.Popen(
        [sys.executable, "-m", "engine", "worker"],
        env={**os.environ, **given},
        stderr=subprocess.PIPE,
        bufsize=0,
        cwd=Path(__file__).parents[2],
    ) as worker:
        assert worker.stderr is not None
        while READY not in (line := worker.stderr.readline()):
            assert line, "the worker ended"
        try:
            taken = _rounds(ground, rounds)
        finally:
            worker.terminate()
    points = statistics.quantiles(taken, n=100, method="inclusive")
    return {percent: points[percent - 1] for percent in (50, 90, 99)}


def _rounds(ground: Ground, rounds: int) -> list[float]:
    taken: list[float] = []
    with psycopg.connect(ground.url, autocommit=True) as connection:
        connection.execute("LISTEN bench")
        for _ in range(rounds):
            with store.transaction() as session:
                start(session, process_id="bench")
            committed = time.monotonic_ns()
            notice = next(iter(connection.notifies(timeout=10, stop_after=1)))
            taken.append((int(notice.payload) - committed) / 1e6)
    return taken
