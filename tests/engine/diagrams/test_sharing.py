"""Instances of one version share its specification: stepped in any order, they do not touch each other."""

from collections.abc import Callable
from datetime import UTC, datetime
from itertools import permutations
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from engine.core import commands
from engine.core.advance import advance
from engine.core.effects import Close, Note, Open
from engine.core.spec import ProcessSpec
from engine.core.state import State
from engine.core.surroundings import Surroundings
from tests.engine.factories import (
    Part,
    boundary,
    each,
    end,
    event_sub,
    exclusive,
    flows,
    message,
    parallel,
    script,
    service,
    signal,
    spec,
    start,
    user,
)


class NothingDeployed:
    """A catalogue and calendar of nothing: these diagrams ask for neither."""

    def __getattr__(self, name: str) -> Callable[..., Any]:
        raise AssertionError(f"asked for {name}")


NOTHING: Any = NothingDeployed()
AROUND = Surroundings(datetime(2026, 3, 2, 8, tzinfo=UTC), 7, ZoneInfo("Asia/Shanghai"), NOTHING, NOTHING)


class Instance:
    """One instance on a specification, with what waits in it and what was noted."""

    def __init__(self, on: ProcessSpec, number: int) -> None:
        self.spec = on
        self.state = State(number << 24)
        self.open: dict[int, Any] = {}
        self.notes: list[tuple[str, str | None]] = []
        self.apply(commands.Start({"no": number, "list": [1, 2], "n": 0}))

    def apply(self, command: Any) -> None:
        advanced = advance(self.spec, self.state, command, AROUND)
        assert not advanced.stale
        for effect in advanced.effects:
            if isinstance(effect, Open):
                self.open[effect.record.key] = effect.record
            elif isinstance(effect, Close):
                del self.open[effect.key]
            elif isinstance(effect, Note):
                self.notes.append((effect.kind, effect.element))

    def step(self) -> bool:
        """Do the oldest job or task; False when there is none."""
        record = next((record for record in self.open.values() if record.noun in ("job", "task")), None)
        if record is None:
            return False
        kind = commands.CompleteJob if record.noun == "job" else commands.CompleteTask
        self.apply(kind(record.key, record.element_key, {"last": record.element}))
        return True

    def send(self, name: str) -> None:
        record = next(r for r in self.open.values() if r.noun == "subscription" and r.name == name)
        self.apply(commands.Deliver(record.key, record.element_key, record.element, {}))


PARTS: list[Part] = [
    start("s"),
    exclusive("again"),
    parallel("fork"),
    user("u", "HQ.crc"),
    service("v", loop=each("=list", "item", sequential=True)),
    boundary("stop", "u", signal("stop")),
    exclusive("done"),
    parallel("join"),
    script("count", "n + 1", "n"),
    exclusive("enough", default="enough_e"),
    end("e"),
    event_sub(
        "h",
        start("asked", message("ask", "=string(no)"), interrupting=False),
        service("w"),
        end("he"),
        flows("asked w he"),
    ),
    flows("s again fork u done join count enough e", "fork v join", "stop done", "enough again", enough_again="=n < 3"),
]


def alone(number: int, asks: bool) -> Instance:
    """An instance run to its end with nothing beside it."""
    instance = Instance(spec(*PARTS), number)
    if asks:
        instance.send("ask")
    while instance.step():
        pass
    return instance


@pytest.mark.parametrize("turns", sorted(set(permutations([0, 0, 0, 1, 1, 1]))))
def test_two_instances_stepped_in_any_order_run_as_if_alone(turns: tuple[int, ...]) -> None:
    shared = spec(*PARTS)
    both = [Instance(shared, 1), Instance(shared, 2)]
    both[0].send("ask")
    while any(list(map(Instance.step, [both[turn] for turn in turns]))):
        pass
    for instance, expected in zip(both, (alone(1, asks=True), alone(2, asks=False)), strict=True):
        assert instance.notes == expected.notes
        assert instance.state.status == "completed"


def test_a_new_instance_is_not_touched_by_what_others_did() -> None:
    """With SpiffWorkflow's own run time an event in one instance arms the event sub-process of the next."""
    shared = spec(*PARTS)
    first = Instance(shared, 1)
    first.send("ask")
    first.send("stop")
    assert ("element_activated", "w") in first.notes
    second = Instance(shared, 2)
    assert second.notes == Instance(spec(*PARTS), 2).notes
    assert [element for _, element in second.notes if element in ("w", "h")] == []
