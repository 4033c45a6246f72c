"""Advances that go by what they have read without a lock: what somebody else has written meanwhile is never lost."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import psycopg
import pytest

from engine import store
from engine.core import apart, commands
from engine.errors import Conflict, NotFound
from engine.instances import Inside, advance, advance_by, see, seen, suspend
from engine.instances.seen import is_crowded
from engine.store import case_clock
from engine.work import timers
from engine.work.activation import activate_jobs
from engine.work.clockwork import Clockwork
from engine.work.jobs import Lease, complete_job
from tests.engine.factories import (
    boundary,
    catch,
    diagram,
    each,
    end,
    flows,
    message,
    parallel,
    service,
    start,
    timer,
    user,
)
from tests.engine.house import MONDAY, House

HOUR = timedelta(hours=1)
BRANCHES = diagram(
    start("s"), parallel("g"), user("a"), user("b"), parallel("j"), end("e"), flows("s g a j e", "g b j")
)
WAITS = diagram(start("s"), catch("c", timer(duration="PT1H")), end("e"), flows("s c e"))
TASK = "SELECT instance_key, key, element_key FROM tasks WHERE element = :e"
BEGUN = "SELECT coalesce(sum(calls), 0)::int FROM pg_stat_statements WHERE query = 'BEGIN'"


def completing(house: House, element: str, variables: dict[str, Any]) -> Callable[[store.Session], Any]:
    instance, *of_task = house.row(TASK, e=element)
    return lambda session: advance(session, instance, commands.CompleteTask(*of_task, variables))


def elsewhere(work: Callable[[store.Session], Any]) -> None:
    """In a transaction of somebody else's, committed before this returns."""
    with ThreadPoolExecutor(1) as other:
        other.submit(store.retrying, work).result(20)


def overtaken_by(work: Callable[[store.Session], Any], other: Callable[[store.Session], Any]) -> list[bool]:
    """Have `other` commit between the reading and the writing of `work`; gives whether each try went without a lock."""
    tries: list[bool] = []

    def between(session: store.Session) -> None:
        tries.append(store.may_be_overtaken(session))
        work(session)
        if len(tries) == 1:
            elsewhere(other)

    store.retrying(between)
    return tries


def test_an_advance_between_the_reading_and_the_writing_is_seen_at_the_second_try(house: House) -> None:
    house.deploy(BRANCHES)
    key = house.start().key
    tries = overtaken_by(completing(house, "a", {"a": 1}), completing(house, "b", {"b": 2}))
    assert tries == [True, False]
    assert house.state(key) == "completed"
    assert house.variables(key) == {"a": 1, "b": 2}
    assert house.told(key).count(("element_completed", "j")) == 1


def test_a_case_that_is_suspended_meanwhile_stays_as_it_is(house: House) -> None:
    house.deploy(BRANCHES)
    key = house.start().key
    work = completing(house, "a", {})
    with pytest.raises(Conflict, match="instance_suspended"):
        overtaken_by(work, lambda session: suspend(session, key))
    assert house.rows("SELECT state FROM tasks") == [("created",), ("created",)]


@pytest.mark.parametrize("ends", ["commit", "rollback"])
def test_one_that_waits_for_another_goes_by_how_that_ended(house: House, ends: str) -> None:
    house.deploy(BRANCHES)
    key = house.start().key
    mine, others = completing(house, "a", {"a": 1}), completing(house, "b", {"b": 2})
    tries: list[bool] = []

    def try_mine(session: store.Session) -> None:
        tries.append(store.may_be_overtaken(session))
        mine(session)

    with ThreadPoolExecutor(1) as pool:
        with store.transaction() as session:
            others(session)
            store.raw_connection(session)  # it has written, and not committed
            done = pool.submit(store.retrying, try_mine)
            wait_for_the_lock(done)
            if ends == "rollback":
                session.rollback()
        done.result(20)
    assert tries == ([True, False] if ends == "commit" else [True])
    assert house.variables(key) == ({"a": 1, "b": 2} if ends == "commit" else {"a": 1})
    assert house.state(key) == ("completed" if ends == "commit" else "active")


def wait_for_the_lock(done: Any) -> None:
    waits = "SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    with psycopg.connect(store.configured_url(), autocommit=True) as looking:
        while not looking.execute(waits).fetchall():
            assert not done.done()


@pytest.mark.parametrize("has_committed", [True, False], ids=["committed before", "still under way"])
def test_a_job_that_another_worker_takes_over_meanwhile_is_not_completed(house: House, has_committed: bool) -> None:
    house.deploy(diagram(start("s"), service("j"), end("e"), flows("s j e")))
    house.start()
    [first] = store.retrying(lambda session: activate_jobs(session, ["work"], "first", 1, HOUR))

    def complete(session: store.Session) -> None:
        complete_job(session, first.key, {}, Lease("first", first.attempts))

    def run_out_and_lease(session: store.Session) -> None:
        store.raw_connection(session).execute("UPDATE jobs SET lease_until = now() - interval '1 s'")
        assert activate_jobs(session, ["work"], "second", 1, HOUR)

    def complete_while_it_is_taken() -> None:
        with ThreadPoolExecutor(1) as pool:
            with store.transaction() as session:
                run_out_and_lease(session)
                done = pool.submit(store.retrying, complete)
                wait_for_the_lock(done)
            done.result(20)

    with pytest.raises(Conflict, match="job_taken_over"):
        overtaken_by(complete, run_out_and_lease) if has_committed else complete_while_it_is_taken()
    assert house.row("SELECT worker, attempts FROM jobs") == ("second", 2)


def test_the_instance_is_locked_before_its_messages_are(house: House) -> None:
    """Somebody who has its lock may wait for the messages' next, and would never get them."""
    hears = catch("c", message("m", "=k"))
    house.deploy(diagram(start("s"), user("a"), hears, end("e"), flows("s a c e")))
    key = house.start(variables={"k": "1"}).key
    work = completing(house, "a", {})
    held = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND granted"
    with ThreadPoolExecutor(1) as pool:
        with store.transaction() as session:
            connection = store.raw_connection(session)
            connection.execute("SELECT FROM instances WHERE key = %s FOR UPDATE", [key])
            done = pool.submit(store.retrying, work)
            wait_for_the_lock(done)
            assert connection.execute(held).fetchone() == (0,)
        done.result(20)
    assert house.rows("SELECT name, correlation_key FROM subscriptions") == [("m", "1")]


class Task(NamedTuple):
    key: int
    element_key: int


def test_a_message_is_waited_for_by_what_the_case_is_then(house: House) -> None:
    hears = catch("c", message("m", "=k"))
    house.deploy(diagram(start("s"), parallel("g"), user("a"), user("b"), hears, end("e"), flows("s g a c e", "g b e")))
    house.start(variables={"k": "1"})
    instance, key, _ = house.row(TASK, e="a")
    other = completing(house, "b", {"k": "2"})
    decided: list[Task] = []

    def decide(task: Task, _: Any) -> commands.Command:
        decided.append(task)
        if len(decided) == 1:
            elsewhere(other)
        return commands.CompleteTask(*task)

    inside = Inside("tasks", Task, key, NotFound("task_unknown"))
    store.retrying(lambda session: advance_by(session, instance, inside, decide))
    assert len(decided) == 2
    assert house.rows("SELECT name, correlation_key FROM subscriptions") == [("m", "2")]


def test_where_somebody_was_overtaken_whoever_comes_next_locks_at_once(house: House) -> None:
    """Only for a moment, and only there: most of many at one case would else read and write in vain."""
    house.deploy(
        diagram(
            start("s"), user("a"), user("b"), user("c"), user("d"), end("e"), flows("s a e", "s b e", "s c e", "s d e")
        )
    )
    key = house.start().key
    with store.transaction() as session:
        assert not is_crowded(store.engine_of(session), key)
    overtaken_by(completing(house, "a", {}), completing(house, "b", {}))
    with store.transaction() as session:
        assert is_crowded(store.engine_of(session), key)
        assert not is_crowded(store.engine_of(session), key + 2**24)
    third, fourth = completing(house, "c", {"n": 1}), completing(house, "d", {"n": 2})
    with ThreadPoolExecutor(1) as pool:
        with store.transaction() as session:
            third(session)
            store.raw_connection(session)
            done = pool.submit(overtaken_by, fourth, lambda session: None)
            wait_for_the_lock(done)
        # It waited before it read, and was not overtaken.
        assert done.result(20) == [True]
    assert house.variables(key) == {"n": 2}


def test_no_more_instances_are_remembered_than_few(house: House) -> None:
    with store.transaction() as session:
        for key in range(seen.MOST + 5):
            seen.note_overtaken(store.engine_of(session), key)
        assert not is_crowded(store.engine_of(session), 0)
        assert is_crowded(store.engine_of(session), seen.MOST + 4)
        assert sum(is_crowded(store.engine_of(session), key) for key in range(seen.MOST + 5)) <= seen.MOST


def test_an_advance_alone_is_two_statements_that_nothing_has_to_begin(house: House) -> None:
    house.deploy(BRANCHES)
    house.start()
    work = completing(house, "a", {})
    house.value("SELECT 1 FROM pg_stat_statements_reset()")
    before = house.value(BEGUN)
    store.retrying(work)
    assert house.value(BEGUN) - before == 1  # that of the first question


def test_a_transaction_that_nobody_tries_again_locks(house: House) -> None:
    house.deploy(BRANCHES)
    key = house.start().key
    work = completing(house, "a", {})

    def is_locked() -> bool:
        with psycopg.connect(store.configured_url()) as other:
            free = other.execute("SELECT FROM instances WHERE key = %s FOR UPDATE SKIP LOCKED", [key]).fetchone()
            return free is None

    with store.transaction() as session:
        work(session)
        assert is_locked()


@pytest.mark.usefixtures("house")
def test_what_has_committed_before_keeps_a_later_transaction_from_being_overtaken() -> None:
    found: list[bool] = []

    def two() -> None:
        for _ in range(2):
            with store.transaction() as session:
                found.append(store.may_be_overtaken(session))

    store.trying_again(two)
    assert found == [True, False]


def test_tokens_that_lie_apart_are_read_under_the_lock(house: House) -> None:
    wide = user("u", loop=each("=list", "item"))
    house.deploy(diagram(start("s"), wide, end("e"), flows("s u e")))
    key = house.start(variables={"list": list(range(apart.MANY + 1))}).key
    with store.transaction() as session:
        assert see(session, [key]) == {}
    tasks = house.rows("SELECT instance_key, key, element_key FROM tasks ORDER BY key")
    first, second = (lambda s, t=task: advance(s, t[0], commands.CompleteTask(*t[1:])) for task in tasks[:2])
    store.retrying(first)
    store.retrying(second)
    assert house.value("SELECT count(*) FROM tasks WHERE state = 'created'") == apart.MANY - 1


# Timers, whose instances are read together


def sights_of(due: list[timers.DueTimer]) -> dict[int, Any]:
    return store.retrying(lambda session: timers.see_instances(session, due))


def take() -> list[timers.DueTimer]:
    return store.retrying(lambda session: timers.take_due(session, 10))


def fired(timer_: timers.DueTimer, sight: Any) -> tuple[bool, int]:
    """Whether it fired, and at which try."""
    tries = []

    def fire(session: store.Session) -> bool:
        tries.append(session)
        return timers.fire(session, timer_, sight)

    return store.retrying(fire), len(tries)


def test_a_timer_fires_by_how_its_instance_was_seen_a_moment_ago(house: House) -> None:
    house.deploy(WAITS)
    keys = [house.start().key for _ in range(3)]
    house.pin(MONDAY + HOUR)
    due = take()
    sights = sights_of(due)
    assert [fired(one, sights[one.key]) for one in due] == [(True, 1)] * 3
    assert {house.state(key) for key in keys} == {"completed"}
    assert house.rows("SELECT DISTINCT at FROM history WHERE kind = 'timer_fired'") == [(MONDAY + HOUR,)]


def test_a_timer_of_a_case_that_went_on_meanwhile_fires_from_what_it_is_now(house: House) -> None:
    cycle = boundary("b", "a", timer(duration="PT1H"), interrupting=False)
    house.deploy(
        diagram(
            start("s"),
            parallel("g"),
            user("a"),
            user("b2"),
            cycle,
            end("e"),
            end("x"),
            flows("s g a e", "g b2 e", "b x"),
        )
    )
    key = house.start().key
    house.pin(MONDAY + HOUR)
    [due] = take()
    sights = sights_of([due])
    house.complete("b2", {"n": 1})
    assert fired(due, sights[due.key]) == (True, 2)
    assert house.variables(key) == {"n": 1}
    house.complete("a")
    assert house.state(key) == "completed"
    assert house.told(key).count(("timer_fired", "b")) == 1


def test_a_timer_that_is_cancelled_after_it_was_seen_does_not_fire(house: House) -> None:
    house.deploy(
        diagram(start("s"), user("a"), boundary("b", "a", timer(duration="PT1H")), end("e"), flows("s a e", "b e"))
    )
    key = house.start().key
    house.pin(MONDAY + HOUR)
    [due] = take()
    sights = sights_of([due])
    house.complete("a")
    assert fired(due, sights[due.key]) == (False, 2)
    assert ("timer_fired", "b") not in house.told(key)


def test_a_clock_that_is_moved_after_the_look_is_read_again(house: House) -> None:
    house.deploy(WAITS)
    key = house.start().key
    house.pin(MONDAY + HOUR)
    [due] = take()
    sights = sights_of([due])
    house.pin(MONDAY + 2 * HOUR)
    assert fired(due, sights[due.key]) == (True, 2)
    at = "SELECT at FROM history WHERE instance_key = :key AND kind = 'timer_fired'"
    assert house.value(at, key=key) == MONDAY + 2 * HOUR


def test_several_timers_of_one_case_all_fire_in_one_look(house: House) -> None:
    house.deploy(
        diagram(
            start("s"),
            user("a"),
            *(boundary(f"b{n}", "a", timer(duration=f"PT{n}M"), interrupting=False) for n in range(1, 6)),
            end("e"),
            flows("s a e", *(f"b{n} e" for n in range(1, 6))),
        )
    )
    key = house.start().key
    house.pin(MONDAY + HOUR)
    with ThreadPoolExecutor(2) as pool:
        assert Clockwork(ZoneInfo("UTC")).fire_due(pool) == 5
    assert [element for kind, element in house.told(key) if kind == "timer_fired"] == [f"b{n}" for n in range(1, 6)]


def test_a_reading_of_the_case_clock_goes_on_unless_it_is_pinned(house: House) -> None:
    def read() -> case_clock.Reading:
        with store.transaction() as session:
            [[text]] = store.seen_rows(session, case_clock.READ_CLOCK, {})
        assert text is not None
        return case_clock.Reading.of(text)

    house.pin(MONDAY)
    assert read().now() == MONDAY
    with store.transaction() as session:
        case_clock.move_to(session, MONDAY)
    going = read()
    first, second = going.now(), going.now()
    assert MONDAY <= first < second < MONDAY + HOUR
    assert going.version == read().version
    house.pin(MONDAY)
    assert going.version != read().version
