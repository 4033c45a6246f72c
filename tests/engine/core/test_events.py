"""Events: messages, timers, signals, errors, escalations, at every place where they may stand."""

from datetime import UTC, datetime, timedelta

import pytest

from engine.errors import Conflict
from engine.sandbox import Sandbox
from tests.engine.conftest import MONDAY, Begin
from tests.engine.factories import (
    Part,
    boundary,
    call,
    catch,
    condition,
    diagram,
    end,
    error,
    escalation,
    event_sub,
    exclusive,
    flows,
    message,
    parallel,
    receive,
    script,
    send,
    service,
    several,
    signal,
    start,
    sub,
    task,
    terminate,
    throw,
    timer,
    user,
)

# Messages


def test_a_message_reaches_who_waits_with_its_key(begin: Begin, box: Sandbox) -> None:
    case = begin(diagram(start("s"), catch("m", message("paid", "=no")), end("e"), flows("s m e")), no=7)
    box.publish("paid", "8")
    box.publish("other", "7")
    assert case.state == "active"
    box.publish("paid", "7", {"sum": 3})
    assert case.state == "completed"
    assert case.variables == {"no": 7, "sum": 3}


def test_a_receive_task_waits_like_an_event(begin: Begin, box: Sandbox) -> None:
    case = begin(diagram(start("s"), receive("r", "paid", "=no"), end("e"), flows("s r e")), no="A")
    assert [(item.kind, item.name) for item in case.waiting] == [("message", "paid")]
    box.publish("paid", "A")
    assert case.path == ["s", "r", "e"]


def test_a_message_is_buffered_for_its_time_to_live(begin: Begin, box: Sandbox) -> None:
    box.publish("paid", "A", {"sum": 1}, ttl=timedelta(hours=1))
    box.publish("paid", "B", {"sum": 2}, ttl=timedelta(hours=1))
    drawn = diagram(start("s"), catch("m", message("paid", "=no")), end("e"), flows("s m e"))
    assert begin(drawn, no="A").variables == {"no": "A", "sum": 1}
    box.advance(by=timedelta(hours=2))
    assert begin(drawn, no="B").state == "active"


def test_a_message_reaches_one_receiver_of_each_process(box: Sandbox) -> None:
    for process_id in ("p", "q"):
        box.deploy(
            diagram(start("s"), catch("m", message("paid", "=no")), end("e"), flows("s m e"), process_id=process_id),
            "x.bpmn",
        )
    first, second, other = box.start("p", {"no": 1}), box.start("p", {"no": 1}), box.start("q", {"no": 1})
    box.publish("paid", "1")
    assert [case.state for case in (first, second, other)] == ["completed", "active", "completed"]


def test_without_a_correlation_key_the_name_alone_counts(begin: Begin, box: Sandbox) -> None:
    case = begin(diagram(start("s"), catch("m", message("news")), end("e"), flows("s m e")))
    box.publish("news", "whatever")
    assert case.state == "completed"


def test_a_message_with_an_id_is_published_once(box: Sandbox) -> None:
    box.publish("paid", "A", ttl=timedelta(hours=1), message_id="1")
    with pytest.raises(Conflict):
        box.publish("paid", "A", ttl=timedelta(hours=1), message_id="1")


def test_a_message_start_opens_one_case_at_a_time_by_its_key(box: Sandbox) -> None:
    box.deploy(diagram(start("s", message("ticket")), user("u"), end("e"), flows("s u e")), "p.bpmn")
    for n in (1, 2):
        box.publish("ticket", "T1", {"n": n}, ttl=timedelta(hours=1))
    box.publish("ticket", "T2", {"n": 3})
    assert [case.variables["n"] for case in box.cases] == [1, 3]
    box.cases[0].waiting[0].complete()
    assert [case.variables["n"] for case in box.cases] == [1, 3, 2]
    assert box.cases[0].path == ["s", "u", "e"]


def test_a_running_receiver_comes_before_a_start(box: Sandbox) -> None:
    box.deploy(
        diagram(start("s", message("ping", None)), catch("m", message("ping", "=k")), end("e"), flows("s m e")),
        "p.bpmn",
    )
    box.publish("ping", "1", {"k": "1"})
    box.publish("ping", "1")
    assert [case.state for case in box.cases] == ["completed"]


@pytest.mark.parametrize(
    "part", [send("t", "paid", "=no", inputs={"sum": "=a"}), throw("t", message("paid", "=no"), inputs={"sum": "=a"})]
)
def test_a_thrown_message_carries_its_input_mappings_only(box: Sandbox, part: object) -> None:
    box.deploy(diagram(start("s"), part, end("e"), flows("s t e"), process_id="q"), "q.bpmn")  # type: ignore[arg-type]
    box.deploy(diagram(start("s"), catch("m", message("paid", "=no")), end("e"), flows("s m e")), "p.bpmn")
    waiting = box.start("p", {"no": "1"})
    box.start("q", {"no": "1", "a": 5, "secret": 1})
    assert waiting.variables == {"no": "1", "sum": 5}


@pytest.mark.parametrize("ttl", ["PT0S", "PT1H"])
def test_alike_messages_that_one_event_throws_are_all_received(box: Sandbox, ttl: str) -> None:
    twice = throw("t", several(message("paid", "=no"), message("paid", "=no")), properties={"ttl": ttl})
    box.deploy(diagram(start("s"), twice, end("e"), flows("s t e"), process_id="q"), "q.bpmn")
    box.deploy(diagram(start("s"), catch("m", message("paid", "=no")), end("e"), flows("s m e")), "p.bpmn")
    early = [box.start("p", {"no": 1}) for _ in range(3)]
    box.start("q", {"no": 1})
    assert [case.state for case in early] == ["completed", "completed", "active"]


def test_alike_messages_of_one_event_are_all_kept_for_who_comes_later(box: Sandbox) -> None:
    twice = throw("t", several(message("paid", "=no"), message("paid", "=no")), properties={"ttl": "PT1H"})
    box.deploy(diagram(start("s"), twice, end("e"), flows("s t e"), process_id="q"), "q.bpmn")
    box.deploy(diagram(start("s"), catch("m", message("paid", "=no")), end("e"), flows("s m e")), "p.bpmn")
    box.start("q", {"no": 1})
    assert [box.start("p", {"no": 1}).state for _ in range(3)] == ["completed", "completed", "active"]


def test_a_message_to_oneself_is_received(begin: Begin) -> None:
    drawn = diagram(
        start("s"),
        parallel("f"),
        user("u"),
        throw("t", message("done", "=no")),
        catch("m", message("done", "=no")),
        end("e1"),
        end("e2"),
        flows("s f u t e1", "f m e2"),
    )
    case = begin(drawn, no="X")
    next(item for item in case.waiting if item.kind == "task").complete()
    assert case.state == "completed"


# Timers


@pytest.mark.parametrize(
    ("event", "due"),
    [
        (timer(duration="PT90M"), MONDAY + timedelta(minutes=90)),
        (timer(duration='=duration("P1D")'), MONDAY + timedelta(days=1)),
        (timer(duration="=wait"), MONDAY + timedelta(hours=3)),
        (timer(date="2026-11-24T09:00:00+08:00"), datetime(2026, 11, 24, 1, tzinfo=UTC)),
        (timer(date="2026-11-24T09:00:00"), datetime(2026, 11, 24, 1, tzinfo=UTC)),
        (timer(date='=date and time("2026-11-24T09:00:00@Asia/Shanghai")'), datetime(2026, 11, 24, 1, tzinfo=UTC)),
        (timer(duration="P1M"), datetime(2026, 12, 23, 1, tzinfo=UTC)),
    ],
)
def test_a_timer_falls_due(begin: Begin, box: Sandbox, event: object, due: datetime) -> None:
    case = begin(diagram(start("s"), catch("t", event), end("e"), flows("s t e")), wait="PT3H")  # type: ignore[arg-type]
    assert case.waiting[0].due == due
    box.advance(to=due - timedelta(seconds=1))
    assert case.state == "active"
    box.advance(to=due)
    assert case.state == "completed"


def test_timers_fire_in_the_order_they_fall_due(begin: Begin, box: Sandbox) -> None:
    drawn = diagram(
        start("s"),
        parallel("f"),
        catch("late", timer(duration="PT2H")),
        catch("soon", timer(duration="PT1H")),
        end("e"),
        flows("s f late e", "f soon e"),
    )
    case = begin(drawn)
    box.advance(by=timedelta(hours=3))
    assert case.path.index("soon") < case.path.index("late")
    assert box.now == MONDAY + timedelta(hours=3)


def test_a_cycle_fires_as_often_as_it_says(begin: Begin, box: Sandbox) -> None:
    drawn = diagram(
        start("s"),
        user("u"),
        boundary("b", "u", timer(cycle="R3/PT10M"), interrupting=False),
        end("x"),
        end("e"),
        flows("s u e", "b x"),
    )
    case = begin(drawn)
    box.advance(by=timedelta(hours=2))
    assert case.path.count("x") == 3
    case.waiting[0].complete()
    assert case.state == "completed"


def test_a_timer_start_opens_cases(box: Sandbox) -> None:
    box.deploy(diagram(start("s", timer(cycle="0 0 9 * * *")), end("e"), flows("s e")), "p.bpmn")
    box.advance(by=timedelta(days=3))
    assert len(box.cases) == 3
    box.deploy(diagram(start("s", timer(cycle="R2/PT1H")), task("t"), end("e"), flows("s t e")), "p.bpmn")
    box.advance(by=timedelta(days=1))
    assert len(box.cases) == 5


# Signals


def test_a_signal_reaches_all(box: Sandbox) -> None:
    box.deploy(diagram(start("s"), catch("c", signal("stop")), end("e"), flows("s c e")), "p.bpmn")
    box.deploy(diagram(start("s", signal("stop")), end("e"), flows("s e"), process_id="q"), "q.bpmn")
    cases = [box.start("p") for _ in range(3)]
    box.broadcast("stop", {"why": "x"})
    assert [case.state for case in cases] == ["completed"] * 3
    assert [case.process_id for case in box.cases] == ["p", "p", "p", "q"]
    assert all(case.variables == {"why": "x"} for case in box.cases)


@pytest.mark.parametrize("last", [throw("t", signal("go")), end("t", signal("go"))])
def test_a_thrown_signal_is_heard(box: Sandbox, last: object) -> None:
    box.deploy(diagram(start("s"), catch("c", signal("go")), end("e"), flows("s c e")), "p.bpmn")
    waiting = box.start("p")
    way = "s t" if "endEvent" in str(last) else "s t e"
    parts = [] if way == "s t" else [end("e")]
    box.deploy(diagram(start("s"), last, *parts, flows(way), process_id="q"), "q.bpmn")  # type: ignore[arg-type]
    box.start("q")
    assert waiting.state == "completed"


# Boundary events


@pytest.mark.parametrize("interrupting", [True, False])
def test_a_boundary_message_interrupts_or_not(begin: Begin, box: Sandbox, interrupting: bool) -> None:
    drawn = diagram(
        start("s"),
        user("u"),
        boundary("b", "u", message("note", "=no"), interrupting=interrupting),
        task("x"),
        end("n"),
        end("e"),
        flows("s u e", "b x n"),
    )
    case = begin(drawn, no=1)
    box.publish("note", "1", {"text": "hello"})
    assert case.variables["text"] == "hello"
    if interrupting:
        assert case.path == ["s", "b", "x", "n"]
        assert case.state == "completed"
        return
    box.publish("note", "1")
    assert case.path == ["s", "b", "x", "n", "b", "x", "n"]
    next(item for item in case.waiting if item.kind == "task").complete()
    assert case.state == "completed"
    assert case.records == {}


def test_a_boundary_timer_ends_with_its_activity(begin: Begin, box: Sandbox) -> None:
    drawn = diagram(
        start("s"),
        user("u"),
        boundary("b", "u", timer(duration="PT1H")),
        end("late"),
        end("e"),
        flows("s u e", "b late"),
    )
    case = begin(drawn)
    next(item for item in case.waiting if item.kind == "task").complete()
    box.advance(by=timedelta(hours=2))
    assert case.path == ["s", "u", "e"]


@pytest.mark.parametrize("event", [message("m"), timer(duration="PT1H"), condition("=hot")], ids=["m", "t", "c"])
def test_a_call_that_is_made_again_waits_once_for_its_boundary_events(begin: Begin, box: Sandbox, event: Part) -> None:
    called = [user("u"), end("qe"), flows("qs u qe")]
    box.deploy(diagram(start("qs", message("go")), *called, process_id="q"), "q.bpmn")
    attached = boundary("b", "c", event, interrupting=False)
    case = begin(diagram(start("s"), call("c", "q"), end("e"), attached, end("x"), flows("s c e", "b x")), hot=False)
    box.deploy(diagram(start("qs"), *called, process_id="q"), "q.bpmn")
    due = box.next_due()
    box.advance(timedelta(minutes=30))
    case.incidents[0].resolve()
    assert ([item.element for item in case.waiting], box.next_due()) == (["b"], due)
    if case.waiting[0].kind == "timer":
        box.advance(timedelta(minutes=30))
    else:
        box.publish("m")
        box.set_variables(case, {"hot": True})
    assert case.path == ["s", "b", "x"]
    box.cases[1].waiting[0].complete()
    assert (case.state, case.records) == ("completed", {})


# Errors


def test_an_error_of_a_job_goes_to_the_event_with_its_code(begin: Begin) -> None:
    drawn = diagram(
        start("s"),
        service("j"),
        boundary("any", "j", error()),
        boundary("full", "j", error("FULL")),
        end("e1"),
        end("e2"),
        end("e"),
        flows("s j e", "any e1", "full e2"),
    )
    case = begin(drawn)
    case.waiting[0].throw("FULL", {"left": 0})
    assert case.path == ["s", "full", "e2"]
    assert case.variables == {"left": 0}
    again = begin(drawn)
    again.waiting[0].throw("OTHER")
    assert again.path == ["s", "any", "e1"]


def test_an_error_nobody_catches_is_an_incident(begin: Begin) -> None:
    case = begin(diagram(start("s"), service("j"), end("e"), flows("s j e")))
    case.waiting[0].throw("FULL")
    assert [(i.kind, i.element) for i in case.incidents] == [("UNHANDLED_ERROR_EVENT", "j")]
    assert case.state == "active"
    case.incidents[0].resolve()
    case.waiting[0].complete()
    assert case.state == "completed"


def test_an_error_end_event_ends_the_sub_process_around_it(begin: Begin) -> None:
    drawn = diagram(
        start("s"),
        sub(
            "p1", start("s1"), parallel("f"), user("u"), end("bad", error("E")), end("e1"), flows("s1 f u e1", "f bad")
        ),
        boundary("b", "p1", error("E")),
        end("caught"),
        end("e"),
        flows("s p1 e", "b caught"),
    )
    case = begin(drawn)
    assert case.path[-2:] == ["b", "caught"]
    assert case.state == "completed"
    assert case.records == {}


@pytest.mark.parametrize("caught", [error("adapter_failed"), error()], ids=["by_code", "as_any"])
def test_used_up_retries_raise_adapter_failed_where_somebody_catches_it(begin: Begin, caught: Part) -> None:
    drawn = diagram(
        start("s"),
        sub("p1", start("s1"), service("j"), end("e1"), flows("s1 j e1")),
        boundary("b", "p1", caught),
        user("by_hand"),
        end("e"),
        flows("s p1 e", "b by_hand e"),
    )
    case = begin(drawn)
    case.waiting[0].fail("no answer", retries=1)
    assert [item.element for item in case.waiting] == ["j"]
    case.waiting[0].fail("no answer", retries=0)
    assert [item.element for item in case.waiting] == ["by_hand"]
    assert case.incidents == []


def test_used_up_retries_are_an_incident_where_only_other_errors_are_caught(begin: Begin) -> None:
    parts = [start("s"), service("j"), boundary("b", "j", error("FULL")), end("e1"), end("e")]
    case = begin(diagram(*parts, flows("s j e", "b e1")))
    case.waiting[0].fail("no answer", retries=0)
    assert [(stopped.kind, stopped.element) for stopped in case.incidents] == [("JOB_NO_RETRIES", "j")]
    case.incidents[0].resolve()
    case.waiting[0].complete()
    assert case.path == ["s", "j", "e"]


# Escalations


@pytest.mark.parametrize("interrupting", [True, False])
def test_an_escalation_goes_on_unless_it_is_interrupted(begin: Begin, interrupting: bool) -> None:
    drawn = diagram(
        start("s"),
        sub("p1", start("s1"), throw("t", escalation("late")), user("u"), end("e1"), flows("s1 t u e1")),
        boundary("b", "p1", escalation("late"), interrupting=interrupting),
        end("told"),
        end("e"),
        flows("s p1 e", "b told"),
    )
    case = begin(drawn)
    assert "told" in case.path
    assert [item.element for item in case.waiting] == ([] if interrupting else ["u"])


def test_an_escalation_nobody_catches_is_noted_and_passes(begin: Begin) -> None:
    case = begin(diagram(start("s"), throw("t", escalation("late")), end("e", escalation("end")), flows("s t e")))
    assert case.state == "completed"
    assert [note.data["code"] for note in case.history if note.kind == "escalation_thrown"] == ["late", "end"]


def test_a_job_may_escalate_and_go_on(begin: Begin) -> None:
    drawn = diagram(
        start("s"),
        service("j"),
        boundary("b", "j", escalation("slow"), interrupting=False),
        end("told"),
        end("e"),
        flows("s j e", "b told"),
    )
    case = begin(drawn)
    case.waiting[0].escalate("slow", {"eta": 5})
    assert case.path == ["s", "b", "told"]
    case.waiting[0].complete()
    assert case.variables == {"eta": 5}


# Ends


def test_a_terminate_end_ends_its_scope_only(begin: Begin) -> None:
    drawn = diagram(
        start("s"),
        sub(
            "p1",
            start("s1"),
            parallel("f"),
            user("u"),
            end("stop", terminate()),
            end("e1"),
            flows("s1 f u e1", "f stop"),
        ),
        user("v"),
        end("e"),
        flows("s p1 v e"),
    )
    case = begin(drawn)
    assert [item.element for item in case.waiting] == ["v"]
    case.waiting[0].complete()
    assert case.state == "completed"


# Event sub-processes


@pytest.mark.parametrize("interrupting", [True, False])
def test_an_event_sub_process_interrupts_its_scope_or_not(begin: Begin, box: Sandbox, interrupting: bool) -> None:
    drawn = diagram(
        start("s"),
        user("u"),
        end("e"),
        flows("s u e"),
        event_sub(
            "es",
            start("es_s", message("note", "=no"), interrupting=interrupting),
            user("look"),
            end("es_e"),
            flows("es_s look es_e"),
        ),
    )
    case = begin(drawn, no=1)
    box.publish("note", "1", {"text": "x"})
    waiting = [item.element for item in case.waiting if item.kind == "task"]
    assert waiting == (["look"] if interrupting else ["u", "look"])
    look = next(item for item in case.waiting if item.element == "look")
    assert look.variables["text"] == "x"
    assert "text" not in case.variables
    if not interrupting:
        box.publish("note", "1", {"text": "y"})
        assert sum(item.element == "look" for item in case.waiting) == 2
    for item in [item for item in case.waiting if item.kind == "task"]:
        item.complete()
    assert case.state == "completed"
    assert case.records == {}


def test_an_event_sub_process_hands_up_what_its_mappings_say(begin: Begin, box: Sandbox) -> None:
    drawn = diagram(
        start("s"),
        user("u"),
        end("e"),
        flows("s u e"),
        event_sub(
            "es",
            start("es_s", message("set", "=no"), interrupting=False, outputs={"level": "=wanted"}),
            end("es_e"),
            flows("es_s es_e"),
        ),
    )
    case = begin(drawn, no=1, level=0)
    box.publish("set", "1", {"wanted": 3})
    assert case.variables == {"no": 1, "level": 3}


def test_an_error_is_caught_by_the_scopes_own_event_sub_process(begin: Begin) -> None:
    drawn = diagram(
        start("s"),
        service("j"),
        end("e"),
        flows("s j e"),
        event_sub("es", start("es_s", error("E")), user("mend"), end("es_e"), flows("es_s mend es_e")),
    )
    case = begin(drawn)
    case.waiting[0].throw("E")
    assert [item.element for item in case.waiting] == ["mend"]
    case.waiting[0].complete()
    assert case.state == "completed"


def test_what_an_event_sub_process_throws_it_does_not_catch_itself(begin: Begin) -> None:
    drawn = diagram(
        start("s"),
        service("j"),
        end("e"),
        flows("s j e"),
        event_sub("es", start("es_s", error("E")), end("es_e", error("E")), flows("es_s es_e")),
    )
    case = begin(drawn)
    case.waiting[0].throw("E")
    assert [i.kind for i in case.incidents] == ["UNHANDLED_ERROR_EVENT"]


def test_a_timer_event_sub_process_repeats_while_its_scope_lives(begin: Begin, box: Sandbox) -> None:
    drawn = diagram(
        start("s"),
        script("z", "0", "n"),
        user("u"),
        end("e"),
        flows("s z u e"),
        event_sub(
            "es",
            start("es_s", timer(cycle="R/PT1H"), interrupting=False),
            script("c", "n + 1", "n"),
            end("es_e"),
            flows("es_s c es_e"),
        ),
    )
    case = begin(drawn)
    box.advance(by=timedelta(hours=5, minutes=30))
    assert case.variables["n"] == 5
    next(item for item in case.waiting if item.kind == "task").complete()
    box.advance(by=timedelta(hours=5))
    assert case.variables["n"] == 5
    assert case.state == "completed"


def test_instances_of_one_specification_do_not_touch_each_other(box: Sandbox) -> None:
    drawn = diagram(
        start("s"),
        user("u"),
        exclusive("x", default="x_e"),
        end("e"),
        end("never"),
        flows("s u x e", "x never", x_never="=false"),
        event_sub("es", start("es_s", message("note", "=no")), user("look"), end("es_e"), flows("es_s look es_e")),
    )
    box.deploy(drawn, "p.bpmn")
    one, two = box.start("p", {"no": 1}), box.start("p", {"no": 2})
    box.publish("note", "1")
    three = box.start("p", {"no": 3})
    assert [[i.element for i in case.waiting if i.kind == "task"] for case in (one, two, three)] == [
        ["look"],
        ["u"],
        ["u"],
    ]
    two.waiting[-1].complete()
    assert [case.state for case in (one, two, three)] == ["active", "completed", "active"]


def test_what_an_event_triggers_steps_before_what_goes_on_by_itself(begin: Begin) -> None:
    handler = event_sub("h", start("hs", escalation("up"), interrupting=False), end("he"), flows("hs he"))
    parts = (parallel("f"), throw("t", escalation("up")), task("a"), task("b"), end("e"), end("x"), end("y"))
    case = begin(diagram(start("s"), *parts, handler, flows("s f t e", "f a x", "f b y")))
    assert case.path[:6] == ["s", "f", "t", "hs", "a", "b"]


def test_events_that_come_at_once_step_in_their_order(begin: Begin, box: Sandbox) -> None:
    watched = [boundary(f"b{n}", "u", condition("=ok"), interrupting=False) for n in (1, 2, 3)]
    parts = (start("s"), user("u"), end("e"), *watched, end("x"), flows("s u e", "b1 x", "b2 x", "b3 x"))
    case = begin(diagram(*parts), ok=False)
    box.set_variables(case, {"ok": True})
    assert case.path == ["s", "b1", "b2", "b3", "x", "x", "x"]
