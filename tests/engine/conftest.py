"""The engine in memory, run straight on and restarted from its snapshot before every command."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from engine.sandbox import Case, Sandbox
from tests.engine.house import House

MONDAY = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)  # nine o'clock in Shanghai, a working day

Begin = Callable[..., Case]


@pytest.fixture(params=[False, True], ids=["straight", "restarted"])
def box(request: pytest.FixtureRequest) -> Sandbox:
    """A sandbox at nine on a Monday."""
    sandbox = Sandbox(now=MONDAY)
    sandbox.restarts = request.param
    return sandbox


@pytest.fixture
def begin(box: Sandbox) -> Begin:
    """Deploy a diagram and start a case of it: `begin(data, variables…)`."""

    def starting(data: bytes, **variables: Any) -> Case:
        box.deploy(data, "p.bpmn")
        return box.start("p", variables)

    return starting


@pytest.fixture
def house(db: str) -> House:
    """The engine on a database of this test alone, its case clock pinned at nine on a Monday."""
    made = House(db)
    made.pin(MONDAY)
    return made
