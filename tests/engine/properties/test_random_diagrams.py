"""Every random diagram runs to its end by every path, and a restart after each step changes nothing."""

import random
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.core import apart
from engine.core.effects import Note
from engine.sandbox import Case, Sandbox
from tests.engine.house import MONDAY
from tests.engine.properties.random_diagrams import Drawn, diagrams

STEPS = 3000


def walk(drawn: Drawn, numbers: list[int], seed: int, restarts: bool) -> Iterator[tuple[Case, str]]:
    """Run a diagram by a path that the seed chooses; gives the case and what was done after each step."""
    box = Sandbox(now=MONDAY)
    box.restarts = restarts
    box.deploy(drawn.data, "p.bpmn")
    case = box.start("p", {"r": numbers})
    yield case, "start"
    chosen = random.Random(seed)
    for _ in range(STEPS):
        waiting = [item for one in box.cases for item in one.waiting]
        if not waiting:
            return
        item = waiting[chosen.randrange(len(waiting))]
        item.complete({"by": item.element})
        yield case, f"{item.kind} {item.element}"


def told(drawn: Drawn, steps: list[str]) -> str:
    """The diagram and the path as text, an arrow at the step that failed."""
    path = "\n".join([f"   {step}" for step in steps[:-1]] + [f"-> {steps[-1]}"])
    return f"{drawn.outline}\n{path}\n{drawn.data.decode()}"


def run(drawn: Drawn, numbers: list[int], seed: int, restarts: bool) -> list[Note]:
    steps = []
    for case, step in walk(drawn, numbers, seed, restarts):
        steps.append(step)
        assert [one.incidents for one in case.box.cases if one.incidents] == [], told(drawn, steps)
    for one in case.box.cases:
        assert one.state in ("completed", "canceled"), told(drawn, steps)
        assert (one.records, one.instance.kept, one.instance.undo) == ({}, {}, []), told(drawn, steps)
    assert case.state == "completed", told(drawn, steps)
    return [note for one in case.box.cases for note in one.history]


numbers = st.lists(st.integers(0, 7), min_size=8, max_size=8)


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(drawn=diagrams(), numbers=numbers, seed=st.integers(0, 2**16))
def test_ends_and_a_restart_after_every_step_gives_the_same_history(
    drawn: Drawn, numbers: list[int], seed: int
) -> None:
    straight = run(drawn, numbers, seed, restarts=False)
    assert run(drawn, numbers, seed, restarts=True) == straight
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(apart, "MANY", 0)
        assert run(drawn, numbers, seed, restarts=True) == straight


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(drawn=diagrams(), numbers=numbers, seed=st.integers(0, 2**16), at=st.integers(0, 30))
def test_cancelled_anywhere_nothing_waits_any_more(drawn: Drawn, numbers: list[int], seed: int, at: int) -> None:
    for count, (case, _) in enumerate(walk(drawn, numbers, seed, restarts=False)):
        if count == at and case.state == "active":
            case.cancel()
            for one in case.box.cases:
                assert (one.records, one.instance.tokens, one.instance.joins) == ({}, {}, {})
            return
