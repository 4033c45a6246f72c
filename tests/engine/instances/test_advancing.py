"""Advancing instances: what commands write, what stays when they are stale, late or wrong, and what it costs."""

import threading
from datetime import timedelta
from typing import Any

import psycopg
import pytest

from engine import store
from engine.core import commands
from engine.directory.acting import Actor, acting
from engine.errors import Conflict, Invalid, NotFound
from engine.instances import advance, cancel, resume, set_variables, suspend
from tests.engine.factories import (
    boundary,
    catch,
    diagram,
    each,
    end,
    error,
    exclusive,
    flows,
    message,
    parallel,
    receive,
    script,
    service,
    start,
    sub,
    timer,
    user,
)
from tests.engine.house import MONDAY, House

ONE_TASK = diagram(start("s"), user("u", "GD-GZ.crc.duty"), end("e"), flows("s u e"))
LIMITED = {"limit": '={value: 4, unit: "h", warning: 0.8}'}


def test_completing_a_task_ends_the_instance(house: House) -> None:
    house.deploy(ONE_TASK)
    key = house.start().key
    with acting(Actor("wang", "web")):
        house.complete("u", {"answer": "好"})
    assert house.state(key) == "completed"
    assert house.variables(key) == {"answer": "好"}
    row = house.row("SELECT state, completed_at, completed_by FROM tasks")
    assert row == ("completed", MONDAY, "wang")


def test_completing_twice_is_stale_and_changes_nothing(house: House) -> None:
    house.deploy(diagram(start("s"), user("u"), user("v"), end("e"), flows("s u v e")))
    house.start()
    key, element_key, instance_key = house.row("SELECT key, element_key, instance_key FROM tasks")
    command = commands.CompleteTask(key, element_key, {"n": 1})
    assert not house.advance(instance_key, command).stale
    before = house.everything()
    assert house.advance(instance_key, command).stale
    assert house.everything() == before


def test_an_ended_instance_takes_no_command(house: House) -> None:
    house.deploy(ONE_TASK)
    key = house.start().key
    house.complete("u")
    before = house.everything()
    assert house.advance(key, commands.Cancel()).stale
    with store.transaction() as session, pytest.raises(Conflict) as refused:
        cancel(session, key)
    assert refused.value.code == "instance_ended"
    assert house.everything() == before


def test_an_unknown_instance_is_not_found(house: House) -> None:
    with pytest.raises(NotFound):
        house.advance(7 << 24, commands.Cancel())


def test_a_value_the_database_cannot_hold_is_refused_and_changes_nothing(house: House) -> None:
    house.deploy(ONE_TASK)
    house.start()
    before = house.everything()
    with pytest.raises(Invalid) as refused:
        house.complete("u", {"text": "a\0b"})
    assert refused.value.code == "value_not_storable"
    assert house.everything() == before


def test_cancelling_ends_all_that_waits(house: House) -> None:
    house.deploy(
        diagram(
            start("s"),
            parallel("g"),
            user("u", properties=LIMITED),
            service("j"),
            receive("r", "m", "=1"),
            end("e"),
            flows("s g u e", "g j e", "g r e"),
        )
    )
    key = house.start().key
    assert [house.value(f"SELECT count(*) FROM {table}") for table in ("timers", "jobs", "subscriptions")] == [1, 1, 1]
    with store.transaction() as session:
        cancel(session, key)
    assert house.state(key) == "canceled"
    assert [house.value(f"SELECT count(*) FROM {table}") for table in ("timers", "jobs", "subscriptions")] == [0, 0, 0]
    assert house.value("SELECT state FROM tasks") == "canceled"


def test_variables_of_a_scope_go_with_it(house: House) -> None:
    inner = sub("w", start("a"), user("u"), end("b"), flows("a u b"), inputs={"mine": "=1"}, outputs={"out": "=mine"})
    house.deploy(diagram(start("s"), inner, user("v"), end("e"), flows("s w v e")))
    key = house.start().key
    assert house.value("SELECT count(*) FROM variables WHERE scope_key <> :key", key=key) == 1
    house.complete("u")
    assert house.rows("SELECT scope_key, name, value FROM variables") == [(key, "out", 1)]


def test_every_branch_sees_the_results_of_the_others(house: House) -> None:
    house.deploy(
        diagram(
            start("s"),
            parallel("g"),
            user("a"),
            user("b"),
            parallel("j"),
            script("t", "x + y", "z"),
            end("e"),
            flows("s g a j t e", "g b j"),
        )
    )
    key = house.start().key
    house.complete("b", {"y": 2})
    house.complete("a", {"x": 1})
    assert house.variables(key) == {"x": 1, "y": 2, "z": 3}


def test_a_loop_of_instances_collects_in_order(house: House) -> None:
    loop = each("=[10, 20]", "item", collect="all", output="=item + n")
    house.deploy(diagram(start("s"), user("u", loop=loop), end("e"), flows("s u e")))
    key = house.start().key
    for task, element_key in reversed(house.rows("SELECT key, element_key FROM tasks ORDER BY key")):
        with store.transaction() as session:
            set_variables(session, element_key, {"n": 1}, local=True)
        house.advance(key, commands.CompleteTask(task, element_key))
    assert house.variables(key) == {"all": [11, 21]}


def test_a_warning_marks_the_task_and_asks_for_a_reminder(house: House) -> None:
    house.deploy(diagram(start("s"), user("u", properties=LIMITED), end("e"), flows("s u e")))
    key = house.start().key
    timer_key, element_key, element, kind = house.row("SELECT key, element_key, element, kind FROM timers")
    house.pin(MONDAY + timedelta(hours=3.2))
    house.advance(key, commands.FireTimer(timer_key, element_key, element, kind))
    assert house.row("SELECT warned_at, overdue_at FROM tasks") == (MONDAY + timedelta(hours=3.2), None)
    assert house.row("SELECT kind, due_at FROM timers") == ("due", MONDAY + timedelta(hours=4))
    job = house.row("SELECT kind, type, variables FROM jobs")
    assert job == (
        "REMINDER",
        "notify.reminder",
        {"kind": "warning", "task": {"key": str(house.value("SELECT key FROM tasks")), "element": "u"}},
    )


def test_a_held_case_says_so_and_its_due_times_move(house: House) -> None:
    house.deploy(
        diagram(
            start("s"),
            parallel("g"),
            user("u", properties=LIMITED),
            user("stop", properties={"hold": "begin"}),
            user("go", properties={"hold": "end"}),
            end("e"),
            flows("s g u e", "g stop go e"),
        )
    )
    house.start()
    house.complete("stop")
    assert house.row("SELECT i.held, (SELECT count(*) FROM timers) FROM instances i") == (True, 0)
    house.pin(MONDAY + timedelta(hours=1))
    house.complete("go")
    assert house.value("SELECT held FROM instances") is False
    assert house.value("SELECT due_at FROM tasks WHERE element = 'u'") == MONDAY + timedelta(hours=5)


# Jobs and incidents


def test_a_failed_job_comes_again_after_its_back_off(house: House) -> None:
    house.deploy(diagram(start("s"), service("j"), end("e"), flows("s j e")))
    house.rows("INSERT INTO handlers VALUES ('work', 1, '{}', '{}', '{}', 'w', now())")
    key = house.start().key
    house.rows("UPDATE jobs SET state = 'activated', worker = 'w', lease_until = now(), attempts = 1")
    job, element_key = house.row("SELECT key, element_key FROM jobs")
    house.advance(key, commands.FailJob(job, element_key, 2, "no line", timedelta(seconds=90)))
    row = house.row(
        "SELECT state, retries, attempts, worker, error_message, available_at - now() > interval '80 s' FROM jobs"
    )
    assert row == ("created", 2, 1, None, "no line", True)
    waits = house.rows("SELECT execute_after - created > interval '80 s' FROM pgqueuer.pgqueuer ORDER BY id")
    assert waits == [(False,), (True,)]


def test_a_job_without_retries_is_an_incident_until_somebody_resolves_it(house: House) -> None:
    house.deploy(diagram(start("s"), service("j"), end("e"), flows("s j e")))
    key = house.start().key
    job, element_key = house.row("SELECT key, element_key FROM jobs")
    house.advance(key, commands.FailJob(job, element_key, 0, "no line"))
    assert house.value("SELECT incidents FROM instances") == 1
    assert house.value("SELECT state FROM jobs") == "failed"
    incident, kind, state = house.row("SELECT key, kind, state FROM incidents")
    assert (kind, state) == ("JOB_NO_RETRIES", "active")
    house.advance(key, commands.ResolveIncident(incident, element_key, 2))
    assert house.value("SELECT incidents FROM instances") == 0
    assert house.row("SELECT state, resolved_at FROM incidents") == ("resolved", MONDAY)
    assert house.row("SELECT state, retries, attempts FROM jobs") == ("created", 2, 0)
    house.finish("j")
    assert house.state(key) == "completed"


def test_an_error_goes_to_the_boundary_that_catches_it(house: House) -> None:
    house.deploy(
        diagram(
            start("s"),
            service("j"),
            boundary("b", "j", error("adapter_failed")),
            user("u"),
            end("e"),
            end("f"),
            flows("s j e", "b u f"),
        )
    )
    key = house.start().key
    job, element_key = house.row("SELECT key, element_key FROM jobs")
    house.advance(key, commands.FailJob(job, element_key, 0, "no line"))
    assert house.value("SELECT count(*) FROM jobs") == 0
    assert house.value("SELECT element FROM tasks") == "u"
    assert house.value("SELECT incidents FROM instances") == 0


def test_a_condition_that_is_neither_true_nor_false_is_an_incident(house: House) -> None:
    house.deploy(
        diagram(start("s"), exclusive("x"), end("e"), end("f"), flows("s x e", "x f", x_e="=n > 1", x_f="=n <= 1"))
    )
    key = house.start().key
    incident, element_key, kind = house.row("SELECT key, element_key, kind FROM incidents")
    assert kind == "CONDITION_ERROR"
    with store.transaction() as session:
        set_variables(session, key, {"n": 2})
    house.advance(key, commands.ResolveIncident(incident, element_key))
    assert house.state(key) == "completed"
    assert ("element_completed", "e") in house.told(key)


def test_timers_and_events_close_each_other(house: House) -> None:
    house.deploy(
        diagram(
            start("s"),
            user("u"),
            boundary("b", "u", timer(duration="PT2H")),
            catch("c", message("m", "=no")),
            end("e"),
            end("f"),
            flows("s u e", "b c f"),
        )
    )
    key = house.start(variables={"no": "7"}).key
    timer_key, element_key, element, kind = house.row("SELECT key, element_key, element, kind FROM timers")
    house.advance(key, commands.FireTimer(timer_key, element_key, element, kind))
    assert house.value("SELECT state FROM tasks") == "canceled"
    row = house.row("SELECT key, element_key, element, kind, name, correlation_key FROM subscriptions")
    assert row[3:] == ("message", "m", "7")
    house.advance(key, commands.Deliver(*row[:3], {"got": 1}))
    assert house.state(key) == "completed"
    assert house.value("SELECT count(*) FROM subscriptions") == 0


# Suspended


def test_a_suspended_instance_waits_for_the_operator(house: House) -> None:
    house.deploy(ONE_TASK)
    key = house.start().key
    with store.transaction() as session:
        suspend(session, key)
    before = house.everything()
    with pytest.raises(Conflict) as refused:
        house.complete("u")
    assert refused.value.code == "instance_suspended"
    with pytest.raises(Conflict), store.transaction() as session:
        suspend(session, key)
    assert house.everything() == before
    with store.transaction() as session:
        resume(session, key)
    house.complete("u")
    assert house.state(key) == "completed"
    kinds = [kind for kind, _ in house.told(key)]
    assert kinds.index("instance_suspended") < kinds.index("instance_resumed")


def test_a_suspended_instance_can_be_cancelled(house: House) -> None:
    house.deploy(ONE_TASK)
    key = house.start().key
    with store.transaction() as session:
        suspend(session, key)
        cancel(session, key)
    assert house.state(key) == "canceled"


# Together and again


def test_two_who_complete_one_task_at_once_are_served_one_after_the_other(house: House) -> None:
    house.deploy(diagram(start("s"), user("u"), user("v"), end("e"), flows("s u v e")))
    house.start()
    key, element_key, instance_key = house.row("SELECT key, element_key, instance_key FROM tasks")
    together = threading.Barrier(2)
    stale: list[bool] = []

    def complete() -> None:
        with store.transaction() as session:
            together.wait(10)
            stale.append(advance(session, instance_key, commands.CompleteTask(key, element_key)).stale)

    threads = [threading.Thread(target=complete) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(stale) == [False, True]
    assert house.rows("SELECT element, state FROM tasks ORDER BY key") == [("u", "completed"), ("v", "created")]


def test_branches_of_one_case_completed_by_many_at_once_all_arrive(house: House) -> None:
    branches = [user(f"u{n}") for n in range(8)]
    ways = [f"g u{n} j" for n in range(8)]
    house.deploy(diagram(start("s"), parallel("g"), *branches, parallel("j"), end("e"), flows("s g", *ways, "j e")))
    key = house.start().key
    threads = [threading.Thread(target=house.complete, args=(f"u{n}", {f"v{n}": n})) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert house.state(key) == "completed"
    assert house.variables(key) == {f"v{n}": n for n in range(8)}


def test_a_record_that_is_not_where_the_snapshot_says_stops_the_advance(house: House) -> None:
    house.deploy(ONE_TASK)
    house.start()
    key, element_key, instance_key = house.row("SELECT key, element_key, instance_key FROM tasks")
    house.rows("UPDATE tasks SET state = 'canceled', completed_at = now()")
    before = house.everything()
    with pytest.raises(RuntimeError, match="tasks_changed"):
        house.advance(instance_key, commands.CompleteTask(key, element_key))
    assert house.everything() == before


# What it costs


def counted_since(server: store.EmbeddedServer, url: str, reset: bool = False) -> dict[str, int]:
    """Statement → how often it ran in the test's database, without BEGIN and COMMIT.

    Word of changes is gathered and sent beside it, once for many: neither it nor its connection's settings count.
    """
    name = str(psycopg.conninfo.conninfo_to_dict(url)["dbname"])
    with psycopg.connect(server.superuser_url(name), autocommit=True) as connection:
        if reset:
            connection.execute("SELECT pg_stat_statements_reset()")
        rows = connection.execute(
            "SELECT s.query, s.calls FROM pg_stat_statements s JOIN pg_database d ON d.oid = s.dbid"
            " WHERE d.datname = %s AND s.toplevel AND s.query NOT LIKE '%%pg_stat_statements%%'",
            [name],
        ).fetchall()
    beside = ("BEGIN", "COMMIT", "SET ", "SELECT pg_notify")
    return {query: calls for query, calls in rows if not query.startswith(beside)}


@pytest.mark.parametrize("form", [False, True], ids=["plain", "with a form"])
def test_completing_a_user_task_is_ten_statements_at_most(
    house: House, server: store.EmbeddedServer, form: bool
) -> None:
    given: dict[str, Any] = {"form": "f"} if form else {}
    task = user("v", "GD-SZ.noc.duty", properties=LIMITED, **given)
    house.deploy(
        diagram(
            start("s"),
            user("u", "GD-GZ.crc.duty", properties=LIMITED),
            script("t", "n + 1", "m"),
            parallel("g"),
            task,
            service("j"),
            receive("r", "m", "=no"),
            end("e"),
            flows("s u t g v e", "g j e", "g r e"),
        ),
        ("f.form", b'{"id": "f", "components": []}'),
    )
    house.rows("INSERT INTO handlers VALUES ('work', 1, '{}', '{}', '{}', 'w', now())")
    house.start(variables={"no": "1"})
    counted_since(server, house.url, reset=True)
    house.complete("u", {"n": 1})
    counted = counted_since(server, house.url)
    # the look-up of the task, one of the ten, was a transaction of its own here and read the clock too
    assert 2 < sum(counted.values()) - 1 <= 10, counted
    assert house.value("SELECT count(*) FROM timers") == 1
    assert house.value("SELECT count(*) FROM pgqueuer.pgqueuer") == 1
    assert house.value("SELECT count(*) FROM subscriptions") == 1
