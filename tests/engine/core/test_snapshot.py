"""Snapshots: small, complete, and refused where they are not understood."""

import json
from datetime import timedelta
from typing import Any

import pytest
from SpiffWorkflow.util.task import TaskState

from engine.core import commands
from engine.core import snapshot as snapshots
from engine.core.advance import advance
from engine.core.effects import Uncall
from engine.core.element import Frozen
from engine.core.snapshot import read, write
from engine.core.state import State
from engine.sandbox import Sandbox
from tests.engine.conftest import MONDAY
from tests.engine.core.old_snapshots import kept, way_on
from tests.engine.factories import (
    boundary,
    call,
    condition,
    diagram,
    each,
    end,
    exclusive,
    flows,
    listening,
    parallel,
    start,
    task,
    user,
)


def waiting_case() -> tuple[Sandbox, State]:
    box = Sandbox(now=MONDAY)
    box.deploy(diagram(start("s"), user("u"), end("e"), flows("s u e")), "p.bpmn")
    return box, box.start("p", {"big": "x" * 10_000}).instance


def test_a_snapshot_holds_what_is_alive_and_no_variables() -> None:
    _, state = waiting_case()
    text = json.dumps(write(state), separators=(",", ":"))
    assert len(text) < 100
    assert "xxx" not in text


def test_reading_gives_what_was_written() -> None:
    box, state = waiting_case()
    spec = box.specs["p"][0]
    assert write(read(write(state), state.key, spec)) == write(state)


def test_a_format_from_the_future_is_refused() -> None:
    box, state = waiting_case()
    with pytest.raises(ValueError, match="format 99"):
        read({**write(state), "v": 99}, state.key, box.specs["p"][0])


def test_an_element_the_version_lacks_is_refused() -> None:
    box, state = waiting_case()
    snapshot = write(state)
    snapshot["t"][1][1] = "gone"
    with pytest.raises(KeyError):
        read(snapshot, state.key, box.specs["p"][0])


def test_a_turn_of_a_loop_leaves_nothing_behind() -> None:
    box = Sandbox(now=MONDAY)
    drawn = diagram(
        start("s"),
        user("m"),
        parallel("f"),
        user("a"),
        user("b"),
        parallel("j"),
        exclusive("x", default="x_m"),
        end("e"),
        flows("s m f a j x m", "f b j", "x e", x_e="=false"),
    )
    box.deploy(drawn, "p.bpmn")
    case = box.start("p")
    sizes = set()
    for _ in range(20):
        for _ in range(3):
            case.waiting[0].complete()
        snapshot = write(case.instance)
        del snapshot["n"]
        sizes.add(len(snapshot["t"]))
        assert "j" not in snapshot
    assert sizes == {2}


def test_an_ended_instance_has_nothing_alive() -> None:
    box = Sandbox(now=MONDAY)
    box.deploy(
        diagram(start("s"), user("u", loop=each("=[1,2,3]", collect="r", output="=1")), end("e"), flows("s u e")),
        "p.bpmn",
    )
    case = box.start("p")
    while case.waiting:
        case.waiting[0].complete()
    assert "t" not in write(case.instance)


def test_a_specification_cannot_be_changed() -> None:
    box, _ = waiting_case()
    spec = box.specs["p"][0]
    with pytest.raises(Frozen):
        spec.elements["u"].outgoing = ()
    with pytest.raises(Frozen):
        spec.root = spec.elements["u"]
    with pytest.raises(TypeError):
        spec.elements["new"] = spec.elements["u"]  # type: ignore[index]


@pytest.mark.parametrize("one", kept(), ids=lambda one: f"{one['snapshot']['v']}-{'-'.join(one['way'][:3])}")
def test_an_old_snapshot_is_read_and_its_instance_goes_on_to_its_end(one: dict[str, Any]) -> None:
    """As it was written then, with the way that lay before it then."""
    assert way_on(one) == one["way"]


@pytest.mark.parametrize("outcome", ["completed", "canceled", "resolved"])
def test_what_a_condition_had_stopped_waits_again(outcome: str) -> None:
    """As it was written while a condition past FEEL's limits still stopped the activity it is attached to."""
    box = Sandbox(now=MONDAY)
    event = boundary("b", "a", condition("=hot"), interrupting=False)
    box.deploy(diagram(start("qs"), user("qu"), flows("qs qu"), process_id="q"), "q.bpmn")
    box.deploy(diagram(start("s"), call("a", "q"), end("e"), event, end("x"), flows("s a e", "b x")), "p.bpmn")
    case = box.start("p")
    waits = [["subscription", 3, "b"], ["incident", 4, "inside"]]
    token = [2, "a", 0, TaskState.ERROR, waits, {"watched": {str(case.key + 3): [0, False]}}]
    old = {"v": 2, "n": 4, "t": [[0, "p", -1, TaskState.STARTED], token]}
    state, around = read(old, case.key, case.spec), box._surroundings(case.key + 4)
    command = {
        "completed": commands.Returned(case.key + 2, "completed"),
        "canceled": commands.Cancel(),
        "resolved": commands.ResolveIncident(case.key + 4, case.key + 2),
    }[outcome]
    advanced = advance(case.spec, state, command, around)
    assert not advanced.stale
    assert state.status == ("active" if outcome == "resolved" else outcome)
    assert [effect for effect in advanced.effects if isinstance(effect, Uncall)] == (
        [Uncall(case.key + 2)] if outcome == "canceled" else []
    )


def test_every_format_there_has_been_is_kept() -> None:
    assert {one["snapshot"]["v"] for one in kept()} == set(range(1, snapshots.FORMAT + 1))


def test_a_snapshot_is_brought_through_every_format_between(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if `n` had been called `count` two formats ago, and `number` in the last."""
    box, state = waiting_case()
    now = write(state)
    monkeypatch.setattr(snapshots, "FORMAT", 3)
    older = {1: lambda old: {**old, "number": old["count"]}, 2: lambda old: {**old, "n": old["number"]}}
    monkeypatch.setattr(snapshots, "OLDER", older)
    for first in ({"v": 1, "count": now["n"]}, {"v": 2, "number": now["n"]}, {"v": 3, "n": now["n"]}):
        old = {name: value for name, value in now.items() if name != "n"} | first
        assert write(read(old, state.key, box.specs["p"][0])) == {**now, "v": 3}
    with pytest.raises(ValueError, match="format 4"):
        read({**now, "v": 4}, state.key, box.specs["p"][0])


@pytest.mark.parametrize("of", ["listener", "limit"])
def test_what_stood_for_no_element_is_called_otherwise_since_format_3(of: str) -> None:
    """An element could have the same id."""
    box = Sandbox(now=MONDAY)
    limit = '={value: 2, unit: "h", warning: 0.5}'
    asked = task("u", extensions=listening(("start", "told")))
    stop = user("u", properties={"limit": limit}) if of == "limit" else asked
    box.deploy(diagram(start("s"), stop, end("e"), flows("s u e")), "p.bpmn")
    case = box.start("p")
    if of == "limit":
        box.advance(by=timedelta(hours=1))  # people have been warned: a reminder's job waits
    now = write(case.instance)
    text = json.dumps(now)
    assert "#" in text
    old = json.loads(text.replace("#", "")) | {"v": 2}
    assert write(read(old, case.instance.key, box.specs["p"][0])) == now
