"""Upkeep, waiting for jobs, and reminders with their recipients."""

import threading
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest

from engine import store
from engine.directory.people import add_person
from engine.instances import start as begin
from engine.store.models import Unit
from engine.work import timers, topics, upkeep
from engine.work.commands import apply_left_commands, queue_left_commands
from engine.work.contract import Handler, Job, Port
from engine.work.long_poll import activate_or_wait
from engine.work.running import Runner
from tests.engine.factories import call, diagram, end, file, flows, process, service, start, user
from tests.engine.work.conftest import MONDAY, Desk

ANYTHING = {"type": "object"}
ONE_JOB = diagram(start("s"), service("t", "ask"), end("e"), flows("s t e"))
MINUTE = timedelta(minutes=1)


def told(topic: str, function: Any = lambda job, port: {}) -> dict[str, topics.Topic]:
    table = {topic: topics._topic(Handler(topic, 1, function, None, ANYTHING, ANYTHING, {}, MINUTE))}
    with store.transaction() as session:
        topics.tell_topics(session, table, "test")
    return table


def queued(desk: Desk) -> int:
    return int(desk.value("SELECT count(*) FROM pgqueuer.pgqueuer WHERE entrypoint = 'jobs'"))


def again() -> int:
    with store.transaction() as session:
        return upkeep.queue_forgotten_jobs(session)


def test_a_delivery_that_got_lost_is_made_again_once(desk: Desk) -> None:
    told("ask")
    desk.deploy(ONE_JOB)
    desk.start()
    assert again() == 0
    desk.rows("DELETE FROM pgqueuer.pgqueuer")
    assert again() == 0, "it may be on its way"
    desk.rows("UPDATE jobs SET available_at = now() - interval '1 min'")
    assert again() == 1
    assert again() == 0
    assert queued(desk) == 1


def test_the_job_of_a_dead_worker_is_queued_and_that_of_a_foreign_one_is_not(desk: Desk) -> None:
    told("ask")
    desk.deploy(ONE_JOB)
    desk.start()
    desk.rows("DELETE FROM pgqueuer.pgqueuer")
    lease = "UPDATE jobs SET state = 'activated', worker = :worker, lease_until = now() + interval '1 h'"
    desk.rows(lease, worker="foreign")
    assert again() == 0
    desk.rows(lease, worker="trunkline/host/1/12345")
    assert again() == 1


def test_a_topic_nobody_serves_any_more_is_forgotten(desk: Desk) -> None:
    told("ask")
    desk.deploy(ONE_JOB)
    desk.start()
    desk.rows("UPDATE handlers SET seen_at = now() - interval '2 days'")
    with store.transaction() as session:
        topics.topics_seen(session, [])
    assert desk.value("SELECT handled FROM jobs") is False
    assert desk.value("SELECT count(*) FROM handlers") == 0


def test_a_newer_handler_told_by_another_worker_stays(desk: Desk) -> None:
    told("ask")
    desk.rows("UPDATE handlers SET version = 7")
    told("ask")
    assert desk.value("SELECT version FROM handlers") == 7


def test_commands_left_behind_are_queued_and_applied(desk: Desk) -> None:
    desk.deploy(
        file(
            process(start("s"), call("c", "q"), end("e"), flows("s c e"), process_id="p"),
            process(start("s2"), end("e2"), flows("s2 e2"), process_id="q"),
        )
    )
    desk.rows("ALTER TABLE commands ALTER due_at SET DEFAULT now() + interval '1 h'")
    caller = desk.start()
    desk.rows("ALTER TABLE commands ALTER due_at SET DEFAULT now()")
    desk.rows("UPDATE commands SET due_at = now(), created_at = now() - interval '1 min'")
    with store.transaction() as session:
        assert queue_left_commands(session) == 1
    assert desk.value("SELECT count(*) FROM pgqueuer.pgqueuer WHERE entrypoint = 'commands'") == 1
    assert apply_left_commands() is None
    assert desk.state(caller) == "completed"


def test_history_has_room_for_months_to_come(desk: Desk) -> None:
    with store.transaction() as session:
        upkeep.make_history_partitions(session)
    count = "SELECT count(*) FROM pg_inherits WHERE inhparent = 'history'::regclass"
    assert desk.value(count) >= 4


def test_waiting_ends_with_the_first_job(desk: Desk) -> None:
    desk.deploy(ONE_JOB)
    found: list[Any] = []
    looked = threading.Event()

    class Looking(threading.Event):
        """Tells that the first look was in vain."""

        def wait(self, timeout: float | None = None) -> bool:
            looked.set()
            return super().wait(timeout)

    waiter = threading.Thread(
        target=lambda: found.extend(activate_or_wait(["ask"], "a", 5, MINUTE, wait=MINUTE, ended=Looking()))
    )
    waiter.start()
    assert looked.wait(20)
    with store.transaction() as session:
        key = begin(session, process_id="p").key
    waiter.join(20)
    assert [job.instance_key for job in found] == [key]


def test_waiting_ends_when_its_time_is_over_or_the_process_ends(desk: Desk) -> None:
    assert activate_or_wait(["ask"], "a", 5, MINUTE) == []
    ended = threading.Event()
    ended.set()
    assert activate_or_wait(["ask"], "a", 5, MINUTE, wait=MINUTE, ended=ended) == []


@pytest.fixture
def people(desk: Desk) -> Iterator[None]:
    """Two on duty in Guangzhou, one of them the lead, and one elsewhere."""
    with store.transaction() as session:
        for id_, parent, level in (("HQ", None, "hq"), ("GD", "HQ", "prov"), ("GD-GZ", "GD", "city")):
            session.add(Unit(id=id_, parent=parent, level=level, name=id_, name_en=id_, pinyin=id_))
            session.flush()
        add_person(session, "li", "李", "GD-GZ", groups=["GD-GZ.crc.duty"], mail="li@gz.example")
        add_person(session, "chen", "陈", "GD-GZ", groups=["GD-GZ.crc.duty_lead"], mail="chen@gz.example")
        add_person(session, "wu", "吴", "GD", groups=["GD.crc.duty"], mail="wu@gd.example")
    return


@pytest.mark.usefixtures("people")
def test_a_reminder_goes_to_the_candidates_and_their_lead_with_what_they_need(desk: Desk) -> None:
    seen: list[Job] = []

    def remind(job: Job, port: Port) -> dict[str, Any]:
        seen.append(job)
        return {}

    table = told("notify.reminder", remind)
    limit = {"limit": '={value: 100, unit: "min", warning: 0.8}'}
    task = user("t", "GD-GZ.crc.duty, sales", properties=limit, name="受理")
    desk.deploy(diagram(start("s"), task, end("e"), flows("s t e"), name="故障处理"))
    desk.start()
    desk.pin(MONDAY + timedelta(minutes=80))
    with store.transaction() as session:
        [due] = timers.take_due(session, 5)
    with store.transaction() as session:
        assert timers.fire(session, due)
    Runner("trunkline/test/1/1", table).run(int(desk.value("SELECT key FROM jobs")))
    [job] = seen
    assert job.variables["kind"] == "warning"
    assert job.variables["task"]["name"] == "受理"
    assert job.variables["process"] == "故障处理"
    assert job.variables["due"].startswith("2026-11-23T02:40")
    assert {one["mail"] for one in job.variables["recipients"]} == {"li@gz.example", "chen@gz.example"}
    assert desk.value("SELECT count(*) FROM jobs") == 0
    assert desk.value("SELECT state FROM tasks") == "created"


def test_history_is_dropped_by_whole_months_and_kept_for_ever_without_a_setting(desk: Desk) -> None:
    with store.transaction() as session:
        raw = store.raw_connection(session)
        raw.execute(
            "CREATE TABLE history_2020_05 PARTITION OF history FOR VALUES FROM ('2020-05-01') TO ('2020-06-01')"
        )
        assert upkeep.drop_old_history(session, 0) == []
        assert upkeep.drop_old_history(session, 1200) == []
        assert upkeep.drop_old_history(session, 1) == ["history_2020_05"]
        assert upkeep.drop_old_history(session, 1) == []


@pytest.mark.parametrize(
    ("now", "told"),
    [("2026-10-31T23:30", []), ("2026-11-01T00:30", [("2026-12-31", 1)]), ("2027-02-01T09:00", [("2026-12-31", 1)])],
)
def test_unknown_holidays_are_logged(desk: Desk, caplog: pytest.LogCaptureFixture, now: str, told: list[Any]) -> None:
    # In Shanghai they are due on the last known day and on the next one, in UTC both on the last.
    for process_id, due in (("p", "2026-12-31T23:30:00+08:00"), ("q", "2027-01-01T07:00:00+08:00")):
        due_then = user("t", due=due)
        desk.deploy(diagram(start("s"), due_then, end("e"), flows("s t e"), process_id=process_id))
        desk.start(process_id)
    desk.pin(datetime.fromisoformat(f"{now}:00+08:00"))
    with store.transaction() as session:
        upkeep.tell_of_unknown_holidays(session)
    records = [record for record in caplog.records if record.name == upkeep.__name__]
    assert [(record.known_until, record.tasks_due_later) for record in records] == told
