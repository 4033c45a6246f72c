"""What the rest of BPMN leaves in rows: conditions, listeners, kept variables, several definitions at a start."""

from engine.core import commands
from engine.store import json
from tests.engine.factories import (
    call,
    catch,
    compensate,
    condition,
    diagram,
    end,
    file,
    flows,
    global_task,
    listening,
    message,
    process,
    several,
    signal,
    start,
    task,
    throw,
    undoing,
    user,
)
from tests.engine.house import House


def test_a_condition_is_waited_for_in_a_row(house: House) -> None:
    house.deploy(diagram(start("s"), catch("c", condition("=n > 1")), end("e"), flows("s c e")))
    key = house.start(variables={"n": 1}).key
    assert house.rows("SELECT element, kind, name FROM subscriptions") == [("c", "condition", "n > 1")]
    house.advance(key, commands.SetVariables(key, {"n": 2}))
    assert house.row("SELECT state FROM instances") == ("completed",)
    assert house.rows("SELECT * FROM subscriptions") == []


def test_a_listener_is_a_job_of_its_kind(house: House) -> None:
    house.deploy(diagram(start("s"), end("e", extensions=listening(("end", "told"))), flows("s e")))
    house.start()
    assert house.rows("SELECT element, kind, type FROM jobs") == [("e", "EXECUTION_LISTENER", "told")]
    house.finish("e")
    assert house.row("SELECT state FROM instances") == ("completed",)


def test_variables_for_undoing_are_kept_in_rows_and_not_in_the_snapshot(house: House) -> None:
    undo = undoing("c", "a", user("undo", isForCompensation="true"))
    parts = [start("s"), task("a", inputs={"seat": "=0.1"}), undo, user("u"), throw("t", compensate()), end("e")]
    house.deploy(diagram(*parts, flows("s a u t e")))
    house.start()
    assert house.rows("SELECT name, value FROM variables") == [("seat", json.loads("0.1"))]
    assert "seat" not in house.row("SELECT snapshot::text FROM instances")[0]
    house.complete("u")
    house.complete("undo")
    assert house.row("SELECT state FROM instances") == ("completed",)
    assert house.rows("SELECT * FROM variables") == []


def test_a_start_event_with_several_definitions_has_a_row_for_each(house: House) -> None:
    house.deploy(diagram(start("s", several(message("m"), signal("x"))), end("e"), flows("s e")))
    assert house.rows("SELECT element, part, kind, name FROM start_events ORDER BY part") == [
        ("s", 0, "message", "m"),
        ("s", 1, "signal", "x"),
    ]


def test_a_global_task_is_deployed_and_called(house: House) -> None:
    pool = process(start("s"), call("k", "g"), end("e"), flows("s k e"))
    house.deploy(file(pool, global_task("globalUserTask", "g")))
    house.start()
    house.complete("g.task", {"n": 1})
    assert sorted(house.rows("SELECT process_id, state FROM instances")) == [("g", "completed"), ("p", "completed")]
