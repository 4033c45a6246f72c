"""A suspended case stands with all it waits for, and goes on from there; what was stuck is tried again from anew."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from engine import store
from engine.errors import Conflict
from engine.instances import resume, suspend
from engine.work import timers, topics
from engine.work.clockwork import Clockwork
from engine.work.contract import Handler
from engine.work.jobs import fail_job, resolve_incident
from engine.work.messages import publish_message
from engine.work.signals import broadcast_signal
from tests.engine.factories import catch, diagram, end, flows, message, parallel, service, signal, start, timer
from tests.engine.work.conftest import MONDAY, Desk

HOUR = timedelta(hours=1)
ALL = diagram(
    start("s"),
    parallel("f"),
    service("j"),
    catch("m", message("word")),
    catch("g", signal("sig")),
    catch("t", timer(duration="PT1H")),
    end("e"),
    flows("s f j e", "f m e", "f g e", "f t e"),
)


def change(work: Callable[[store.Session, int], None], key: int) -> None:
    with store.transaction() as session:
        work(session, key)


def fire() -> None:
    """What a clock does in one look."""
    with ThreadPoolExecutor(1) as pool:
        Clockwork(ZoneInfo("Asia/Shanghai")).fire_due(pool)


def test_jobs_timers_messages_and_signals_stand_and_go_on(desk: Desk) -> None:
    desk.deploy(ALL)
    key = desk.start()
    change(suspend, key)
    before = desk.elements(key)
    with store.transaction() as session:
        publish_message(session, "word", "", {"said": "yes"}, timedelta(), None)
        broadcast_signal(session, "sig", {"rung": True})
    desk.pin(MONDAY + HOUR)
    fire()
    assert desk.activate("work") == []
    assert desk.elements(key) == before
    change(resume, key)
    fire()
    assert sorted(desk.elements(key)[len(before) :]) == ["e", "e", "e", "g", "m", "t"]
    [job] = desk.activate("work")
    assert job.variables == {"said": "yes", "rung": True}


def test_a_job_whose_delivery_came_while_its_case_stood_is_delivered_again_on_going_on(desk: Desk) -> None:
    with store.transaction() as session:
        told = Handler("work", 1, lambda job, port: {}, None, {}, {}, {}, HOUR)
        topics.tell_topics(session, {"work": topics._topic(told)}, "test")
    desk.deploy(ALL)
    key = desk.start()
    change(suspend, key)
    desk.rows("DELETE FROM pgqueuer.pgqueuer")
    change(resume, key)
    job = desk.value("SELECT key FROM jobs")
    assert desk.rows("SELECT entrypoint, convert_from(payload, 'UTF8') FROM pgqueuer.pgqueuer") == [("jobs", str(job))]


def test_the_timer_of_a_case_that_stands_keeps_no_clock_from_the_next_one(desk: Desk) -> None:
    desk.deploy(ALL)
    standing = desk.start()
    change(suspend, standing)
    desk.pin(MONDAY + HOUR)
    desk.start()
    with store.transaction() as session:
        assert timers.next_due(session) == HOUR
    change(resume, standing)
    with store.transaction() as session:
        assert timers.next_due(session) == timedelta()


def test_a_timer_taken_just_before_its_case_is_suspended_fires_when_it_goes_on(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    desk.deploy(diagram(start("s"), catch("t", timer(duration="PT1H")), end("e"), flows("s t e")))
    key = desk.start()
    desk.pin(MONDAY + HOUR)
    take_due = timers.take_due

    def taken(session: store.Session, limit: int) -> list[timers.DueTimer]:
        found = take_due(session, limit)
        if found:
            suspend(session, key)
        return found

    with monkeypatch.context() as late:
        late.setattr(timers, "take_due", taken)
        fire()
    assert desk.rows("SELECT taken_until, attempts FROM timers") == [(None, 0)]
    assert [record for record in caplog.records if record.levelname == "ERROR"] == []
    change(resume, key)
    fire()
    assert desk.state(key) == "completed"


def test_what_was_stuck_is_reset_with_new_tries(desk: Desk) -> None:
    desk.deploy(diagram(start("s"), service("j"), end("e"), flows("s j e")))
    key = desk.start()
    [job] = desk.activate("work")
    with store.transaction() as session:
        fail_job(session, job.key, 0, "broken")
    incident = desk.value("SELECT key FROM incidents")
    change(suspend, key)
    with pytest.raises(Conflict, match="instance_suspended"):
        change(resolve_incident, incident)
    change(resume, key)
    change(resolve_incident, incident)
    assert desk.value("SELECT incidents FROM instances") == 0
    [again] = desk.activate("work", worker="b")
    assert (again.key, again.retries) == (job.key, 1)
