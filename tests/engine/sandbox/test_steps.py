"""Steps of a play: the same ones lead to the same place, one that does not fit is refused, time is bounded."""

from datetime import UTC, datetime

import pytest

from engine.sandbox import Sandbox, replay
from tests.engine.factories import (
    Part,
    boundary,
    catch,
    diagram,
    end,
    flows,
    listening,
    service,
    signal,
    start,
    throw,
    timer,
    user,
)

NOW = datetime(2026, 11, 27, 1, 0, tzinfo=UTC)
WORK = diagram(
    start("s"),
    user("look", "GD-GZ.crc.duty"),
    service("measure", "test.measure"),
    end("e"),
    flows("s look measure e"),
)
BEGIN = {"do": "start", "variables": {"x": 1}}


def box_with(*files: bytes) -> Sandbox:
    box = Sandbox(now=NOW)
    for number, file in enumerate(files):
        box.deploy(file, f"p{number}.bpmn")
    return box


def test_the_same_steps_lead_to_the_same_place_with_the_same_keys() -> None:
    first, again = box_with(WORK), box_with(WORK)
    assert replay(first, "p", [BEGIN]) == (1, None)
    steps = [BEGIN, {"do": "complete", "key": first.cases[0].waiting[0].key, "variables": {"y": 2}}]
    assert replay(again, "p", steps) == (2, None)
    [case] = again.cases
    assert (case.path, [item.element for item in case.waiting]) == (["s", "look"], ["measure"])
    assert case.variables == {"x": 1, "y": 2}


def test_a_step_that_does_not_fit_stops_the_play_where_it_is() -> None:
    box = box_with(WORK)
    done, refused = replay(box, "p", [BEGIN, {"do": "complete", "key": 5}, BEGIN])
    assert done == 1
    assert refused is not None
    assert refused.code == "waits_no_longer"
    assert len(box.cases) == 1


def test_a_job_fails_its_incident_is_tried_again_and_a_case_is_cancelled() -> None:
    box = box_with(WORK)
    replay(box, "p", [BEGIN])
    [case] = box.cases
    replay(box, "p", [{"do": "complete", "key": case.waiting[0].key}])
    replay(box, "p", [{"do": "fail", "key": case.waiting[0].key, "message": "timeout"}])
    assert [stopped.element for stopped in case.incidents] == ["measure"]
    replay(box, "p", [{"do": "resolve", "key": case.incidents[0].record.key}])
    assert case.incidents == []
    replay(box, "p", [{"do": "set", "key": case.key, "variables": {"z": 3}}, {"do": "cancel", "key": case.key}])
    assert (case.state, case.variables["z"]) == ("canceled", 3)


def test_only_a_tasks_listener_denies_and_corrects_what_a_task_has() -> None:
    listener = listening(("completing", "ask"), kind="task")
    heard = user("look", "GD-GZ.crc.duty").xml.replace("<zeebe:userTask/>", f"<zeebe:userTask/>{listener}")
    box = box_with(diagram(start("s"), Part(heard), end("e"), flows("s look e")))
    replay(box, "p", [BEGIN])
    [case] = box.cases
    task = case.waiting[0].key
    replay(box, "p", [{"do": "complete", "key": task}])
    job = case.waiting[1].key
    refused = [
        replay(box, "p", [{"do": "deny", "key": task}])[1],
        replay(box, "p", [{"do": "correct", "key": job, "to": {"prio": 1}}])[1],
    ]
    assert [error and error.code for error in refused] == ["job_result_misplaced", "job_correction_unknown"]
    assert replay(box, "p", [{"do": "deny", "key": job, "reason": "no"}]) == (1, None)
    assert [(item.key, item.denied_reason) for item in case.waiting] == [(task, "no")]


def test_time_goes_on_to_a_moment_and_fires_what_falls_due() -> None:
    late = diagram(start("s"), catch("wait", timer(duration="PT2H")), end("e"), flows("s wait e"))
    box = box_with(late)
    assert replay(box, "p", [BEGIN, {"do": "wait", "to": "2026-11-27T03:30:00+00:00"}]) == (2, None)
    assert (box.cases[0].state, box.now) == ("completed", datetime(2026, 11, 27, 3, 30, tzinfo=UTC))


@pytest.mark.parametrize(
    "step",
    [
        {},
        {"do": "nonsense"},
        {"do": "start", "variables": []},
        {"do": "wait"},
        {"do": "wait", "to": "yesterday"},
        {"do": "wait", "to": "2026-11-26T00:00:00+00:00"},
        {"do": "wait", "to": "2999-01-01T00:00:00+00:00"},
        {"do": "publish", "name": 5},
        {"do": "throw", "key": "1", "code": "x"},
        {"do": "cancel", "key": None},
    ],
)
def test_nonsense_is_refused(step: dict[str, object]) -> None:
    box = box_with(WORK)
    done, refused = replay(box, "p", [step])
    assert done == 0
    assert refused is not None
    assert box.now == NOW


def test_years_of_a_timer_that_fires_each_second_are_not_waited_for() -> None:
    busy = diagram(
        start("s"),
        user("look", "GD-GZ.crc.duty"),
        boundary("tick", "look", timer(cycle="R/PT1S"), interrupting=False),
        end("e"),
        end("ticked"),
        flows("s look e", "tick ticked"),
    )
    box = box_with(busy)
    done, refused = replay(box, "p", [BEGIN, {"do": "wait", "to": "2027-11-27T00:00:00+00:00"}])
    assert done == 1
    assert refused is not None
    assert refused.code == "play_too_many_timers"


def test_what_is_deployed_already_takes_part_and_its_timers_start_nothing() -> None:
    by_clock = diagram(start("s", timer(cycle="R/PT1H")), end("e"), flows("s e"), process_id="hourly")
    deployed = box_with(by_clock)
    box = Sandbox(now=NOW)
    box.take([deployed.specs["hourly"][-1]], {}, {"look": {"id": "look"}})
    box.deploy(WORK, "p.bpmn")
    replay(box, "p", [BEGIN, {"do": "wait", "to": "2026-11-27T09:00:00+00:00"}])
    assert [case.process_id for case in box.cases] == ["p"]
    assert set(box.specs) == {"hourly", "p"}


def test_cases_that_start_each_other_more_and_more_end_the_step() -> None:
    both = (throw("a", signal("x")), end("e", signal("x")))
    box = box_with(diagram(start("s", signal("x")), *both, flows("s a e")))
    box.most_between = 100
    done, refused = replay(box, "p", [{"do": "broadcast", "name": "x"}])
    assert (done, refused and refused.code) == (0, "play_without_end")
    # nothing of it is left to be done
    assert replay(box, "p", [{"do": "wait", "to": "2026-11-27T03:30:00+00:00"}]) == (1, None)
