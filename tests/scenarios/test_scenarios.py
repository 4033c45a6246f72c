"""Every scenario beside a process holds in the sandbox and on PostgreSQL, with the same history."""

from functools import cache
from pathlib import Path

import pytest
import yaml

import engine
from engine.directory.groups import any_matches
from engine.sandbox.scenarios import BEGINNING, Story, coverage, load, moment, play
from tests.scenarios.in_memory import InMemory, deployed
from tests.scenarios.on_postgres import OnPostgres

PROCESSES = Path(__file__).parents[2] / "processes"
SCENARIOS = sorted(PROCESSES.glob("*/scenarios/*.yaml"))

each_scenario = pytest.mark.parametrize("path", SCENARIOS, ids=lambda path: f"{path.parts[-3]}-{path.stem}")


@cache
def in_memory(path: Path) -> tuple[list[Story], set[str]]:
    """What the cases did, and the groups that were asked to do something."""
    scenario = load(path)
    stage = InMemory(PROCESSES, moment(scenario.get("now", BEGINNING)))
    return play(scenario, stage), stage.asked


@each_scenario
def test_holds_in_the_sandbox(path: Path) -> None:
    in_memory(path)


@each_scenario
@pytest.mark.usefixtures("with_processes")
def test_holds_on_postgresql_with_the_same_history(path: Path) -> None:
    scenario = load(path)
    stories = play(scenario, OnPostgres(moment(scenario.get("now", BEGINNING))))
    there, _ = in_memory(path)
    assert [story.process for story in stories] == [story.process for story in there]
    for story, same in zip(stories, there, strict=True):
        assert story.state == same.state
        assert story.history == same.history


def test_every_element_and_flow_of_every_process_is_taken_by_a_scenario() -> None:
    stories = [story for path in SCENARIOS for story in in_memory(path)[0]]
    specs = [spec for (spec,) in deployed(PROCESSES).specs.values()]
    missing = {found.process: found.missing for found in coverage(specs, stories)}
    assert missing == dict.fromkeys(missing, frozenset())


def test_every_task_finds_somebody_in_the_demo_organisation() -> None:
    people = yaml.safe_load(engine.DEMO_ORGANISATION.read_text(encoding="utf-8"))["people"]
    held = [group for person in people for group in person.get("groups", ())]
    asked = {group for path in SCENARIOS for group in in_memory(path)[1]}
    assert asked
    assert {group for group in asked if not any_matches(held, [group])} == set()
