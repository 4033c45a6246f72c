"""The engine in memory, run straight on and restarted from its snapshot before every command.

Restarted, the tokens of every parallel multi-instance body lie apart.
"""

from collections.abc import Callable
from typing import Any

import pytest

from engine.core import apart
from engine.sandbox import Case
from tests.engine.house import MONDAY, House
from tests.engine.properties.recorded import Recorded

__all__ = ["MONDAY", "Begin"]

Begin = Callable[..., Case]


@pytest.fixture(params=[False, True], ids=["straight", "restarted"])
def box(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Recorded:
    """A sandbox at nine on a Monday."""
    sandbox = Recorded(now=MONDAY)
    sandbox.restarts = request.param
    if sandbox.restarts:
        monkeypatch.setattr(apart, "MANY", 0)
    return sandbox


@pytest.fixture
def begin(box: Recorded) -> Begin:
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
