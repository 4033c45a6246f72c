"""Instances that run from start to end in one transaction: SEQ, EXC, EXT, PAR, CYC, MIX of them, SEQ5, BIG."""

from collections.abc import Callable, Iterator

from engine import store
from engine.instances import start
from tests.benchmarks import diagrams
from tests.benchmarks.bench import Bench
from tests.benchmarks.figures import Rate

_FIVE = ("SEQ", "EXC", "EXT", "PAR", "CYC")


def start_one(process_id: str) -> None:
    assert store.retrying(lambda session: start(session, process_id=process_id)).state == "completed", process_id


def _load(name: str, *process_ids: str) -> Callable[[Bench], Iterator[Rate]]:
    def measure(bench: Bench) -> Iterator[Rate]:
        bench.deploy(*(getattr(diagrams, process_id) for process_id in process_ids))
        yield from bench.rates(name, start_one, process_ids)

    return measure


LOADS = {name: _load(name, name) for name in (*_FIVE, "SEQ5", "BIG")} | {"MIX": _load("MIX", *_FIVE)}
