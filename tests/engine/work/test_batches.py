"""Operations on many instances at once: what came of it for each, in chunks, by whoever applies them."""

import contextlib
from typing import Any

import psycopg
import pytest
from sqlalchemy import text

from engine import store
from engine.directory.acting import Actor, acting
from engine.errors import Conflict, Invalid, NotFound
from engine.instances import apply_due_commands, cancel, set_variables
from engine.queries import BatchItemFilter, batches
from engine.work import batches as work
from engine.work.jobs import fail_job
from tests.engine.factories import diagram, end, exclusive, flows, parallel, service, start, terminate, user
from tests.engine.work.conftest import Desk

OPERATOR = Actor("li.na", "api", "GD-GZ")


def version(element: str) -> bytes:
    return diagram(start("s"), user(element), end("e"), flows(f"s {element} e"))


def make(kind: str, keys: list[int], plan: dict[str, Any] | None = None) -> int:
    with store.transaction() as session, acting(OPERATOR):
        return work.create_batch(session, kind, keys, plan)


def told(batch: int) -> Any:
    with store.transaction() as session:
        return batches.get(session, batch)


def test_fifty_are_migrated_and_those_that_cannot_say_why(desk: Desk) -> None:
    desk.deploy(version("a"))
    keys = [desk.start() for _ in range(53)]
    [second] = desk.deploy(version("b"))
    with store.transaction() as session:
        cancel(session, keys[7])
    batch = make("migrate", [*keys, 999 << 24], {"definition_key": second, "mapping": {"a": "b"}})
    assert (told(batch).state, told(batch).total) == ("active", 54)
    assert desk.value("SELECT count(*) FROM commands WHERE kind = 'batch'") == 2
    while apply_due_commands():
        pass
    done = told(batch)
    assert (done.state, done.completed, done.failed) == ("completed", 52, 2)
    assert desk.value("SELECT count(*) FROM instances WHERE definition_key = :k", k=second) == 52
    assert desk.value("SELECT count(*) FROM tasks WHERE element = 'b' AND state = 'created'") == 52
    with store.transaction() as session:
        failed = batches.search_items(session, BatchItemFilter(batch_key=batch, state="failed"))
    codes = {item.instance_key: item.error["findings"][0]["code"] for item in failed.items}
    assert codes == {keys[7]: "instance_ended", 999 << 24: "instance_unknown"}
    assert desk.rows("SELECT DISTINCT actor FROM history WHERE kind = 'instance_migrated'") == [("li.na",)]


def test_one_that_refuses_leaves_the_others_alone(desk: Desk) -> None:
    desk.deploy(version("a"))
    keys = [desk.start() for _ in range(3)]
    [second] = desk.deploy(version("b"))
    batch = make("migrate", keys, {"definition_key": second, "mapping": {}})
    apply_due_commands()
    assert (told(batch).completed, told(batch).failed) == (0, 3)
    moved = make("modify", keys, {"moves": [["a", "e"]]})
    apply_due_commands()
    assert told(moved).completed == 3
    assert {desk.state(key) for key in keys} == {"completed"}


def test_incidents_are_resolved_and_cases_cancelled(desk: Desk) -> None:
    desk.deploy(diagram(start("s"), service("j"), end("e"), flows("s j e")))
    keys = [desk.start() for _ in range(2)]
    for job in desk.activate("work"):
        with store.transaction() as session:
            fail_job(session, job.key, 0, "broken")
    make("resolve", keys)
    apply_due_commands()
    assert desk.value("SELECT sum(incidents) FROM instances") == 0
    assert len(desk.activate("work", worker="b")) == 2
    make("cancel", keys)
    apply_due_commands()
    assert {desk.state(key) for key in keys} == {"canceled"}


def test_a_batch_that_is_cancelled_leaves_what_is_not_done(desk: Desk) -> None:
    desk.deploy(version("a"))
    key = desk.start()
    batch = make("cancel", [key])
    with store.transaction() as session:
        work.cancel_batch(session, batch)
    apply_due_commands()
    assert (desk.state(key), told(batch).state) == ("active", "canceled")
    with store.transaction() as session, pytest.raises(Conflict, match="batch_ended"):
        work.cancel_batch(session, batch)
    with store.transaction() as session, pytest.raises(NotFound, match="batch_unknown"):
        work.cancel_batch(session, 999 << 24)


def test_a_batch_of_nothing_has_ended_and_one_of_no_kind_is_refused(desk: Desk) -> None:
    assert told(make("cancel", [])).state == "completed"
    with pytest.raises(Invalid, match="batch_kind_unknown"):
        make("dance", [])


def test_what_fails_for_good_is_said_of_each_that_is_left(desk: Desk) -> None:
    desk.deploy(version("a"))
    key = desk.start()
    batch = make("cancel", [key])
    with store.transaction() as session:
        work.give_up_chunk(session, None, {"batch": batch, "keys": [key]}, "out of order")
    [item] = desk.rows("SELECT state, error->'findings'->0->>'code' FROM batch_items")
    assert tuple(item) == ("failed", "batch_given_up")
    assert told(batch).state == "completed"


def test_what_is_wrong_with_one_fails_that_one_only(desk: Desk) -> None:
    desk.deploy(version("a"))
    keys = [desk.start() for _ in range(3)]
    desk.rows("UPDATE instances SET snapshot = '{}' WHERE key = :key", key=keys[1])
    batch = make("cancel", keys)
    apply_due_commands(1)
    assert [desk.state(key) for key in keys] == ["canceled", "active", "canceled"]
    assert (told(batch).state, told(batch).completed) == ("active", 2)
    for _ in range(work.ATTEMPTS):
        assert apply_due_commands() == 1
        desk.rows("UPDATE commands SET due_at = now()")
    assert desk.value("SELECT count(*) FROM commands") == 0
    assert [desk.state(key) for key in keys] == ["canceled", "active", "canceled"]
    items = desk.rows("SELECT instance_key, error->'findings'->0->>'code' FROM batch_items WHERE state = 'failed'")
    assert items == [(keys[1], "batch_given_up")]
    assert (told(batch).state, told(batch).completed, told(batch).failed) == ("completed", 2, 1)


def test_a_chunk_whose_connection_is_lost_is_begun_anew_as_a_whole(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.deploy(version("a"))
    keys = [desk.start() for _ in range(3)]
    batch = make("cancel", keys)

    def lost(session: store.Session, *_: Any) -> None:
        session.execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))

    with monkeypatch.context() as away:
        away.setattr(work, "_operate", lost)
        assert apply_due_commands(1) == 1
    [left] = desk.rows("SELECT payload->'keys' AS cases, error FROM commands")
    assert (left.cases, left.error) == (keys, "Unavailable: database_unavailable()")
    desk.rows("UPDATE commands SET due_at = now()")
    assert apply_due_commands() == 1
    assert (told(batch).state, told(batch).completed) == ("completed", 3)


def test_a_resolved_incident_that_comes_again_and_none_at_all_are_told(desk: Desk) -> None:
    ways = flows("s x a", "x e", x_a="=go")
    desk.deploy(diagram(start("s"), exclusive("x", "x_e"), user("a"), end("e"), ways))
    stuck, well = desk.start(go=1), desk.start(go=True)
    batch = make("resolve", [stuck, well])
    apply_due_commands()
    items = desk.rows(
        "SELECT instance_key, state, error->'findings'->0->>'code', error->'findings'->0->'parameters'->>'elements'"
        " FROM batch_items ORDER BY 1"
    )
    assert items == [(stuck, "failed", "batch_incident_again", "x"), (well, "failed", "batch_no_incident", None)]
    assert desk.value("SELECT count(*) FROM incidents WHERE state = 'active'") == 1
    assert (told(batch).completed, told(batch).failed) == (0, 2)


def test_an_incident_that_goes_with_another_is_no_refusal(desk: Desk) -> None:
    ways = flows("s g", "g x", "g y", "x t", "y e", "x e", "y t", x_t="=go", y_t="=go")
    desk.deploy(
        diagram(
            start("s"),
            parallel("g"),
            exclusive("x", "x_e"),
            exclusive("y", "y_e"),
            end("t", terminate()),
            end("e"),
            ways,
        )
    )
    key = desk.start()
    assert desk.value("SELECT count(*) FROM incidents WHERE state = 'active'") == 2
    with store.transaction() as session:
        set_variables(session, key, {"go": True})
    batch = make("resolve", [key])
    apply_due_commands()
    assert (told(batch).completed, told(batch).failed) == (1, 0)
    assert desk.state(key) == "completed"


def test_what_workers_are_at_is_still_done_when_a_batch_is_cancelled(desk: Desk) -> None:
    desk.deploy(version("a"))
    keys = [desk.start() for _ in range(3)]
    batch = make("cancel", keys)
    with psycopg.connect(desk.url) as chunk:
        chunk.execute("SELECT FROM batch_items WHERE instance_key = ANY(%s) FOR UPDATE", [keys[:2]])
        with store.transaction() as session:
            work.cancel_batch(session, batch)
    apply_due_commands()
    assert [desk.state(key) for key in keys] == ["canceled", "canceled", "active"]
    assert (told(batch).state, told(batch).completed) == ("canceled", 2)


def test_a_write_that_the_database_refuses_leaves_those_before_and_after_it(desk: Desk) -> None:
    """The middle one's row count is refused by the statement itself, in the middle of the chunk's transaction."""
    desk.deploy(version("a"))
    keys = [desk.start() for _ in range(3)]

    def refuse(session: store.Session) -> None:
        for key in keys:
            with contextlib.suppress(RuntimeError), session.begin_nested():
                cancel(session, key)

    desk.rows("DELETE FROM tasks WHERE instance_key = :key", key=keys[1])
    with store.transaction() as session:
        refuse(session)
    assert [desk.state(key) for key in keys] == ["canceled", "active", "canceled"]
    told_of = desk.rows("SELECT instance_key FROM history WHERE kind = 'instance_canceled' ORDER BY key")
    assert [row[0] for row in told_of] == [keys[0], keys[2]]
