"""SEQ5: a start, five scripts that each set a variable, an end. In the core alone, and durable."""

import time
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from engine import store
from engine.core import commands
from engine.core.advance import advance
from engine.core.state import State
from engine.core.surroundings import Surroundings
from engine.definitions import Resource, deploy
from engine.diagrams import parse
from engine.directory import calendar
from engine.instances import start
from engine.sandbox import Sandbox
from tests.benchmarks.ground import Ground
from tests.engine.factories import diagram, end, flows, script
from tests.engine.factories import start as begin

SEQ5 = diagram(
    begin("s"),
    *(script(f"t{n}", f"{n} + 1", f"x{n}") for n in range(1, 6)),
    end("e"),
    flows("s t1 t2 t3 t4 t5 e"),
    process_id="seq5",
)


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


def measure_durable(ground: Ground, seconds: float) -> float:
    """Instances a second that one process starts and ends, each in one transaction."""
    with store.transaction() as session:
        deploy(session, [Resource("seq5.bpmn", SEQ5)])
    _for(seconds / 4)
    return _for(seconds)


def _for(seconds: float) -> float:
    count = 0
    began = time.perf_counter()
    while (spent := time.perf_counter() - began) < seconds:
        with store.transaction() as session:
            assert start(session, process_id="seq5").state == "completed"
        count += 1
    return count / spent
