"""Every scenario beside a process holds in the sandbox and on PostgreSQL, with the same history."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.scenarios.in_memory import InMemory
from tests.scenarios.play import load, moment, play

PROCESSES = Path(__file__).parents[2] / "processes"
SCENARIOS = sorted(PROCESSES.glob("*/scenarios/*.yaml"))
MONDAY = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)  # nine o'clock in Shanghai, a working day


@pytest.mark.parametrize("path", SCENARIOS, ids=lambda path: f"{path.parts[-3]}-{path.stem}")
def test_a_scenario_holds_in_the_sandbox(path: Path) -> None:
    scenario = load(path)
    play(scenario, InMemory(PROCESSES, moment(scenario.get("now", MONDAY))))
