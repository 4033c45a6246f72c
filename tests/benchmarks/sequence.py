"""SEQ5 in the core alone: what an instance costs before anything is stored."""

import time
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from engine.core import commands
from engine.core.advance import advance
from engine.core.state import State
from engine.core.surroundings import Surroundings
from engine.diagrams import parse
from engine.directory import calendar
from engine.sandbox import Sandbox
from tests.benchmarks.diagrams import SEQ5


def measure_core(seconds: float) -> float:
    """Seconds an instance takes in the core alone, from start to end."""
    spec = parse(SEQ5, "seq5.bpmn").processes[0]
    around = Surroundings(datetime.now(UTC), 1, ZoneInfo("UTC"), Sandbox(), calendar.standard())
    count = 0
    began = time.perf_counter()
    while time.perf_counter() - began < seconds:
        for _ in range(100):
            advance(spec, State(1 << 24), commands.Start(), around)
        count += 100
    return (time.perf_counter() - began) / count
