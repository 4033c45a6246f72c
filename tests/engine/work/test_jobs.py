"""Jobs as a worker meets them: activated under a lease, completed, failed, refused, updated."""

from datetime import timedelta

import pytest

from engine import store
from engine.errors import Conflict, Invalid, NotFound
from engine.work import jobs
from engine.work.activation import activate_jobs
from tests.engine.factories import boundary, diagram, end, error, flows, service, start, sub
from tests.engine.work.conftest import Desk

ONE_JOB = diagram(start("s"), service("t", "ask"), end("e"), flows("s t e"))


def one_job(desk: Desk, **variables: object) -> int:
    desk.deploy(ONE_JOB)
    return desk.start(**variables)


def complete(key: int, **variables: object) -> None:
    with store.transaction() as session:
        jobs.complete_job(session, key, variables)


def fail(key: int, retries: int, message: str = "", back_off: float = 0) -> None:
    with store.transaction() as session:
        jobs.fail_job(session, key, retries, message, timedelta(seconds=back_off))


def test_a_worker_sees_the_job_with_its_variables_and_completes_it(desk: Desk) -> None:
    instance = one_job(desk, device="r1")
    [job] = desk.activate("ask")
    assert (job.type, job.element, job.instance_key, job.retries, job.attempts) == ("ask", "t", instance, 3, 1)
    assert (job.variables, job.process_id, job.process_version, job.kind) == ({"device": "r1"}, "p", 1, "BPMN_ELEMENT")
    complete(job.key, answer=42)
    assert desk.state(instance) == "completed"
    assert desk.variables(instance) == {"device": "r1", "answer": 42}


def test_only_the_variables_asked_for_are_sent(desk: Desk) -> None:
    one_job(desk, a=1, b=2)
    with store.transaction() as session:
        [job] = activate_jobs(session, ["ask"], "a", 5, timedelta(minutes=1), ["b", "c"])
    assert job.variables == {"b": 2}


def test_variables_of_the_nearest_scope_win(desk: Desk) -> None:
    inner = sub("inner", start("i"), service("t", "ask", inputs={"x": "=x + 1"}), end("j"), flows("i t j"))
    desk.deploy(diagram(start("s"), inner, end("e"), flows("s inner e")))
    desk.start(x=1, y=5)
    [job] = desk.activate("ask")
    assert job.variables == {"x": 2, "y": 5}


def test_a_leased_job_is_given_to_nobody_else(desk: Desk) -> None:
    one_job(desk)
    assert len(desk.activate("ask", worker="a")) == 1
    assert desk.activate("ask", worker="b") == []
    assert desk.activate("another") == []


def test_a_lease_that_has_run_out_lets_the_next_worker_in(desk: Desk) -> None:
    one_job(desk)
    [first] = desk.activate("ask", worker="a")
    run_out(desk)
    [again] = desk.activate("ask", worker="b")
    assert (again.key, again.attempts, again.worker) == (first.key, 2, "b")
    with pytest.raises(Conflict) as refused, store.transaction() as session:
        jobs.complete_job(session, first.key, {}, jobs.Lease("a", 1))
    assert refused.value.code == "job_taken_over"
    complete(first.key)


def run_out(desk: Desk) -> None:
    desk.rows("UPDATE jobs SET lease_until = now() - interval '1 s'")


def test_moving_the_case_clock_ends_no_lease(desk: Desk) -> None:
    one_job(desk)
    desk.activate("ask", worker="a")
    desk.rows("UPDATE case_clock SET frozen_at = frozen_at + interval '10 days'")
    assert desk.activate("ask", worker="b") == []


def test_urgent_jobs_come_first_then_the_oldest(desk: Desk) -> None:
    desk.deploy(ONE_JOB)
    keys = [desk.start() for _ in range(3)]
    desk.rows("UPDATE jobs SET priority = 9 WHERE instance_key = :key", key=keys[2])
    assert [job.instance_key for job in desk.activate("ask", limit=2)] == [keys[2], keys[0]]


def test_a_failed_job_waits_its_back_off_in_machine_time(desk: Desk) -> None:
    one_job(desk)
    [job] = desk.activate("ask")
    fail(job.key, 2, "no answer", back_off=60)
    assert desk.activate("ask") == []
    assert desk.rows("SELECT state, retries, error_message, worker FROM jobs") == [("created", 2, "no answer", None)]
    desk.rows("UPDATE jobs SET available_at = now()")
    [again] = desk.activate("ask")
    assert (again.retries, again.attempts) == (2, 2)


def test_without_retries_there_is_an_incident_and_a_person_lets_it_go_on(desk: Desk) -> None:
    instance = one_job(desk)
    [job] = desk.activate("ask")
    fail(job.key, 0, "broken")
    [incident] = desk.rows("SELECT key, kind, code, job_key FROM incidents WHERE state = 'active'")
    assert incident[1:] == ("JOB_NO_RETRIES", "job_no_retries", job.key)
    assert desk.activate("ask") == []
    with store.transaction() as session:
        jobs.resolve_incident(session, incident.key)
    [again] = desk.activate("ask")
    assert again.retries == 1
    complete(again.key)
    assert desk.state(instance) == "completed"
    with pytest.raises(NotFound), store.transaction() as session:
        jobs.resolve_incident(session, incident.key)


def test_used_up_retries_raise_adapter_failed_where_it_is_caught(desk: Desk) -> None:
    desk.deploy(
        diagram(
            start("s"),
            service("t", "ask"),
            boundary("b", "t", error("adapter_failed")),
            service("by_hand", "hand"),
            end("e"),
            flows("s t e", "b by_hand e"),
        )
    )
    desk.start()
    [job] = desk.activate("ask")
    fail(job.key, 0, "no answer")
    assert [found.element for found in desk.activate("hand")] == ["by_hand"]
    assert desk.value("SELECT count(*) FROM incidents") == 0


def test_an_error_goes_to_its_boundary_event_with_its_variables(desk: Desk) -> None:
    desk.deploy(
        diagram(
            start("s"),
            service("t", "ask"),
            boundary("b", "t", error("refused")),
            end("e"),
            end("no"),
            flows("s t e", "b no"),
        )
    )
    instance = desk.start()
    [job] = desk.activate("ask")
    with store.transaction() as session:
        jobs.throw_job_error(session, job.key, "refused", "busy", {"why": "line"})
    assert desk.state(instance) == "completed"
    assert desk.variables(instance) == {"why": "line"}
    assert desk.elements(instance)[1:3] == ["b", "no"]


def test_an_error_nobody_catches_is_an_incident(desk: Desk) -> None:
    one_job(desk)
    [job] = desk.activate("ask")
    with store.transaction() as session:
        jobs.throw_job_error(session, job.key, "refused", "busy")
    assert desk.value("SELECT kind FROM incidents") == "UNHANDLED_ERROR_EVENT"
    with pytest.raises(Conflict) as refused:
        complete(job.key)
    assert refused.value.code == "job_stopped"


@pytest.mark.parametrize("answer", [complete, lambda key: fail(key, 1)], ids=["complete", "fail"])
def test_a_job_that_nobody_leased_or_that_is_gone_is_not_found(desk: Desk, answer: object) -> None:
    one_job(desk)
    key = desk.value("SELECT key FROM jobs")
    with pytest.raises(NotFound) as refused:
        answer(key)  # type: ignore[operator]
    assert refused.value.code == "job_not_leased"
    desk.activate("ask")
    complete(key)
    with pytest.raises(NotFound) as gone:
        answer(key)  # type: ignore[operator]
    assert gone.value.code == "job_unknown"


def test_a_lease_and_retries_can_be_changed(desk: Desk) -> None:
    one_job(desk)
    desk.start()
    changed, other = desk.activate("ask", lease=60)
    with store.transaction() as session:
        jobs.update_job(session, changed.key, retries=7, lease=timedelta(hours=1))
    told = {
        key: (retries, left) for key, retries, left in desk.rows("SELECT key, retries, lease_until - now() FROM jobs")
    }
    retries, left = told[changed.key]
    assert retries == 7
    assert timedelta(minutes=59) < left <= timedelta(hours=1)
    assert told[other.key][0] == other.retries
    assert told[other.key][1] <= timedelta(minutes=1)


def test_a_lease_is_made_longer_only_where_there_is_one(desk: Desk) -> None:
    one_job(desk)
    key = desk.value("SELECT key FROM jobs")
    with pytest.raises(NotFound), store.transaction() as session:
        jobs.update_job(session, key, lease=timedelta(hours=1))


@pytest.mark.parametrize(("limit", "lease"), [(0, 60), (5, 0)])
def test_what_makes_no_sense_is_refused(desk: Desk, limit: int, lease: float) -> None:
    with pytest.raises(Invalid):
        desk.activate("ask", limit=limit, lease=lease)


def test_jobs_of_a_suspended_instance_are_passed_over(desk: Desk) -> None:
    one_job(desk)
    desk.rows("UPDATE instances SET suspended = true")
    assert desk.activate("ask") == []
