"""Gateways: choosing, forking, joining, in loops and out of balance."""

from datetime import timedelta

import pytest

from engine.sandbox import Case, Sandbox
from tests.engine.conftest import Begin
from tests.engine.factories import (
    boundary,
    catch,
    diagram,
    end,
    event_based,
    exclusive,
    flow,
    flows,
    inclusive,
    message,
    parallel,
    script,
    start,
    task,
    timer,
    user,
)


def complete(case: Case, element: str) -> None:
    next(item for item in case.waiting if item.element == element).complete()


def names(case: Case) -> list[str]:
    return sorted(item.element for item in case.waiting)


@pytest.mark.parametrize(("n", "end_"), [(1, "low"), (5, "middle"), (50, "high")])
def test_an_exclusive_gateway_takes_the_first_flow_that_holds(begin: Begin, n: int, end_: str) -> None:
    drawn = diagram(
        start("s"),
        exclusive("x", default="x_high"),
        end("low"),
        end("middle"),
        end("high"),
        flows("s x", "x low", "x middle", "x high", x_low="=n < 2", x_middle="=n < 10"),
    )
    assert begin(drawn, n=n).path == ["s", "x", end_]


def test_no_flow_that_holds_is_an_incident_until_one_does(begin: Begin, box: Sandbox) -> None:
    drawn = diagram(
        start("s"), exclusive("x"), end("a"), end("b"), flows("s x", "x a", "x b", x_a="=n = 1", x_b="=n = 2")
    )
    case = begin(drawn, n=3)
    assert [(i.kind, i.record.code) for i in case.incidents] == [("CONDITION_ERROR", "no_flow_taken")]
    box.set_variables(case, {"n": 2})
    case.incidents[0].resolve()
    assert case.path == ["s", "x", "b"]


def test_a_condition_that_is_neither_true_nor_false_is_an_incident(begin: Begin) -> None:
    drawn = diagram(
        start("s"), exclusive("x", default="x_b"), end("a"), end("b"), flows("s x", "x a", "x b", x_a="=nn > 1")
    )
    case = begin(drawn, n=3)
    (incident,) = case.incidents
    assert incident.record.code == "condition_not_boolean"
    assert incident.record.parameters["flow"] == "x_a"
    assert "nn" in incident.message


def test_conditions_work_on_flows_out_of_a_task(begin: Begin) -> None:
    drawn = diagram(
        start("s"),
        task("t", default="t_c"),
        end("a"),
        end("b"),
        end("c"),
        flows("s t", "t a", "t b", "t c", t_a="=n > 1", t_b="=n > 2"),
    )
    assert begin(drawn, n=3).path == ["s", "t", "a", "b"]


def test_the_default_of_a_task_is_for_when_nothing_holds(begin: Begin) -> None:
    drawn = diagram(start("s"), task("t", default="t_c"), end("a"), end("c"), flows("s t", "t a", "t c", t_a="=n > 1"))
    assert begin(drawn, n=0).path == ["s", "t", "c"]


def test_several_flows_out_of_a_task_fork_and_meet_uncontrolled(begin: Begin) -> None:
    drawn = diagram(start("s"), task("f"), task("a"), task("b"), task("m"), end("e"), flows("s f a m e", "f b m"))
    case = begin(drawn)
    assert case.path.count("m") == 2
    assert case.path.count("e") == 2


def test_a_parallel_join_waits_for_every_branch(begin: Begin) -> None:
    drawn = diagram(
        start("s"), parallel("f"), user("a"), user("b"), parallel("j"), end("e"), flows("s f a j e", "f b j")
    )
    case = begin(drawn)
    complete(case, "b")
    assert case.state == "active"
    complete(case, "a")
    assert case.state == "completed"
    assert case.path.count("j") == 1


def test_two_flows_between_the_same_two_nodes_are_two(begin: Begin) -> None:
    drawn = diagram(
        start("s"),
        parallel("f"),
        parallel("j"),
        end("e"),
        flows("s f", "j e"),
        flow("one", "f", "j"),
        flow("two", "f", "j"),
    )
    case = begin(drawn)
    assert case.path == ["s", "f", "j", "e"]


@pytest.mark.parametrize("order", ["ab", "ba"])
def test_a_parallel_block_in_a_loop_joins_once_a_turn(begin: Begin, order: str) -> None:
    drawn = diagram(
        start("s"),
        exclusive("m"),
        parallel("f"),
        user("a"),
        user("b"),
        parallel("j"),
        script("t", "n + 1", "n"),
        exclusive("x", default="x_e"),
        end("e"),
        flows("s m f a j t x m", "f b j", "x e", x_m="=n < 6"),
    )
    case = begin(drawn, n=0)
    for turn in range(6):
        assert names(case) == ["a", "b"]
        for element in order if turn % 2 else reversed(order):
            complete(case, element)
    assert case.state == "completed"
    assert case.path.count("j") == 6


def test_a_loop_of_a_thousand_turns_goes_to_its_end(begin: Begin) -> None:
    drawn = diagram(
        start("s"),
        exclusive("m"),
        script("t", "n + 1", "n"),
        exclusive("x", default="x_e"),
        end("e"),
        flows("s m t x m", "x e", x_m="=n < 1000"),
    )
    case = begin(drawn, n=0)
    assert case.state == "completed"
    assert case.variables["n"] == 1000


def test_an_endless_loop_gives_way_to_others_and_ends_at_a_limit(box: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("engine.core.surroundings.MOST_HOPS", 30)
    monkeypatch.setattr("engine.core.run.STEPS", 100)
    drawn = diagram(start("s"), exclusive("m"), task("t"), flows("s m t m"))
    box.deploy(drawn, "p.bpmn")
    box.most_hops = 30
    case = box.start("p")
    assert [(stopped.kind, stopped.code) for stopped in case.incidents] == [("UNKNOWN", "way_without_end")]
    case.cancel()
    assert case.state == "canceled"


@pytest.mark.parametrize(
    ("chosen", "path"),
    [("a", ["a"]), ("ab", ["a", "b"]), ("abc", ["a", "b", "c"]), ("", ["d"])],
)
def test_an_inclusive_join_waits_for_what_was_forked(begin: Begin, chosen: str, path: list[str]) -> None:
    drawn = diagram(
        start("s"),
        inclusive("f", default="f_d"),
        user("a"),
        user("b"),
        user("c"),
        user("d"),
        inclusive("j"),
        end("e"),
        flows(
            "s f a j e",
            "f b j",
            "f c j",
            "f d j",
            f_a='=contains(w, "a")',
            f_b='=contains(w, "b")',
            f_c='=contains(w, "c")',
        ),
    )
    case = begin(drawn, w=chosen)
    assert names(case) == path
    for element in reversed(path):
        assert case.path.count("j") == 0
        complete(case, element)
    assert case.path[-2:] == ["j", "e"]


def test_an_inclusive_join_does_not_wait_for_a_branch_that_left(begin: Begin) -> None:
    drawn = diagram(
        start("s"),
        inclusive("f"),
        user("a"),
        user("b"),
        exclusive("x", default="x_j"),
        end("out"),
        inclusive("j"),
        end("e"),
        flows("s f a j e", "f b x j", "x out", f_a="=true", f_b="=true", x_out="=away"),
    )
    case = begin(drawn, away=True)
    complete(case, "a")
    assert "j" not in case.path
    complete(case, "b")
    assert case.path[-2:] == ["j", "e"]
    assert case.state == "completed"


def test_an_inclusive_join_in_a_loop_joins_once_a_turn(begin: Begin) -> None:
    drawn = diagram(
        start("s"),
        exclusive("m"),
        inclusive("f"),
        user("a"),
        user("b"),
        inclusive("j"),
        script("t", "n + 1", "n"),
        exclusive("x", default="x_e"),
        end("e"),
        flows("s m f a j t x m", "f b j", "x e", f_a="=true", f_b="=odd(n)", x_m="=n < 4"),
    )
    case = begin(drawn, n=0)
    seen = []
    while case.state == "active":
        seen.append("".join(names(case)))
        complete(case, names(case)[-1])
    assert case.path.count("j") == 4
    assert seen == ["a", "ab", "a", "a", "ab", "a"]


def test_an_inclusive_join_waits_for_what_a_boundary_event_may_bring(begin: Begin, box: Sandbox) -> None:
    drawn = diagram(
        start("s"),
        inclusive("f"),
        task("a"),
        user("b"),
        boundary("late", "b", timer(duration="PT1H")),
        end("gone"),
        inclusive("j"),
        end("e"),
        flows("s f a j e", "f b gone", "late j", f_a="=true", f_b="=true"),
    )
    case = begin(drawn)
    assert "j" not in case.path
    complete(case, "b")
    assert case.state == "completed"
    assert case.path.count("j") == 1


def test_an_event_based_gateway_goes_where_the_first_event_leads(begin: Begin, box: Sandbox) -> None:
    drawn = diagram(
        start("s"),
        event_based("g"),
        catch("m", message("answer", "=key")),
        catch("t", timer(duration="PT1H")),
        end("answered"),
        end("late"),
        flows("s g m answered", "g t late"),
    )
    case = begin(drawn, key="K")
    assert [item.kind for item in case.waiting] == ["message", "timer"]
    box.publish("answer", "K", {"text": "yes"})
    assert case.path == ["s", "g", "m", "answered"]
    assert case.variables["text"] == "yes"
    assert case.records == {}
    late = box.start("p", {"key": "L"})
    box.advance(by=timedelta(hours=1))
    assert late.path == ["s", "g", "t", "late"]
    assert late.flows == ["s_g", "g_t", "t_late"]
