"""Python handlers run: what they are given, what their answers do, and what happens when they break."""

import logging
import subprocess
import sys
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from decimal import Decimal
from typing import Any

import psycopg
import pytest

from engine import BpmnError, Handler, Invalid, Job, Port, Retry, store
from engine.errors import Unavailable
from engine.instances import apply_due_commands, cancel, resume, suspend
from engine.instances import start as begin
from engine.work import jobs, leasing, running, topics
from engine.work.alive import new_worker_name
from engine.work.running import Runner
from tests.engine.factories import boundary, diagram, end, error, flows, service, start
from tests.engine.work.conftest import Desk

PORT = Port("mail", {"retry_after_s": [5, 30]})
NUMBER = {"type": "object", "required": ["n"], "properties": {"n": {"type": "number"}}}
ANYTHING = {"type": "object"}
Function = Callable[[Job, Port], Any]


def runner(function: Function, port: str | None = "mail", output: Any = ANYTHING, ports: Any = None) -> Runner:
    handler = Handler("ask", 1, function, port, NUMBER, output, {}, timedelta(minutes=1))
    table = {"ask": topics._topic(handler)}
    with store.transaction() as session:
        topics.tell_topics(session, table, "test")
    return Runner(new_worker_name()[0], table, {"mail": PORT} if ports is None else ports)


@pytest.fixture
def begun(desk: Desk) -> Callable[..., int]:
    """Start a case with one job of topic `ask`, whose error `no` is caught; gives the instance's key."""

    def beginning(**variables: Any) -> int:
        parts = [start("s"), service("t", "ask"), boundary("b", "t", error("no")), end("e"), end("f")]
        desk.deploy(diagram(*parts, flows("s t e", "b f")))
        return desk.start(**variables)

    return beginning


def job_key(desk: Desk) -> int:
    return int(desk.value("SELECT key FROM jobs"))


def waiting(desk: Desk) -> tuple[str, int, int, str | None]:
    found = desk.rows("SELECT state, retries, attempts, error_message FROM jobs")[0]
    return tuple(found)  # type: ignore[return-value]


def incident(desk: Desk) -> str:
    return str(desk.value("SELECT parameters->>'message' FROM incidents WHERE state = 'active'"))


def test_a_handler_sees_its_job_and_its_answer_goes_on(desk: Desk, begun: Callable[..., int]) -> None:
    seen: list[Job] = []

    def answer(job: Job, port: Port) -> dict[str, Any]:
        seen.append(job)
        assert port is PORT
        return {"sum": job.variables["n"] + Decimal("0.10")}

    instance = begun(n=Decimal("1.10"))
    key = job_key(desk)
    assert runner(answer).run(key) is None
    assert desk.state(instance) == "completed"
    assert str(desk.variables(instance)["sum"]) == "1.20"
    [job] = seen
    assert (job.key, job.topic, job.process_id, job.element_id, job.attempt) == (key, "ask", "p", "t", 1)


def test_what_happened_is_written_as_the_workers(desk: Desk, begun: Callable[..., int]) -> None:
    instance = begun(n=1)
    runner(lambda job, port: {}).run(job_key(desk))
    statement = (
        "SELECT actor, source, request_id FROM history WHERE kind = 'instance_completed' AND instance_key = :key"
    )
    [(actor, source, request)] = desk.rows(statement, key=instance)
    assert (actor, source) == ("system:worker", "worker")
    assert request


def test_its_no_goes_to_the_boundary_event(desk: Desk, begun: Callable[..., int]) -> None:
    def refuse(job: Job, port: Port) -> dict[str, Any]:
        raise BpmnError("no", "busy", {"why": "line"})

    instance = begun(n=1)
    runner(refuse).run(job_key(desk))
    assert desk.variables(instance) == {"n": 1, "why": "line"}
    assert "b" in desk.elements(instance)


def test_retry_waits_as_long_as_it_says_and_costs_a_retry(desk: Desk, begun: Callable[..., int]) -> None:
    def later(job: Job, port: Port) -> dict[str, Any]:
        raise Retry(timedelta(minutes=7), "busy")

    begun(n=1)
    runner(later).run(job_key(desk))
    assert waiting(desk) == ("created", 2, 1, "busy")
    assert timedelta(minutes=6) < desk.value("SELECT available_at - now() FROM jobs") <= timedelta(minutes=7)


def test_any_other_failure_backs_off_as_the_port_says_until_there_is_an_incident(
    desk: Desk, begun: Callable[..., int]
) -> None:
    def fail(job: Job, port: Port) -> dict[str, Any]:
        raise OSError("no route")

    begun(n=1)
    run = runner(fail)
    for attempt, (retries, wait) in enumerate([(2, 5), (1, 30)], start=1):
        run.run(job_key(desk))
        assert waiting(desk) == ("created", retries, attempt, "OSError: no route")
        left = desk.value("SELECT available_at - now() FROM jobs")
        assert timedelta(seconds=wait - 2) < left <= timedelta(seconds=wait)
        assert run.run(job_key(desk)) is not None, "it is delivered again when its time has come"
        desk.rows("UPDATE jobs SET available_at = now()")
    run.run(job_key(desk))
    assert waiting(desk)[0] == "failed"
    assert incident(desk) == "OSError: no route"


@pytest.mark.parametrize("variables", [{}, {"n": "one"}], ids=["missing", "a text"])
def test_variables_the_handler_does_not_take_are_an_incident_at_once(
    desk: Desk, begun: Callable[..., int], variables: dict[str, Any]
) -> None:
    def never(job: Job, port: Port) -> dict[str, Any]:
        raise AssertionError("called")

    begun(**variables)
    runner(never).run(job_key(desk))
    assert incident(desk).startswith("input $")
    assert "one" not in incident(desk)


@pytest.mark.parametrize("result", [None, {"n": object()}, {"n": "x"}], ids=["no dict", "no JSON", "not by schema"])
def test_an_answer_that_is_none_is_an_incident_at_once(desk: Desk, begun: Callable[..., int], result: Any) -> None:
    begun(n=1)
    runner(lambda job, port: result, output=NUMBER).run(job_key(desk))
    assert incident(desk).startswith("output $")


DEEP: list[Any] = []
for _ in range(5_000):
    DEEP = [DEEP]


@pytest.mark.parametrize(
    "value", ["a\0b", "\ud800", DEEP, {1: 2}, Decimal("1E+200000")], ids=lambda v: type(v).__name__
)
@pytest.mark.parametrize("thrown", [False, True])
def test_an_answer_that_cannot_be_kept_is_an_incident_and_the_effect_is_not_repeated(
    desk: Desk, begun: Callable[..., int], value: Any, thrown: bool
) -> None:
    runs = []

    def answering(job: Job, port: Port) -> dict[str, Any]:
        runs.append(job.attempt)
        if thrown:
            raise BpmnError("no", variables={"v": value})
        return {"v": value}

    begun(n=1)
    assert runner(answering).run(job_key(desk)) is None
    assert waiting(desk)[:3] == ("failed", 0, 1)
    assert incident(desk).startswith("output $: ")
    assert runs == [1]


def test_where_not_even_the_refusal_can_be_written_the_worker_goes_on_with_others(
    desk: Desk, begun: Callable[..., int], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: Any, **__: Any) -> None:
        raise Invalid("value_not_storable", reason="what comes after the failure")

    begun(n=1)
    monkeypatch.setattr(jobs, "fail_job", refuse)
    with pytest.raises(Invalid):
        runner(lambda job, port: {"v": "a\0b"}).run(job_key(desk))
    assert waiting(desk)[0] == "activated"


def test_whatever_a_handler_says_when_it_fails_can_be_kept(desk: Desk, begun: Callable[..., int]) -> None:
    def failing(job: Job, port: Port) -> dict[str, Any]:
        raise ValueError("\0 \ud800 " + "long " * 10_000)

    begun(n=1)
    runner(failing).run(job_key(desk))
    state, retries, _, message = waiting(desk)
    assert (state, retries) == ("created", 2)
    assert message is not None
    assert message.startswith("ValueError: \ufffd ? long")
    assert len(message) < 10_100


def test_a_port_that_is_not_set_up_is_an_incident(desk: Desk, begun: Callable[..., int]) -> None:
    begun(n=1)
    runner(lambda job, port: {}, ports={}).run(job_key(desk))
    assert "mail" in incident(desk)


def test_a_handler_without_port_gets_an_empty_one(desk: Desk, begun: Callable[..., int]) -> None:
    instance = begun(n=1)
    runner(lambda job, port: {"options": dict(port.options)}, port=None, ports={}).run(job_key(desk))
    assert desk.variables(instance)["options"] == {}


def test_a_foreign_workers_lease_is_respected(desk: Desk, begun: Callable[..., int]) -> None:
    instance = begun(n=1)
    desk.activate("ask", worker="foreign", lease=90)
    run = runner(lambda job, port: {})
    wait = run.run(job_key(desk))
    assert wait is not None
    assert timedelta(seconds=80) < wait <= timedelta(seconds=90)
    desk.rows("UPDATE jobs SET lease_until = now() - interval '1 s'")
    run.run(job_key(desk))
    assert desk.state(instance) == "completed"


def test_a_dead_workers_run_costs_a_retry_and_the_last_is_an_incident(desk: Desk, begun: Callable[..., int]) -> None:
    """Its name holds no lock, as that of a process that was killed."""
    begun(n=1)
    dead = new_worker_name()[0]
    desk.rows("UPDATE jobs SET state = 'activated', worker = :dead, lease_until = now() + interval '1 h'", dead=dead)
    desk.rows("UPDATE jobs SET retries = 1")
    runner(lambda job, port: {}).run(job_key(desk))
    assert incident(desk) == "the worker was lost while it ran"


def test_a_lease_whose_commit_got_no_answer_is_taken_by_who_asked_for_it(
    desk: Desk, begun: Callable[..., int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The database went away after the commit, before it said so: no other worker can know that nobody runs the job."""
    asked: list[str] = []

    def one_statement(query: str, values: Mapping[str, Any]) -> Any:
        asked.append(query)
        found = sent(query, values)
        if len(asked) == 1:
            raise Unavailable("database_unavailable")
        return found

    sent = store.one_statement
    instance = begun(n=1)
    monkeypatch.setattr(running, "AGAIN_SECONDS", 0.001)
    run = runner(lambda job, port: {"attempt": job.attempt})
    desk.rows("UPDATE jobs SET retries = 1")
    monkeypatch.setattr(store, "one_statement", one_statement)
    assert run.run(job_key(desk)) is None
    assert desk.state(instance) == "completed"
    assert desk.variables(instance)["attempt"] == 2
    assert desk.value("SELECT count(*) FROM incidents") == 0


def test_variables_changed_while_the_lease_was_waited_for_are_seen(
    db: str, desk: Desk, begun: Callable[..., int]
) -> None:
    seen: list[Any] = []
    begun(n=1)
    key, run = job_key(desk), runner(lambda job, port: seen.append(job.variables["n"]) or {})
    waits = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
    with ThreadPoolExecutor(1) as pool:
        with psycopg.connect(db) as other:
            other.execute("UPDATE jobs SET retries = retries")
            other.execute("UPDATE variables SET value = '2' WHERE name = 'n'")
            running = pool.submit(run.run, key)
            while desk.value(waits) == 0:
                assert not running.done()
        running.result(20)
    assert seen == [2]


def test_a_job_delivered_again_while_it_runs_here_is_left_alone(desk: Desk, begun: Callable[..., int]) -> None:
    """Its worker was not heard of for a while, though it lives."""
    calls: list[timedelta | None] = []

    def slow(job: Job, port: Port) -> dict[str, Any]:
        with ThreadPoolExecutor(1) as other:
            calls.append(other.submit(run.run, job.key).result(20))
        return {}

    instance = begun(n=1)
    run = runner(slow)
    run.run(job_key(desk))
    [wait] = calls
    assert wait is not None
    assert timedelta(seconds=50) < wait <= timedelta(minutes=1)
    assert desk.state(instance) == "completed"


def test_an_answer_that_comes_too_late_is_dropped(
    desk: Desk, begun: Callable[..., int], caplog: pytest.LogCaptureFixture
) -> None:
    def slow(job: Job, port: Port) -> dict[str, Any]:
        desk.rows("UPDATE jobs SET worker = 'another', attempts = attempts + 1")
        return {"n": 2}

    instance = begun(n=1)
    with caplog.at_level(logging.WARNING):
        runner(slow).run(job_key(desk))
    assert desk.state(instance) == "active"
    assert "too late" in caplog.text


def suspended_while_it_runs(desk: Desk, instance: int, ending: Callable[[], Any]) -> Runner:
    """It runs a job whose case is suspended meanwhile; then the worker ends, and others look for what it left."""

    def slow(job: Job, port: Port) -> Any:
        desk.rows("INSERT INTO effects VALUES (:attempt)", attempt=job.attempt)
        with store.transaction() as session:
            suspend(session, instance)
        return ending()

    desk.rows("CREATE TABLE effects (attempt int)")
    ran = runner(slow)
    ran.run(job_key(desk))
    with store.transaction() as session:
        assert leasing.release(session, ran.worker) == []
        assert leasing.orphans(session) == []
    return ran


def resume_it(instance: int) -> None:
    with store.transaction() as session:
        resume(session, instance)


def test_a_case_suspended_while_its_job_runs_has_the_answer_when_it_goes_on(
    desk: Desk, begun: Callable[..., int]
) -> None:
    """The effect happens once, and nobody waits for the end of the lease."""
    instance = begun(n=1)
    ran = suspended_while_it_runs(desk, instance, lambda: {"sum": Decimal("1.10")})
    assert (desk.elements(instance), waiting(desk)[0]) == (["s"], "activated")
    desk.rows("UPDATE jobs SET available_at = now() - interval '1 h'")
    assert ran.run(job_key(desk)) is None
    resume_it(instance)
    assert desk.state(instance) == "completed"
    assert str(desk.variables(instance)["sum"]) == "1.10"
    assert desk.rows("SELECT attempt FROM effects") == [(1,)]


def test_every_process_can_give_what_a_worker_has_kept() -> None:
    """Also a web server, which runs no jobs itself."""
    told = "import engine; from engine.instances import between; print('answer' in between._applies)"
    ran = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=True)
    assert ran.stdout == "True\n"


def test_a_kept_no_goes_to_the_boundary_event_and_a_kept_retry_waits_as_it_says(
    desk: Desk, begun: Callable[..., int]
) -> None:
    def no() -> None:
        raise BpmnError("no", "refused", {"why": "full"})

    def later() -> None:
        raise Retry(timedelta(seconds=40), "busy")

    instance = begun(n=1)
    suspended_while_it_runs(desk, instance, later)
    resume_it(instance)
    assert waiting(desk) == ("created", 2, 1, "busy")
    assert timedelta(seconds=30) < desk.value("SELECT available_at - now() FROM jobs") <= timedelta(seconds=40)
    desk.rows("UPDATE jobs SET available_at = now()")
    desk.rows("DROP TABLE effects")
    suspended_while_it_runs(desk, instance, no)
    resume_it(instance)
    assert desk.elements(instance)[-1] == "f"
    assert desk.variables(instance)["why"] == "full"


def test_an_answer_kept_for_a_case_that_is_cancelled_is_dropped(
    desk: Desk, begun: Callable[..., int], caplog: pytest.LogCaptureFixture
) -> None:
    instance = begun(n=1)
    suspended_while_it_runs(desk, instance, dict)
    with store.transaction() as session:
        cancel(session, instance)
    with caplog.at_level(logging.WARNING):
        assert apply_due_commands() == 1
    assert "too late" in caplog.text
    assert desk.state(instance) == "canceled"


def test_a_kept_answer_that_fails_for_good_is_an_incident(
    desk: Desk, begun: Callable[..., int], monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any, **__: Any) -> None:
        raise RuntimeError("broken")

    instance = begun(n=1)
    suspended_while_it_runs(desk, instance, dict)
    monkeypatch.setattr(jobs, "complete_job", broken)
    resume_it(instance)
    for _ in range(7):
        desk.rows("UPDATE commands SET due_at = now()")
        apply_due_commands()
    assert desk.rows("SELECT 1 FROM commands") == []
    assert (waiting(desk)[0], incident(desk)) == ("failed", "broken")


def test_nothing_is_left_to_do_for_a_job_that_is_gone(desk: Desk) -> None:
    assert runner(lambda job, port: {}).run(5 << 24 | 3) is None


def test_jobs_that_waited_for_a_topic_are_queued_when_a_worker_tells_it(desk: Desk, begun: Callable[..., int]) -> None:
    begun(n=1)
    assert desk.value("SELECT handled FROM jobs") is False
    assert desk.value("SELECT count(*) FROM pgqueuer.pgqueuer") == 0
    runner(lambda job, port: {})
    assert desk.value("SELECT handled FROM jobs") is True
    payload = desk.value("SELECT convert_from(payload, 'UTF8') FROM pgqueuer.pgqueuer WHERE entrypoint = 'jobs'")
    assert payload == str(job_key(desk))
    desk.start(n=2)
    assert desk.value("SELECT count(*) FROM pgqueuer.pgqueuer") == 2


def test_what_is_rolled_back_is_never_delivered(desk: Desk) -> None:
    runner(lambda job, port: {})
    desk.deploy(diagram(start("s"), service("t", "ask"), end("e"), flows("s t e")))

    def broken() -> None:
        with store.transaction() as session:
            begin(session, process_id="p")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        broken()
    assert desk.value("SELECT count(*) FROM pgqueuer.pgqueuer") == 0


def test_a_module_without_handlers_is_refused() -> None:
    with pytest.raises(Invalid) as refused:
        topics.load_topics("tests.engine.factories")
    assert refused.value.code == "handlers_not_loaded"
