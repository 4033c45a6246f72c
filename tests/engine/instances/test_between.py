"""Commands between instances: calls and returns, taken back, left behind, refused, given up."""

import threading
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy.orm import Session

from engine import store
from engine.core import commands
from engine.directory.acting import Actor, acting
from engine.errors import Conflict, NotFound
from engine.instances import (
    advance,
    apply_due_commands,
    between,
    calling,
    cancel,
    on_command,
    resume,
    retry_command,
    send,
    suspend,
)
from engine.queries import failed_commands
from engine.store import after_commit
from engine.work.jobs import resolve_incident
from tests.engine.factories import (
    boundary,
    call,
    diagram,
    each,
    end,
    error,
    escalation,
    exclusive,
    flows,
    message,
    script,
    start,
    throw,
    user,
)
from tests.engine.house import House

CALLER = diagram(start("s"), call("c", "child"), end("e"), flows("s c e"))
CHILD = diagram(start("a"), user("u"), end("b"), flows("a u b"), process_id="child")


def no_commands_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """The process dies right after its commit: nothing it registered for then is done."""
    monkeypatch.setattr(between, "_drain", lambda keys, ids: None)


def test_a_call_starts_an_instance_and_its_end_goes_back(house: House) -> None:
    house.deploy(CALLER, CHILD)
    parent = house.start(variables={"n": 1}, business_id="TT-1").key
    child, parent_key, root_key, business_id = house.row(
        "SELECT key, parent_key, root_key, business_id FROM instances WHERE process_id = 'child'"
    )
    assert (parent_key, root_key, business_id) == (parent, parent, "TT-1")
    assert house.variables(child) == {"n": 1}
    house.complete("u", {"m": 2})
    assert house.state(child) == house.state(parent) == "completed"
    assert house.variables(parent) == {"n": 1, "m": 2}
    assert house.value("SELECT count(*) FROM commands") == 0


def test_called_instances_are_seen_by_the_units_of_the_caller(house: House) -> None:
    house.deploy(CALLER, CHILD)
    with acting(Actor("wang", "web", unit="GD-SZ")):
        house.start()
    child = house.value("SELECT key FROM instances WHERE process_id = 'child'")
    involved = house.rows("SELECT unit, why FROM involved_units WHERE instance_key = :key", key=child)
    assert involved == [("GD-SZ", "owner")]
    starter = house.row("SELECT DISTINCT actor, source FROM history WHERE instance_key = :key", key=child)
    assert starter == ("wang", "command")


def test_what_a_dead_process_left_between_call_and_return_is_applied_by_another(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    house.deploy(CALLER, CHILD)
    with monkeypatch.context() as dead:
        no_commands_at_once(dead)
        parent = house.start().key
        assert house.value("SELECT count(*) FROM instances") == 1
        assert house.value("SELECT kind FROM commands") == "call"
    assert apply_due_commands() == 1
    with monkeypatch.context() as dead:
        no_commands_at_once(dead)
        house.complete("u", {"m": 2})
        assert house.state(parent) == "active"
        assert house.value("SELECT kind FROM commands") == "return"
    assert apply_due_commands() == 1
    assert house.state(parent) == "completed"
    assert apply_due_commands() == 0


def test_many_workers_apply_each_command_once(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    house.deploy(
        diagram(start("s"), call("c", "child", loop=each("=[1, 2, 3, 4, 5, 6, 7, 8]")), end("e"), flows("s c e")), CHILD
    )
    with monkeypatch.context() as dead:
        no_commands_at_once(dead)
        house.start()
    taken: list[int] = []
    threads = [threading.Thread(target=lambda: taken.append(apply_due_commands())) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    taken.append(apply_due_commands())
    assert sum(taken) == 8
    assert house.value("SELECT count(*) FROM tasks WHERE element = 'u'") == 8
    assert house.value("SELECT count(*) FROM commands") == 0


def test_a_loop_of_many_calls_runs_flat(house: House) -> None:
    quick = diagram(start("a"), script("t", "n + 1", "n"), end("b"), flows("a t b"), process_id="child")
    around = diagram(
        start("s"),
        exclusive("m"),
        call("c", "child"),
        exclusive("x", default="x_e"),
        end("e"),
        flows("s m c x m", "x e", x_m="=n < 40"),
    )
    house.deploy(around, quick)
    key = house.start(variables={"n": 0}).key
    assert house.state(key) == "completed"
    assert house.variables(key) == {"n": 40}


def test_cancelling_the_caller_cancels_what_it_called(house: House) -> None:
    house.deploy(CALLER, CHILD)
    parent = house.start().key
    with store.transaction() as session:
        cancel(session, parent)
    assert house.rows("SELECT state FROM instances") == [("canceled",), ("canceled",)]
    assert house.value("SELECT state FROM tasks") == "canceled"


def test_what_another_called_is_not_cancelled_by_itself(house: House) -> None:
    """Its caller would wait for ever."""
    house.deploy(CALLER, CHILD)
    parent = house.start().key
    child = house.value("SELECT key FROM instances WHERE process_id = 'child'")
    with pytest.raises(Conflict, match="instance_called") as refused, store.transaction() as session:
        cancel(session, child)
    assert refused.value.parameters == {"key": str(child), "root": str(parent)}
    house.complete("u")
    assert house.state(parent) == "completed"
    with pytest.raises(Conflict, match="instance_ended"), store.transaction() as session:
        cancel(session, child)


def test_a_call_taken_back_before_it_was_made_leaves_nothing_running(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    house.deploy(CALLER, CHILD)
    with monkeypatch.context() as dead:
        no_commands_at_once(dead)
        parent = house.start().key
        house.advance(parent, commands.Cancel())
    assert house.rows("SELECT kind FROM commands ORDER BY id") == [("call",), ("uncall",)]
    assert apply_due_commands() == 2
    assert house.rows("SELECT DISTINCT state FROM instances") == [("canceled",)]


def test_an_error_leaves_the_called_instance_and_is_caught_in_the_caller(house: House) -> None:
    failing = diagram(start("a"), user("u"), end("b", error("broken")), flows("a u b"), process_id="child")
    around = diagram(
        start("s"),
        call("c", "child"),
        boundary("k", "c", error("broken")),
        user("repair"),
        end("e"),
        end("f"),
        flows("s c e", "k repair f"),
    )
    house.deploy(around, failing)
    parent = house.start().key
    house.complete("u")
    assert house.rows("SELECT process_id, state FROM instances ORDER BY key") == [
        ("p", "active"),
        ("child", "canceled"),
    ]
    assert house.value("SELECT element FROM tasks WHERE state = 'created'") == "repair"
    assert house.value("SELECT incidents FROM instances WHERE key = :key", key=parent) == 0


def test_an_escalation_is_told_first_and_the_end_after_it(house: House) -> None:
    telling = diagram(start("a"), throw("t", escalation("late")), end("b"), flows("a t b"), process_id="child")
    around = diagram(
        start("s"),
        call("c", "child"),
        boundary("k", "c", escalation("late"), interrupting=False),
        user("look"),
        end("e"),
        end("f"),
        flows("s c e", "k look f"),
    )
    house.deploy(around, telling)
    parent = house.start().key
    assert house.value("SELECT element FROM tasks WHERE state = 'created'") == "look"
    assert ("element_completed", "c") in house.told(parent)


def test_a_process_that_cannot_be_called_is_an_incident_at_the_caller(house: House) -> None:
    by_message = diagram(start("s", message("go")), end("e"), flows("s e"), process_id="child")
    house.deploy(CALLER, by_message)
    parent = house.start().key
    incident, element_key, kind, code = house.row("SELECT key, element_key, kind, code FROM incidents")
    assert (kind, code) == ("CALLED_ELEMENT_ERROR", "process_without_none_start")
    house.deploy(CHILD)
    house.advance(parent, commands.ResolveIncident(incident, element_key))
    house.complete("u")
    assert house.state(parent) == "completed"


def test_a_missing_called_process_is_an_incident_at_once(house: House) -> None:
    house.deploy(CALLER)
    parent = house.start().key
    assert house.row("SELECT instance_key, kind, code FROM incidents") == (
        parent,
        "CALLED_ELEMENT_ERROR",
        "process_missing",
    )


def test_a_suspended_caller_gets_the_answer_when_it_is_resumed(house: House) -> None:
    house.deploy(CALLER, CHILD)
    parent = house.start().key
    with store.transaction() as session:
        suspend(session, parent)
    house.complete("u")
    assert house.value("SELECT kind FROM commands") == "return"
    assert apply_due_commands() == 0
    with store.transaction() as session:
        resume(session, parent)
    assert house.state(parent) == "completed"


def test_a_case_suspended_while_a_command_for_it_is_taken_gets_it_when_it_is_resumed(
    house: House, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    house.deploy(CALLER, CHILD)
    parent = house.start().key

    def returned(session: Session, instance_key: int | None, payload: Mapping[str, Any]) -> None:
        monkeypatch.setitem(between._applies, "return", calling.returned)
        with ThreadPoolExecutor(1) as other:
            other.submit(store.retrying, lambda session: suspend(session, parent)).result()
        calling.returned(session, instance_key, payload)

    monkeypatch.setitem(between._applies, "return", returned)
    house.complete("u")
    assert house.row("SELECT kind, attempts, error FROM commands") == ("return", 0, None)
    assert [record for record in caplog.records if record.levelname == "ERROR"] == []
    with store.transaction() as session:
        resume(session, parent)
    assert house.state(parent) == "completed"


def test_a_long_way_goes_on_in_the_next_transaction(house: House) -> None:
    house.deploy(
        diagram(
            start("s"),
            exclusive("m"),
            script("t", "n + 1", "n"),
            exclusive("x", default="x_e"),
            end("e"),
            flows("s m t x m", "x e", x_m="=n < 4000"),
        )
    )
    key = house.start(variables={"n": 0}).key
    assert house.state(key) == "completed"
    assert house.variables(key) == {"n": 4000}
    assert house.value("SELECT count(DISTINCT machine_at) FROM history WHERE instance_key = :key", key=key) == 2


# Commands of other rooms


@pytest.fixture
def applied(monkeypatch: pytest.MonkeyPatch) -> list[tuple[int | None, Any]]:
    """What commands of kind `tell` said; those that say `fail` fail."""
    said: list[tuple[int | None, Any]] = []

    def apply(session: store.Session, instance_key: int | None, payload: Mapping[str, Any]) -> None:
        if payload["say"] == "fail":
            raise LookupError("nobody there")
        said.append((instance_key, payload["say"]))

    def give_up(session: store.Session, instance_key: int | None, payload: Mapping[str, Any], error: str) -> None:
        said.append((instance_key, error))

    monkeypatch.setattr(between, "_applies", {**between._applies})
    monkeypatch.setattr(between, "_give_ups", {**between._give_ups})
    on_command("tell", apply, give_up)
    return said


def tell(say: Any, instance_key: int | None = None) -> None:
    with store.transaction() as session:
        send(session, "tell", instance_key, {"say": say})


def fail_for_good(house: House) -> None:
    for _ in range(between.ATTEMPTS):
        house.rows("UPDATE commands SET due_at = now()")
        apply_due_commands()


@pytest.mark.usefixtures("db")
def test_a_command_is_applied_after_its_senders_commit_only(applied: list[Any]) -> None:
    with store.transaction() as session:
        send(session, "tell", None, {"say": "早"})
        assert applied == []
        after_commit(session, lambda: applied.append("after"))
    assert applied == [(None, "早"), "after"]
    with store.transaction() as session:
        send(session, "tell", None, {"say": "never"})
        session.rollback()
    assert len(applied) == 2


@pytest.mark.usefixtures("house")
def test_a_command_that_fails_is_tried_again_later_and_holds_up_its_instance_only(
    house: House, applied: list[Any], caplog: pytest.LogCaptureFixture
) -> None:
    tell("fail", 1 << 24)
    tell("after it", 1 << 24)
    tell("elsewhere", 2 << 24)
    assert applied == [(2 << 24, "elsewhere")]
    assert "a command failed" in caplog.text
    assert house.rows("SELECT attempts, error, failed_at FROM commands ORDER BY id") == [
        (1, "LookupError: nobody there", None),
        (0, None, None),
    ]
    house.rows("UPDATE commands SET payload = jsonb_set(payload, '{say}', '\"well\"') WHERE attempts = 1")
    assert apply_due_commands() == 0
    house.rows("UPDATE commands SET due_at = now()")
    assert apply_due_commands() == 2
    assert applied[1:] == [(1 << 24, "well"), (1 << 24, "after it")]


@pytest.mark.usefixtures("house")
def test_a_command_that_always_fails_is_given_up_and_its_sender_told(
    house: House, applied: list[Any], caplog: pytest.LogCaptureFixture
) -> None:
    tell("fail", 1 << 24)
    fail_for_good(house)
    assert applied == [(1 << 24, "nobody there")]
    assert "a command is given up" in caplog.text
    assert house.value("SELECT count(*) FROM commands") == 0
    tell("next", 1 << 24)
    assert applied[1:] == [(1 << 24, "next")]


def test_a_command_that_was_given_up_is_tried_again_by_a_person(house: House, applied: list[Any]) -> None:
    house.deploy(diagram(start("s"), user("u"), end("e"), flows("s u e")))
    key = house.start().key
    on_command("ask", lambda session, to, payload: between._applies["tell"](session, to, payload))
    with store.transaction() as session:
        send(session, "ask", key, {"say": "fail"})
    fail_for_good(house)
    with store.transaction() as session:
        (failed,) = failed_commands.search(session)
    assert (failed.kind, failed.instance_key, failed.attempts) == ("ask", key, between.ATTEMPTS)
    assert failed.error == "LookupError: nobody there"
    house.rows("UPDATE commands SET payload = jsonb_set(payload, '{say}', '\"well\"')")
    with store.transaction() as session:
        retry_command(session, failed.id)
    assert applied == [(key, "well")]
    assert house.value("SELECT count(*) FROM commands") == 0
    assert house.told(key)[-1] == ("command_retried", None)
    with store.transaction() as session, pytest.raises(NotFound, match="command_unknown"):
        retry_command(session, failed.id)


def test_a_call_that_was_given_up_is_an_incident_and_nothing_else(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Resolving the incident calls again; a command left to be retried as well would call a second time."""
    house.deploy(CALLER, CHILD)

    def broken(session: store.Session, payload: Mapping[str, Any]) -> None:
        raise OSError("broken")

    with monkeypatch.context() as away:
        away.setattr(calling, "start_called", broken)
        house.start()
        fail_for_good(house)
    key, code = house.row("SELECT key, code FROM incidents WHERE state = 'active'")
    assert code == "call_failed"
    assert house.value("SELECT count(*) FROM commands") == 0
    with store.transaction() as session:
        resolve_incident(session, key)
    assert house.rows("SELECT state FROM instances WHERE process_id = 'child'") == [("active",)]


def test_a_command_of_no_known_kind_fails_and_is_not_lost(house: House) -> None:
    with store.transaction() as session:
        send(session, "unheard_of", None, {})
    assert house.row("SELECT kind, attempts FROM commands") == ("unheard_of", 1)


def test_a_call_applied_twice_starts_one_instance(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    house.deploy(CALLER, CHILD)
    with monkeypatch.context() as dead:
        no_commands_at_once(dead)
        house.start()
    house.rows("INSERT INTO commands (instance_key, kind, payload) SELECT instance_key, kind, payload FROM commands")
    apply_due_commands()
    assert house.value("SELECT count(*) FROM instances WHERE process_id = 'child'") == 1
    assert house.value("SELECT count(*) FROM commands") == 0


def test_an_answer_to_a_token_that_is_gone_is_dropped(house: House) -> None:
    house.deploy(CALLER, CHILD)
    parent = house.start().key
    with store.transaction() as session:
        advance(session, parent, commands.Cancel())
        payload = {"element_key": parent + 1, "outcome": "completed", "variables": {}, "code": "", "message": ""}
        send(session, "return", parent, payload)
    assert house.value("SELECT count(*) FROM commands") == 0
    assert house.state(parent) == "canceled"
