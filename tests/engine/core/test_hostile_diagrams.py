"""Diagrams nobody should draw: they end at a limit with an incident that names the element, or come to a right end."""

from datetime import timedelta

import pytest

from engine.core.commands import Move
from engine.errors import Invalid
from engine.sandbox import Case, Sandbox
from tests.engine.conftest import Begin
from tests.engine.factories import (
    Part,
    boundary,
    call,
    cancel,
    catch,
    compensate,
    condition,
    diagram,
    each,
    end,
    error,
    escalation,
    event_sub,
    flows,
    link,
    message,
    parallel,
    script,
    signal,
    start,
    sub,
    task,
    terminate,
    throw,
    timer,
    transaction,
    undoing,
    user,
)

S, E = start("s"), end("e")


def stopped(case: Case) -> list[tuple[str, str, str]]:
    return [(one.element, one.kind, one.code) for one in case.incidents]


def refused(begin: Begin, drawn: bytes) -> set[tuple[str, str | None]]:
    with pytest.raises(Invalid) as error:
        begin(drawn)
    return {(found.code, found.element) for found in error.value.findings if found.severity == "error"}


# Ways without an end


def ends_by_hops(box: Sandbox, monkeypatch: pytest.MonkeyPatch, most: int) -> None:
    monkeypatch.setattr("engine.core.surroundings.MOST_HOPS", most)
    box.most_hops = most


@pytest.mark.parametrize("event", [signal("x"), message("x", "=1")], ids=["signal", "message"])
def test_an_event_sub_process_that_starts_itself(
    event: Part, begin: Begin, box: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    ends_by_hops(box, monkeypatch, 5)
    again = event_sub("h", start("hs", event, interrupting=False), throw("ht", event), end("he"), flows("hs ht he"))
    case = begin(diagram(S, throw("t", event), user("u"), E, again, flows("s t u e")))
    assert stopped(case) == [("ht", "UNKNOWN", "way_without_end")]
    # whoever looks at it may have it go on, to the next limit
    case.incidents[0].resolve()
    assert (case.path.count("he"), stopped(case)) == (9, [("ht", "UNKNOWN", "way_without_end")])


def test_a_process_that_its_own_signal_starts(box: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    ends_by_hops(box, monkeypatch, 5)
    box.deploy(diagram(start("s", signal("x")), end("e", signal("x")), flows("s e")), "p.bpmn")
    box.broadcast("x")
    assert [case.state for case in box.cases] == ["completed"] * 5 + ["active"]
    assert stopped(box.cases[-1]) == [("e", "UNKNOWN", "way_without_end")]


def test_two_that_answer_each_other_start_anew_with_what_comes_from_outside(
    box: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    ends_by_hops(box, monkeypatch, 3)
    ask = diagram(
        S, throw("a", message("ask", "=1")), catch("b", message("answer", "=1")), user("u"), flows("s a b u a")
    )
    reply = diagram(start("s", message("ask", "=1")), end("e", message("answer", "=1")), flows("s e"), process_id="q")
    box.deploy(reply, "q.bpmn")
    box.deploy(ask, "p.bpmn")
    case = box.start("p")
    for _ in range(4):
        assert stopped(case) == []
        case.waiting[0].complete()
    assert len(box.cases) == 6


def test_a_condition_that_its_own_handler_makes_true_again(
    begin: Begin, box: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    ends_by_hops(box, monkeypatch, 10)
    monkeypatch.setattr("engine.core.run.STEPS", 200)
    way = (script("a", "-1", "n"), script("b", "1", "n"), end("he"), flows("hs a b he"))
    handler = event_sub("h", start("hs", condition("=n > 0"), interrupting=False), *way)
    case = begin(diagram(S, script("t", "1", "n"), user("u"), E, handler, flows("s t u e")))
    assert {found[2] for found in stopped(case)} == {"way_without_end"}
    case.cancel()
    assert (case.state, case.records) == ("canceled", {})


def test_a_process_that_calls_itself(begin: Begin, box: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("engine.core.calls.DEEPEST", 4)
    case = begin(diagram(S, call("k", "p"), E, flows("s k e")))
    assert [stopped(one) for one in box.cases] == [[]] * 4 + [[("k", "CALLED_ELEMENT_ERROR", "calls_too_deep")]]
    case.cancel()
    assert {one.state for one in box.cases} == {"canceled"}


# Sizes


def nested(levels: int) -> bytes:
    inner: list[Part] = [start("s0"), user("u"), end("e0"), flows("s0 u e0")]
    for level in range(1, levels):
        inner = [start(f"s{level}"), sub(f"p{level}", *inner), end(f"e{level}"), flows(f"s{level} p{level} e{level}")]
    return diagram(*inner)


def test_sub_processes_in_each_other(begin: Begin) -> None:
    case = begin(nested(50))
    case.waiting[0].complete()
    assert (case.state, len(case.path)) == ("completed", 150)
    assert refused(begin, nested(200)) == {("bpmn_too_deep", "s1")}


def test_a_loop_of_many_that_is_over_early(begin: Begin) -> None:
    loop = each("=for i in 1..2000 return i", "i", collect="r", output="=x", until="=numberOfCompletedInstances = 2")
    case = begin(diagram(S, user("u", loop=loop), E, flows("s u e")))
    for item in case.waiting[1:3]:
        item.complete({"x": item.variables["i"]})
    assert (case.state, case.records, case.variables["r"][:4]) == ("completed", {}, [None, 2, 3, None])


# Values


@pytest.mark.parametrize(
    ("event", "code"),
    [
        (message("m", '=string join(for i in 1..300 return "x")'), "text_too_long"),
        (message("m", "=nothing"), "not_a_text"),
        (message("m", "=[1]"), "not_a_text"),
        (message("=nothing", "=1"), "not_a_text"),
        (message('=string join(for i in 1..300 return "x")', "=1"), "text_too_long"),
        (timer(duration='="P999999999Y"'), "not_a_duration"),
        (timer(date='="99999-01-01"'), "not_a_date"),
        (timer(cycle='="R/PT0S"'), "not_a_cycle"),
        (timer(cycle='="R/-PT1H"'), "not_a_cycle"),
        (timer(cycle='="0 0 0 31 2 *"'), "not_a_cycle"),
    ],
)
def test_a_value_nothing_can_be_waited_for_with(event: Part, code: str, begin: Begin) -> None:
    case = begin(diagram(S, catch("c", event), E, flows("s c e")))
    assert stopped(case) == [("c", "EXTRACT_VALUE_ERROR", code)]


def test_a_time_that_is_past_fires_at_once(begin: Begin, box: Sandbox) -> None:
    case = begin(diagram(S, catch("c", timer(duration='=duration("-P3000D")')), E, flows("s c e")))
    box.advance(by=timedelta())
    assert case.state == "completed"


# Events where several things of BPMN meet


def failing(id: str) -> Part:  # noqa: A002
    """A handler for compensation that fails."""
    return sub(id, start("us"), end("ue", error("bad")), flows("us ue"), isForCompensation="true")


def test_an_error_out_of_a_compensation_handler(begin: Begin) -> None:
    undo = undoing("c", "a", failing("undo"))
    case = begin(diagram(S, task("a"), undo, throw("t", compensate()), E, flows("s a t e")))
    assert stopped(case) == [("ue", "UNHANDLED_ERROR_EVENT", "error_not_caught")]
    inner = sub("m", start("ms"), task("a"), undo, throw("t", compensate()), end("me"), flows("ms a t me"))
    case = begin(diagram(S, inner, boundary("b", "m", error("bad")), end("x"), E, flows("s m e", "b x")))
    assert (case.path, case.state, case.records) == (["s", "ms", "a", "us", "b", "x"], "completed", {})


def test_an_error_while_a_transaction_is_undone_is_a_hazard(begin: Begin) -> None:
    inner = transaction(
        "m", start("ms"), task("a"), undoing("c", "a", failing("undo")), end("me", cancel()), flows("ms a me")
    )
    ways = (boundary("b", "m", error("bad")), boundary("bc", "m", cancel()), end("x"), end("y"))
    case = begin(diagram(S, inner, *ways, E, flows("s m e", "b x", "bc y")))
    assert (case.path, case.state, case.records) == (["s", "ms", "a", "us", "b", "x"], "completed", {})


def test_a_link_into_another_scope_is_refused_at_both_ends(begin: Begin) -> None:
    inner = sub("m", start("ms"), end("me"), catch("c", link("A")), end("ce"), flows("ms me", "c ce"))
    found = refused(begin, diagram(S, throw("l", link("A")), inner, E, flows("s l", "m e")))
    assert {("bpmn_link_without_throw", "c"), ("bpmn_link_without_catch", "l")} <= found


def test_a_terminate_end_event_ends_its_instance_of_the_loop_only(begin: Begin) -> None:
    loop = each("=[1, 2, 3]", "i", collect="r", output="=i")
    body = (start("ms"), parallel("f"), user("u"), user("v"), end("t", terminate()), flows("ms f u", "f v t"))
    case = begin(diagram(S, sub("m", *body, loop=loop), E, flows("s m e")))
    next(item for item in case.waiting if item.element == "v" and item.variables["i"] == 2).complete()
    assert [(item.element, item.variables["i"]) for item in case.waiting] == [("u", 1), ("v", 1), ("u", 3), ("v", 3)]
    for item in [item for item in case.waiting if item.element == "v"]:
        item.complete()
    assert (case.state, case.variables, case.records) == ("completed", {"r": [1, 2, 3]}, {})


def test_a_signal_thrown_in_the_step_in_which_it_is_waited_for_reaches_the_one_that_waits(begin: Begin) -> None:
    for ways in ("f t e", "f c e"), ("f c e", "f t e"):
        case = begin(
            diagram(S, parallel("f"), throw("t", signal("x")), catch("c", signal("x")), E, flows("s f", *ways))
        )
        assert (case.state, sorted(case.path)) == ("completed", ["c", "e", "e", "f", "s", "t"])


def test_a_signal_that_two_wait_for_of_which_the_first_ends_the_other(begin: Begin, box: Sandbox) -> None:
    handler = event_sub("h", start("hs", signal("x")), end("he"), flows("hs he"))
    case = begin(diagram(S, user("u"), boundary("b", "u", signal("x")), end("y"), E, handler, flows("s u e", "b y")))
    box.broadcast("x")
    assert (case.path, case.state, case.records) == (["s", "hs", "he", "h"], "completed", {})


def test_escalations_of_called_instances_of_a_loop(begin: Begin, box: Sandbox) -> None:
    child = diagram(
        start("cs"), throw("ct", escalation("up")), user("cu"), end("ce"), flows("cs ct cu ce"), process_id="c"
    )
    box.deploy(child, "c.bpmn")
    loop = each("=[1, 2, 3]", "i")
    for interrupting, path, states in (
        (True, ["s", "b", "x"], ["canceled"] * 3),
        (False, ["s", *["b", "x"] * 3], ["active"] * 3),
    ):
        caught = (boundary("b", "k", escalation("up"), interrupting=interrupting), end("x"))
        case = begin(diagram(S, call("k", "c", loop=loop), *caught, E, flows("s k e", "b x")))
        assert (case.path, [one.state for one in box.cases if one.parent is case]) == (path, states)


def test_modifying_into_the_middle_of_a_loop(begin: Begin) -> None:
    loop = each("=[1, 2, 3]", "i", collect="r", output="=i")
    inner = sub("m", start("ms"), user("u"), user("v"), end("me"), flows("ms u v me"), loop=loop)
    case = begin(diagram(S, inner, E, flows("s m e")))
    with pytest.raises(Invalid) as error:
        case.modify(start=["v"])
    assert [found.code for found in error.value.findings] == ["modification_scope_ambiguous"]
    middle = case.records[case.waiting[1].key].element_key
    case.modify(move=[Move(middle, "v")])
    assert [(item.element, item.variables["i"]) for item in case.waiting] == [("u", 1), ("u", 3), ("v", 2)]
    while case.waiting:
        case.waiting[0].complete()
    assert (case.state, case.variables) == ("completed", {"r": [1, 2, 3]})


def test_a_migration_while_a_timer_is_due(begin: Begin, box: Sandbox) -> None:
    """The timer was set before the new version, and falls due at the moment of the migration."""
    case = begin(diagram(S, catch("c", timer(duration="PT1H")), E, flows("s c e")))
    box.advance(by=timedelta(minutes=59))
    box.deploy(diagram(S, catch("d", timer(duration="PT9H")), user("u"), E, flows("s d u e")), "p.bpmn")
    case.migrate({"c": "d"})
    box.advance(by=timedelta(minutes=1))
    assert [item.element for item in case.waiting] == ["u"]
