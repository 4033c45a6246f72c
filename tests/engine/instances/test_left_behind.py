"""What a transaction is done with goes at once: no circle of objects is left to the garbage collector."""

import gc
from collections.abc import Callable

import pytest

from engine import store
from engine.core import apart
from engine.core.commands import Activate, CompleteTask, FailJob, Modify, ResolveIncident, SetVariables
from engine.core.run import Run
from engine.core.state import State
from engine.core.token import Token
from engine.errors import Invalid
from engine.instances import cancel, migrate, modify
from tests.engine.factories import (
    boundary,
    catch,
    compensate,
    condition,
    diagram,
    each,
    end,
    flows,
    listening,
    script,
    service,
    start,
    throw,
    timer,
    undoing,
    user,
)
from tests.engine.house import House

ROW = diagram(start("s"), script("a", "1", "n"), user("u"), end("e"), flows("s a u e"))


def completes(house: House) -> None:
    house.deploy(ROW)
    house.start()
    house.complete("u", {"n": 2})


def is_cancelled(house: House) -> None:
    house.deploy(ROW)
    key = house.start().key
    with store.transaction() as session:
        cancel(session, key)


def is_modified(house: House) -> None:
    house.deploy(ROW)
    key = house.start().key
    with store.transaction() as session:
        modify(session, key, Modify((Activate("a"),), ("u",)))
    with pytest.raises(Invalid), store.transaction() as session:
        modify(session, key, Modify((Activate("nowhere"),)))
    with store.transaction() as session:
        modify(session, key, Modify(cancel=("u",)))


def is_migrated(house: House) -> None:
    house.deploy(ROW)
    key = house.start().key
    late = boundary("late", "u", timer(duration="=wait"))
    [to] = house.deploy(diagram(start("s"), user("u"), late, end("e"), flows("s u e", "late e"))).definitions
    # Refused while it is done already: nobody says yet how long to wait.
    with pytest.raises(Invalid), store.transaction() as session:
        migrate(session, key, to.key, {})
    house.advance(key, SetVariables(key, {"wait": "PT1H"}))
    with store.transaction() as session:
        migrate(session, key, to.key, {})
    house.complete("u")


def has_an_incident(house: House) -> None:
    house.deploy(diagram(start("s"), service("j"), script("a", "1 + x", "n"), end("e"), flows("s j a e")))
    key = house.start().key
    at, element_key = house.row("SELECT key, element_key FROM jobs")
    house.advance(key, FailJob(at, element_key, 0, "broken"))
    incident = house.value("SELECT key FROM incidents WHERE state = 'active'")
    house.advance(key, ResolveIncident(incident, element_key))
    house.finish("j", {"x": 1})


def has_many_turns(house: House) -> None:
    house.deploy(diagram(start("s"), user("u", loop=each("=[1, 2]")), end("e"), flows("s u e")))
    key = house.start().key
    for at in house.rows("SELECT key, element_key FROM tasks WHERE state = 'created' ORDER BY key"):
        house.advance(key, CompleteTask(*at))
    assert house.state(key) == "completed"


def undoes(house: House) -> None:
    undo = undoing("c", "a", user("undo", isForCompensation="true"))
    told = end("e", extensions=listening(("end", "told")))
    waits = catch("w", condition("=n > 1"))
    house.deploy(diagram(start("s"), user("a"), undo, waits, throw("t", compensate()), told, flows("s a w t e")))
    key = house.start(variables={"n": 1}).key
    house.complete("a")
    house.advance(key, SetVariables(key, {"n": 2}))
    house.complete("undo")
    house.finish("e")
    assert house.state(key) == "completed"


@pytest.mark.parametrize(
    "case", [completes, is_cancelled, is_modified, is_migrated, has_an_incident, has_many_turns, undoes]
)
def test_no_instance_needs_the_garbage_collector(
    house: House, case: Callable[[House], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(apart, "MANY", 0)
    case(house)
    gc.collect()
    gc.disable()
    try:
        gc.set_debug(gc.DEBUG_SAVEALL)
        case(house)
        gc.collect()
        # The databases of other tests go at some time, too, with all that was kept for them. And a proxy of what is
        # gone by now cannot be asked what it is (`isinstance`).
        assert [one for one in gc.garbage if issubclass(type(one), Token | State | Run)] == []
    finally:
        gc.set_debug(0)
        gc.garbage.clear()
        gc.enable()
