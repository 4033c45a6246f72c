"""Limits of tasks: warning, due time, reminders, and clocks that stand while a case is held."""

from datetime import datetime, timedelta

import pytest

from engine.core.records import Job, Task
from engine.sandbox import Case, Sandbox
from tests.engine.conftest import MONDAY, Begin
from tests.engine.factories import (
    boundary,
    diagram,
    end,
    event_sub,
    flow,
    flows,
    message,
    start,
    task,
    timer,
    user,
)

FULL = '={value: 100, unit: "min", warning: 0.8, reminder: {value: 30, unit: "min"}}'
KINDS = ("task_warning", "task_due", "task_reminder")


def minutes(count: float) -> timedelta:
    return timedelta(minutes=count)


def told(case: Case) -> list[str]:
    return [note.kind for note in case.history if note.kind in KINDS]


def the_task(case: Case) -> Task:
    return next(record for record in case.records.values() if isinstance(record, Task))


def limited(limit: str, **more: str) -> bytes:
    return diagram(start("s"), user("u", properties={"limit": limit, **more}), end("e"), flows("s u e"))


def test_people_are_warned_told_and_reminded(begin: Begin, box: Sandbox) -> None:
    case = begin(limited(FULL))
    assert the_task(case).due_at == MONDAY + minutes(100)
    for when, expected in [(79, []), (80, ["task_warning"]), (100, ["task_warning", "task_due"])]:
        box.advance(to=MONDAY + minutes(when))
        assert told(case) == expected
    box.advance(to=MONDAY + minutes(161))
    assert told(case)[2:] == ["task_reminder", "task_reminder"]
    jobs = [record for record in case.records.values() if isinstance(record, Job)]
    assert [job.variables["kind"] for job in jobs if job.variables] == ["warning", "due", "reminder", "reminder"]
    assert case.waiting[0].kind == "task"
    case.waiting[0].complete()
    assert case.records == {}


def test_a_task_that_is_done_in_time_tells_nobody(begin: Begin, box: Sandbox) -> None:
    case = begin(limited(FULL))
    box.advance(by=minutes(10))
    case.waiting[0].complete()
    box.advance(by=timedelta(days=1))
    assert told(case) == []


@pytest.mark.parametrize(
    ("limit", "due"),
    [
        ('={value: 2, unit: "h"}', MONDAY + timedelta(hours=2)),
        ('={value: 3, unit: "d"}', MONDAY + timedelta(days=3)),
        ('={value: 1, unit: "mo"}', MONDAY.replace(month=12)),
        ('={value: 1.5, unit: "mo"}', MONDAY.replace(month=12) + timedelta(days=15.5)),  # half of 31 days
        ('={value: 4, unit: "wh"}', MONDAY + timedelta(hours=5)),  # over the midday break
        ('={value: 5, unit: "wd"}', MONDAY + timedelta(days=7)),  # over the weekend
    ],
)
def test_each_unit_runs_on_its_clock(begin: Begin, limit: str, due: datetime) -> None:
    case = begin(limited(limit))
    assert the_task(case).due_at == due


def test_of_a_month_the_share_is_warned_of_not_its_beginning(begin: Begin, box: Sandbox) -> None:
    case = begin(limited('={value: 1, unit: "mo", warning: 0.8}'))
    box.advance(by=timedelta(days=23))
    assert told(case) == []
    box.advance(by=timedelta(days=1))
    assert told(case) == ["task_warning"]


def test_without_warning_and_reminder_only_the_due_time_is_told(begin: Begin, box: Sandbox) -> None:
    case = begin(limited('={value: 10, unit: "min"}'))
    box.advance(by=timedelta(days=1))
    assert told(case) == ["task_due"]


@pytest.mark.parametrize(
    "limit",
    [
        '={value: 1, unit: "h", reminder: {value: 0, unit: "min"}}',
        '={value: 1, unit: "h", reminder: {value: -1, unit: "d"}}',
        '={value: 10**9, unit: "d"}',
        '={value: 10**9, unit: "mo"}',
        '={value: 10**9, unit: "wd"}',
        '={value: 10**9, unit: "wh"}',
    ],
)
def test_reminders_without_end_and_limits_past_all_time_are_incidents(begin: Begin, limit: str) -> None:
    case = begin(limited(limit))
    assert [(one.kind, one.code) for one in case.incidents] == [("EXTRACT_VALUE_ERROR", "not_a_limit")]


def test_a_month_ends_by_the_clocks_of_the_people(begin: Begin, box: Sandbox) -> None:
    box.advance(to=datetime.fromisoformat("2027-01-31T00:30:00+08:00"))
    case = begin(limited('={value: 1, unit: "mo"}'))
    assert the_task(case).due_at == datetime.fromisoformat("2027-02-28T00:30:00+08:00")


def test_a_null_limit_is_no_limit(begin: Begin, box: Sandbox) -> None:
    case = begin(limited("=nothing"))
    assert the_task(case).due_at is None
    box.advance(by=timedelta(days=365))
    assert told(case) == []


def test_a_due_date_of_its_own_comes_before_the_limits(begin: Begin) -> None:
    drawn = diagram(
        start("s"), user("u", due='="2026-11-30T09:00:00+08:00"', properties={"limit": FULL}), end("e"), flows("s u e")
    )
    assert the_task(begin(drawn)).due_at == MONDAY + timedelta(days=7)


HELD = [
    event_sub(
        "hold",
        start("hold_s", message("hold", "=no"), interrupting=False),
        task("h", properties={"hold": "begin"}),
        end("he"),
        flows("hold_s h he"),
    ),
    event_sub(
        "go",
        start("go_s", message("go", "=no"), interrupting=False),
        task("g", properties={"hold": "end"}),
        end("ge"),
        flows("go_s g ge"),
    ),
]


def holdable(limit: str, clock: str = "case") -> bytes:
    parts = (start("s"), user("u", properties={"limit": limit, "clock": clock}), end("e"), flows("s u e"))
    return diagram(*parts, *HELD)


def test_a_held_case_stands_still_and_goes_on_later(begin: Begin, box: Sandbox) -> None:
    case = begin(holdable(FULL), no=1)
    box.advance(by=minutes(50))
    box.publish("hold", "1")
    assert case.held
    box.advance(by=minutes(600))
    assert told(case) == []
    box.publish("go", "1")
    assert not case.held
    assert the_task(case).due_at == MONDAY + minutes(700)
    box.advance(by=minutes(29))
    assert told(case) == []
    box.advance(by=minutes(1))
    assert told(case) == ["task_warning"]
    box.advance(by=minutes(20))
    assert told(case) == ["task_warning", "task_due"]
    assert [note.kind for note in case.history if note.kind.startswith("case_")] == ["case_held", "case_resumed"]


def test_holding_twice_adds_both_intervals(begin: Begin, box: Sandbox) -> None:
    case = begin(holdable('={value: 100, unit: "min"}'), no=1)
    for _ in range(2):
        box.advance(by=minutes(10))
        box.publish("hold", "1")
        box.publish("hold", "1")  # a second time changes nothing
        box.advance(by=minutes(60))
        box.publish("go", "1")
    assert the_task(case).due_at == MONDAY + minutes(220)


def test_working_time_stands_too(begin: Begin, box: Sandbox) -> None:
    case = begin(holdable('={value: 4, unit: "wh"}'), no=1)
    box.advance(by=timedelta(hours=1))
    box.publish("hold", "1")
    box.advance(by=timedelta(hours=1))
    box.publish("go", "1")
    assert the_task(case).due_at == MONDAY + timedelta(hours=6)


@pytest.mark.parametrize(("unit", "due"), [("mo", MONDAY.replace(month=12)), ("d", MONDAY + timedelta(days=1))])
def test_a_limit_ends_as_much_later_as_its_case_was_held(begin: Begin, box: Sandbox, unit: str, due: datetime) -> None:
    case = begin(holdable(f'={{value: 1, unit: "{unit}"}}'), no=1)
    box.advance(by=timedelta(hours=10))
    box.publish("hold", "1")
    box.advance(by=timedelta(hours=5))
    box.publish("go", "1")
    assert the_task(case).due_at == due + timedelta(hours=5)


def test_a_running_clock_does_not_stand(begin: Begin, box: Sandbox) -> None:
    case = begin(holdable('={value: 100, unit: "min"}', clock="running"), no=1)
    box.publish("hold", "1")
    box.advance(by=minutes(101))
    assert told(case) == ["task_due"]


def test_a_task_that_begins_while_the_case_is_held_waits_for_its_clock(begin: Begin, box: Sandbox) -> None:
    drawn = diagram(start("s"), user("v"), user("u", properties={"limit": FULL}), end("e"), flows("s v u e"), *HELD)
    case = begin(drawn, no=1)
    box.publish("hold", "1")
    next(item for item in case.waiting if item.kind == "task").complete()
    box.advance(by=minutes(500))
    assert told(case) == []
    box.publish("go", "1")
    assert the_task(case).due_at == MONDAY + minutes(600)
    box.advance(by=minutes(80))
    assert told(case) == ["task_warning"]


def test_an_overdue_task_is_told_once_however_often_the_case_is_held(begin: Begin, box: Sandbox) -> None:
    case = begin(holdable('={value: 10, unit: "min"}'), no=1)
    box.advance(by=minutes(11))
    box.publish("hold", "1")
    box.publish("go", "1")
    box.advance(by=minutes(100))
    assert told(case) == ["task_due"]


def test_a_boundary_event_called_as_a_stage_is_not_the_limits(begin: Begin, box: Sandbox) -> None:
    """Its timer stood nowhere any more once the case had been held."""
    parts = (start("s"), user("u", properties={"limit": '={value: 2, unit: "h"}'}), end("e"), flows("s u e"))
    late = (boundary("due", "u", timer(duration="PT5H")), end("l"), flows("due l"))
    case = begin(diagram(*parts, *late, *HELD), no=1)
    box.publish("hold", "1")
    box.publish("go", "1")
    box.advance(by=timedelta(hours=6))
    assert (case.state, case.path[-2:]) == ("completed", ["due", "l"])


def test_a_task_that_is_done_but_cannot_be_left_has_no_limit_any_more(begin: Begin, box: Sandbox) -> None:
    parts = (start("s"), user("u", properties={"limit": FULL}), end("e"))
    case = begin(diagram(*parts, flows("s u"), flow("f", "u", "e", "=false")))
    case.waiting[0].complete()
    assert [incident.code for incident in case.incidents] == ["no_flow_taken"]
    box.advance(by=timedelta(hours=9))
    assert told(case) == []
    assert case.state == "active"


def test_a_due_time_of_its_own_outlasts_a_hold(begin: Begin, box: Sandbox) -> None:
    """That of the diagram as well as that of a person."""
    limit = {"limit": '={value: 2, unit: "h"}'}
    given = "2027-01-05T00:00:00Z"
    for due in (given, None):
        case = begin(diagram(start("s"), user("u", properties=limit, due=due), end("e"), flows("s u e"), *HELD), no=1)
        if due is None:
            next(item for item in case.waiting if item.kind == "task").update(due_at=given)
        box.publish("hold", "1")
        box.advance(by=timedelta(hours=1))
        box.publish("go", "1")
        assert the_task(case).due_at == datetime.fromisoformat(given)
        case.cancel()
