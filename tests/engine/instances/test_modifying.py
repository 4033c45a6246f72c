"""Modifying instances on the database: tasks, jobs, timers and variables follow; what is refused changes nothing."""

import pytest

from engine import store
from engine.core.commands import Activate, Modify
from engine.errors import Conflict, Invalid, NotFound
from engine.instances import modify
from tests.engine.factories import boundary, diagram, end, flows, service, start, sub, timer, user
from tests.engine.house import House

PROCESS = diagram(
    start("s"),
    user("a", "GD-GZ.crc.duty"),
    sub("box", start("is"), service("i"), user("j"), end("ie"), flows("is i j ie")),
    boundary("late", "box", timer(duration="PT1H")),
    end("e"),
    flows("s a box e", "late e"),
)


def change(key: int, command: Modify) -> None:
    with store.transaction() as session:
        modify(session, key, command)


def test_rows_follow_what_begins_and_what_ends(house: House) -> None:
    house.deploy(PROCESS)
    key = house.start().key
    change(key, Modify((Activate("j", variables={"": {"n": 1}, "box": {"own": 2}}), Activate("i")), ("a",)))
    assert house.rows("SELECT element, state FROM tasks ORDER BY key") == [("a", "canceled"), ("j", "created")]
    assert house.rows("SELECT element FROM jobs") == [("i",)]
    assert house.rows("SELECT element FROM timers") == [("late",)]
    assert house.rows("SELECT name, value FROM variables ORDER BY name") == [("n", 1), ("own", 2)]
    assert ("instance_modified", "p") in house.told(key)
    house.finish("i")
    first = house.value("SELECT min(element_key) FROM tasks WHERE state = 'created'")
    change(key, Modify(cancel=(first,)))
    house.complete("j")
    assert house.state(key) == "completed"


def test_ending_all_of_it_cancels_the_case(house: House) -> None:
    house.deploy(PROCESS)
    key = house.start().key
    change(key, Modify(cancel=("a",)))
    assert house.state(key) == "canceled"
    with pytest.raises(Conflict, match="instance_ended"):
        change(key, Modify((Activate("a"),)))


def test_what_is_refused_changes_nothing(house: House) -> None:
    house.deploy(PROCESS)
    key = house.start().key
    before = house.everything()
    with pytest.raises(Invalid, match="modification_refused"):
        change(key, Modify((Activate("j"), Activate("nowhere")), ("a",)))
    with pytest.raises(NotFound, match="instance_unknown"):
        change(5 << 24, Modify((Activate("j"),)))
    assert house.everything() == before
