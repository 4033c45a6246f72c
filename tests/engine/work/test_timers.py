"""Timers fired by our clocks: due by case time, taken once, tried again on machine time."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from time import perf_counter
from zoneinfo import ZoneInfo

import pytest

from engine import store
from engine.definitions import zone
from engine.work import timers
from engine.work.clockwork import BATCH, LOOK_AGAIN, SHORTEST, Clockwork
from tests.engine.factories import boundary, catch, diagram, end, flows, start, timer, user
from tests.engine.work.conftest import MONDAY, Desk

HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)
WAITS = diagram(start("s"), catch("c", timer(duration="PT1H")), end("e"), flows("s c e"))
ZONE = ZoneInfo("Asia/Shanghai")


def tick() -> int:
    """What a clock does in one look; gives how many it fired."""
    with ThreadPoolExecutor(2) as pool:
        fired = 0
        clockwork = Clockwork(ZONE)
        while found := clockwork.fire_due(pool):
            fired += found
        return fired


def test_nothing_fires_before_its_time(desk: Desk) -> None:
    desk.deploy(WAITS)
    instance = desk.start()
    desk.pin(MONDAY + HOUR - timedelta(seconds=1))
    assert tick() == 0
    desk.pin(MONDAY + HOUR)
    assert tick() == 1
    assert desk.state(instance) == "completed"
    assert desk.value("SELECT count(*) FROM timers") == 0


class TooEarly(Clockwork):
    """Looks for what is due a moment before something is."""

    def fire_due(self, pool: ThreadPoolExecutor) -> int:
        return 0


def test_what_comes_due_right_after_a_look_does_not_wait_for_the_next_second(desk: Desk) -> None:
    desk.deploy(WAITS)
    with ThreadPoolExecutor(1) as pool:
        assert TooEarly(ZONE)._tick(pool) == LOOK_AGAIN
        desk.start()
        assert TooEarly(ZONE)._tick(pool) == LOOK_AGAIN
        desk.pin(MONDAY + HOUR - timedelta(milliseconds=300))
        assert TooEarly(ZONE)._tick(pool) == timedelta(milliseconds=300)
        desk.pin(MONDAY + HOUR)
        assert TooEarly(ZONE)._tick(pool) == SHORTEST


def test_timers_whose_instances_cannot_be_read_together_fire_each_by_itself(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: object) -> None:
        raise MemoryError("one of them is too large")

    desk.deploy(WAITS)
    cases = [desk.start() for _ in range(3)]
    desk.pin(MONDAY + HOUR)
    monkeypatch.setattr(timers, "see_instances", fail)
    assert tick() == 3
    assert {desk.state(case) for case in cases} == {"completed"}
    assert [record.message for record in caplog.records if record.exc_info] == ["instances could not be read together"]


def test_two_clocks_never_take_the_same_timer(desk: Desk) -> None:
    desk.deploy(WAITS)
    for _ in range(6):
        desk.start()
    desk.pin(MONDAY + HOUR)
    with store.transaction() as session:
        first = timers.take_due(session, 4)
        with ThreadPoolExecutor(1) as pool:
            second = pool.submit(take).result()
    assert len(first) == 4
    assert {t.key for t in first} & {t.key for t in second} == set()
    assert len(second) == 2


def take() -> list[timers.DueTimer]:
    with store.transaction() as session:
        return timers.take_due(session, 10)


def test_a_clock_that_died_leaves_its_timers_to_the_next(desk: Desk) -> None:
    desk.deploy(WAITS)
    instance = desk.start()
    desk.pin(MONDAY + HOUR)
    assert len(take()) == 1
    assert tick() == 0
    desk.rows("UPDATE timers SET taken_until = now() - interval '1 s'")
    assert tick() == 1
    assert desk.state(instance) == "completed"


def test_a_timer_that_cannot_be_fired_waits_longer_each_time_and_holds_up_nobody(desk: Desk) -> None:
    desk.deploy(WAITS)
    broken, sound = desk.start(), desk.start()
    desk.rows('UPDATE instances SET snapshot = \'{"v": 99, "n": 0}\' WHERE key = :key', key=broken)
    desk.pin(MONDAY + HOUR)
    tick()
    assert desk.state(sound) == "completed"
    statement = "SELECT attempts, taken_until - now() AS wait FROM timers"
    attempts, wait = desk.rows(statement)[0]
    assert attempts == 1
    assert timedelta() < wait <= timedelta(seconds=2)
    desk.rows("UPDATE timers SET taken_until = now() - interval '1 s'")
    tick()
    attempts, wait = desk.rows(statement)[0]
    assert attempts == 2
    assert timedelta(seconds=2) < wait <= timedelta(seconds=4)


def test_timers_of_a_suspended_instance_wait(desk: Desk) -> None:
    desk.deploy(WAITS)
    instance = desk.start()
    desk.rows("UPDATE instances SET suspended = true")
    desk.pin(MONDAY + HOUR)
    assert tick() == 0
    desk.rows("UPDATE instances SET suspended = false")
    assert tick() == 1
    assert desk.state(instance) == "completed"


def test_a_repeating_boundary_timer_fires_again_and_again(desk: Desk) -> None:
    desk.deploy(
        diagram(
            start("s"),
            user("t"),
            boundary("b", "t", timer(cycle="R3/PT1H"), interrupting=False),
            end("e"),
            end("f"),
            flows("s t e", "b f"),
        )
    )
    instance = desk.start()
    for hour in range(1, 6):
        desk.pin(MONDAY + hour * HOUR)
        tick()
    assert desk.elements(instance).count("b") == 3


def test_a_timer_starts_instances_at_its_times(desk: Desk) -> None:
    desk.deploy(diagram(start("s", timer(cycle="R2/PT1H")), user("t"), end("e"), flows("s t e")))
    for hour in range(1, 5):
        desk.pin(MONDAY + hour * HOUR)
        tick()
    assert desk.value("SELECT count(*) FROM instances") == 2
    assert desk.value("SELECT count(*) FROM start_events") == 0


def test_a_cycle_missed_while_nothing_ran_fires_once_and_then_from_now_on(desk: Desk) -> None:
    every_hour = timer(cycle="R/PT1H")
    watched = boundary("b", "t", every_hour, interrupting=False)
    desk.deploy(diagram(start("s"), user("t"), watched, end("e"), end("f"), flows("s t e", "b f")))
    desk.deploy(diagram(start("s", every_hour), end("e"), flows("s e"), process_id="q"))
    instance = desk.start()
    for minutes, fired in ((300, 1), (330, 1), (361, 2)):
        desk.pin(MONDAY + minutes * MINUTE)
        while tick():
            pass
        assert desk.elements(instance).count("b") == fired
        assert desk.value("SELECT count(*) FROM instances WHERE process_id = 'q'") == fired


def test_cron_goes_by_the_clocks_of_the_zone(desk: Desk) -> None:
    # nine o'clock in Shanghai is one o'clock UTC
    desk.deploy(diagram(start("s", timer(cycle="0 30 9 ? * MON-FRI")), end("e"), flows("s e")))
    due = desk.value("SELECT due_at FROM start_events")
    assert due == MONDAY + 30 * MINUTE


@pytest.fixture
def in_berlin(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TRUNKLINE_TIMEZONE", "Europe/Berlin")
    zone.cache_clear()
    yield
    zone.cache_clear()


@pytest.mark.usefixtures("in_berlin")
def test_the_zone_is_the_one_that_is_set(desk: Desk) -> None:
    tick = boundary("b", "u", timer(cycle="0 30 9 ? * MON-FRI"), interrupting=False)
    begins = start("s", timer(cycle="0 30 9 ? * MON-FRI"))
    desk.deploy(diagram(begins, end("e"), flows("s e"), process_id="q"))
    desk.deploy(diagram(start("s"), user("u"), tick, end("e"), end("x"), flows("s u e", "b x")))
    desk.start()
    # nine o'clock in Shanghai is two o'clock in Berlin
    due = MONDAY + timedelta(hours=7, minutes=30)
    assert desk.rows("SELECT due_at FROM start_events UNION ALL SELECT due_at FROM timers") == [(due,), (due,)]


def test_only_the_latest_version_starts_by_its_timer(desk: Desk) -> None:
    desk.deploy(diagram(start("s", timer(cycle="R/PT1H")), user("t"), end("e"), flows("s t e")))
    desk.deploy(diagram(start("s"), user("t"), end("e"), flows("s t e")))
    desk.pin(MONDAY + HOUR)
    assert tick() == 0
    assert desk.value("SELECT count(*) FROM instances") == 0


def test_the_next_is_told_by_case_time(desk: Desk) -> None:
    with store.transaction() as session:
        assert timers.next_due(session) is None
    desk.deploy(WAITS)
    desk.start()
    with store.transaction() as session:
        assert timers.next_due(session) == HOUR


def test_many_at_once_are_quick(desk: Desk) -> None:
    desk.deploy(WAITS)
    with store.transaction() as session:
        from engine.instances import start as begin

        for _ in range(2 * BATCH):
            begin(session, process_id="p")
    desk.pin(MONDAY + HOUR)
    began = perf_counter()
    assert tick() == 2 * BATCH
    assert perf_counter() - began < 8
    assert desk.value("SELECT count(*) FROM instances WHERE state = 'completed'") == 2 * BATCH
