"""Threads that want different things of the same instances at once, and a case clock that is put back."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta
from typing import Any

import psycopg

from engine import store
from engine.core import commands
from engine.errors import Conflict, NotFound
from engine.instances import advance, apply_due_commands, cancel, start
from engine.work import timers
from engine.work.messages import publish_message
from tests.engine.factories import boundary, call, catch, diagram, end, flows, message, timer, user
from tests.engine.factories import start as begin
from tests.engine.house import MONDAY, House

HOUR = timedelta(hours=1)
PLAIN = diagram(begin("s"), user("t"), end("e"), flows("s t e"), process_id="q")
CALLER = diagram(begin("s"), call("k", "q"), user("u"), end("e"), flows("s k u e"))


def together(work: list[Callable[[store.Session], Any]]) -> None:
    """Each in a transaction of its own, eight at a time; what comes too late is refused and nothing else."""

    def one(wanted: Callable[[store.Session], Any]) -> None:
        with suppress(Conflict, NotFound):
            store.retrying(wanted)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(one, work))
    while apply_due_commands():
        pass


def test_callers_are_cancelled_while_what_they_called_completes(house: House) -> None:
    house.deploy(CALLER, PLAIN)
    callers = [house.start().key for _ in range(8)]
    tasks = house.rows("SELECT instance_key, key, element_key FROM tasks")
    completions = [lambda s, t=task: advance(s, t[0], commands.CompleteTask(*t[1:], {})) for task in tasks]
    cancellations = [lambda s, key=key: cancel(s, key) for key in callers]
    together([one for pair in zip(completions, cancellations, strict=True) for one in pair])
    assert house.rows("SELECT DISTINCT state FROM instances WHERE process_id = 'p'") == [("canceled",)]
    assert house.rows("SELECT 1 FROM instances WHERE state = 'active'") == []
    assert house.rows("SELECT 1 FROM tasks WHERE state = 'created'") == []
    assert house.rows("SELECT 1 FROM commands") == []
    ended = "SELECT instance_key FROM history WHERE kind IN ('instance_completed', 'instance_canceled')"
    assert sorted(house.rows(ended)) == sorted(house.rows("SELECT key FROM instances"))


def test_hundreds_of_messages_meet_their_receivers_in_whatever_order_both_come(house: House) -> None:
    house.deploy(diagram(begin("s"), catch("c", message("m", "=k")), end("e"), flows("s c e")))
    keys = [str(number) for number in range(150)]
    published = [lambda s, k=key: publish_message(s, "m", k, {"got": k}, HOUR, k) for key in keys]
    started = [lambda s, k=key: start(s, process_id="p", variables={"k": k}) for key in keys]
    together([one for pair in zip(published, started, strict=True) for one in pair])
    assert house.rows("SELECT state, count(*) FROM instances GROUP BY 1") == [("completed", len(keys))]
    got = house.rows("SELECT value FROM variables WHERE name = 'got'")
    assert sorted(value for (value,) in got) == sorted(keys)


def test_who_waited_for_an_instance_goes_on_from_what_the_other_has_left(house: House) -> None:
    """Its variables too, which are read with the statement that waits."""
    asks = diagram(
        begin("s"), user("a"), user("b"), user("x"), end("e"), flows("s a", "s b", "a x e", "b e", a_x="=n > 1")
    )
    house.deploy(asks)
    key = house.start(variables={"n": 1}).key
    first, second = house.rows("SELECT key, element_key FROM tasks ORDER BY element DESC")
    waits = "SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    with ThreadPoolExecutor(1) as pool:
        with store.transaction() as session:
            advance(session, key, commands.CompleteTask(*first, {"n": 2}))
            store.raw_connection(session)  # has it written, not committed
            done = pool.submit(
                store.retrying, lambda session: advance(session, key, commands.CompleteTask(*second, {}))
            )
            with psycopg.connect(store.configured_url(), autocommit=True) as looking:
                while not looking.execute(waits).fetchall():
                    assert not done.done()
        done.result(20)
    assert house.rows("SELECT element FROM tasks WHERE state = 'created'") == [("x",)]


def test_a_clock_that_is_put_back_fires_nothing_twice_and_nothing_early(house: House) -> None:
    cycle = boundary("b", "u", timer(cycle="R3/PT1H"), interrupting=False)
    house.deploy(diagram(begin("s"), user("u"), cycle, end("e"), flows("s u e", "b e")))
    key = house.start().key

    def fired_at(moment: Any) -> int:
        house.pin(moment)
        with store.transaction() as session:
            due = timers.take_due(session, 10)
        for one in due:
            with store.transaction() as session:
                timers.fire(session, one)
        return house.told(key).count(("timer_fired", "b"))

    assert fired_at(MONDAY + HOUR) == 1
    assert fired_at(MONDAY - 72 * HOUR) == 1
    assert fired_at(MONDAY + HOUR) == 1
    assert fired_at(MONDAY + 2 * HOUR) == 2
