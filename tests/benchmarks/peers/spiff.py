"""SpiffWorkflow alone, in memory and without history: the floor of what its task tree costs."""

import random
import time
from collections.abc import Callable, Iterator
from io import BytesIO

from lxml import etree
from SpiffWorkflow.bpmn import BpmnWorkflow
from SpiffWorkflow.bpmn.parser import BpmnParser
from SpiffWorkflow.bpmn.script_engine import PythonScriptEngine, TaskDataEnvironment
from SpiffWorkflow.bpmn.specs.bpmn_process_spec import BpmnProcessSpec
from SpiffWorkflow.util.task import TaskState

from tests.benchmarks.figures import Rate, percentile
from tests.benchmarks.peers.dialects import PYTHON

NAME = "Spiff"
_FIVE = ("seq", "exc", "ext", "par", "cyc")


def rates(load: str, seconds: float) -> Iterator[Rate]:
    """One load in this process."""
    engine = PythonScriptEngine(TaskDataEnvironment({"randint": random.randint}))
    if load == "USER":
        yield from _user(_spec("user"), engine, seconds)
        return
    specs = [_spec(name) for name in (_FIVE if load == "MIX" else (load.lower(),))]
    turn = iter(range(1 << 60))

    def run() -> None:
        workflow = BpmnWorkflow(specs[next(turn) % len(specs)], script_engine=engine)
        workflow.do_engine_steps()
        assert workflow.completed

    yield _rate(load, _timed(run, seconds))


def _user(spec: BpmnProcessSpec, engine: PythonScriptEngine, seconds: float) -> Iterator[Rate]:
    open_ones: list[BpmnWorkflow] = []

    def create() -> None:
        workflow = BpmnWorkflow(spec, script_engine=engine)
        workflow.do_engine_steps()
        open_ones.append(workflow)

    yield _rate("USER create", _timed(create, seconds))
    waiting = iter(open_ones)

    def complete() -> None:
        workflow = next(waiting)
        [task] = workflow.get_tasks(state=TaskState.READY, manual=True)
        task.data.update(approved=True, note="fine")
        task.run()
        workflow.do_engine_steps()
        assert workflow.completed

    yield _rate("USER complete", _timed(complete, seconds, len(open_ones)))


def _spec(name: str) -> BpmnProcessSpec:
    parser = BpmnParser()
    parser.add_bpmn_xml(etree.parse(BytesIO(PYTHON.diagram(name).encode())))
    return parser.get_spec(name)


def _timed(work: Callable[[], None], seconds: float, most: int = 1 << 60) -> list[float]:
    """Milliseconds of each call."""
    taken: list[float] = []
    before = time.monotonic()
    until = before + seconds
    while before < until and len(taken) < most:
        work()
        after = time.monotonic()
        taken.append((after - before) * 1000)
        before = after
    return taken


def _rate(load: str, taken: list[float]) -> Rate:
    return Rate(load, NAME, 1, len(taken) / sum(taken) * 1000, percentile(taken, 50), percentile(taken, 99))
