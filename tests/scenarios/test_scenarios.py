"""Every scenario beside a process holds in the sandbox and on PostgreSQL, with the same history."""

from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import pytest

from tests.scenarios.in_memory import InMemory, deployed
from tests.scenarios.on_postgres import OnPostgres
from tests.scenarios.play import Story, load, moment, play

PROCESSES = Path(__file__).parents[2] / "processes"
SCENARIOS = sorted(PROCESSES.glob("*/scenarios/*.yaml"))
MONDAY = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)  # nine o'clock in Shanghai, a working day

each_scenario = pytest.mark.parametrize("path", SCENARIOS, ids=lambda path: f"{path.parts[-3]}-{path.stem}")


@cache
def in_memory(path: Path) -> list[Story]:
    scenario = load(path)
    return play(scenario, InMemory(PROCESSES, moment(scenario.get("now", MONDAY))))


@each_scenario
def test_holds_in_the_sandbox(path: Path) -> None:
    in_memory(path)


@each_scenario
@pytest.mark.usefixtures("with_processes")
def test_holds_on_postgresql_with_the_same_history(path: Path) -> None:
    scenario = load(path)
    stories = play(scenario, OnPostgres(moment(scenario.get("now", MONDAY))))
    there = in_memory(path)
    assert [story.process for story in stories] == [story.process for story in there]
    for story, same in zip(stories, there, strict=True):
        assert story.state == same.state
        assert story.history == same.history


def test_every_flow_of_every_process_is_taken_by_a_scenario() -> None:
    taken: dict[str, set[str]] = {}
    for path in SCENARIOS:
        for story in in_memory(path):
            taken.setdefault(story.process, set()).update(story.flows)
    for process, (spec,) in deployed(PROCESSES).specs.items():
        assert {flow.id for flow in spec.flows()} - taken[process] == set(), process
