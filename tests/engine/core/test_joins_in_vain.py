"""Joins that nothing alive can fill: an incident the moment it is sure, gone again once they can be filled."""

from datetime import timedelta

from engine.core import commands
from engine.sandbox import Case, Sandbox
from tests.engine.conftest import Begin
from tests.engine.factories import (
    ad_hoc,
    boundary,
    diagram,
    end,
    error,
    exclusive,
    flows,
    inclusive,
    message,
    parallel,
    start,
    sub,
    task,
    timer,
    user,
)
from tests.engine.house import House


def finish(case: Case, element: str) -> None:
    next(item for item in case.waiting if item.element == element).complete()


def stopped(case: Case) -> list[tuple[str, str, str]]:
    return [(incident.kind, incident.element, incident.record.code) for incident in case.incidents]


IN_VAIN = [("UNKNOWN", "j", "join_in_vain")]

# one branch may end by itself, so the join is never filled
LOST = diagram(
    start("s"),
    parallel("f"),
    user("a"),
    exclusive("x", default="x_out"),
    end("out"),
    parallel("j"),
    end("e"),
    flows("s f a j e", "f x j", "x out", x_j="=n = 1"),
)


def test_a_parallel_join_that_lost_a_branch_is_an_incident_at_the_join(begin: Begin) -> None:
    case = begin(LOST, n=2)
    assert stopped(case) == []  # nothing waits at the join yet
    finish(case, "a")
    assert (case.state, stopped(case)) == ("active", IN_VAIN)
    assert case.incidents[0].record.parameters == {"element": "j", "flows": "x_j"}
    assert case.incidents[0].record.element_key == case.key


def test_while_somebody_can_still_come_there_is_none(begin: Begin) -> None:
    drawn = diagram(
        start("s"),
        parallel("f"),
        user("a"),
        user("b"),
        boundary("late", "b", timer(duration="PT1H")),
        end("z"),
        parallel("j"),
        end("e"),
        flows("s f a j e", "f b j", "late z"),
    )
    case = begin(drawn)
    finish(case, "a")
    assert stopped(case) == []
    case.box.advance(by=timedelta(hours=2))
    assert (stopped(case), case.path[-1]) == (IN_VAIN, "z")


def test_it_is_told_while_others_who_cannot_come_go_on(begin: Begin) -> None:
    drawn = diagram(
        start("s"),
        parallel("f"),
        user("a"),
        exclusive("x", default="x_out"),
        user("out"),
        parallel("j"),
        end("e"),
        flows("s f a j e", "f x j", "x out", x_j="=n = 1"),
    )
    case = begin(drawn, n=2)
    finish(case, "a")
    assert stopped(case) == IN_VAIN
    finish(case, "out")
    assert (case.state, stopped(case)) == ("active", IN_VAIN)


def test_resolved_without_a_change_it_comes_again(begin: Begin) -> None:
    case = begin(LOST, n=2)
    finish(case, "a")
    first = case.incidents[0]
    first.resolve()
    assert stopped(case) == IN_VAIN
    assert case.incidents[0].record.key != first.record.key


def test_a_branch_that_is_begun_again_takes_the_incident_away(begin: Begin, box: Sandbox) -> None:
    case = begin(LOST, n=2)
    finish(case, "a")
    box.set_variables(case, {"n": 1})
    case.modify(start=["x"])
    assert (case.state, case.incidents, case.path[-2:]) == ("completed", [], ["j", "e"])


def test_a_cancelled_case_leaves_no_incident(begin: Begin) -> None:
    case = begin(LOST, n=2)
    finish(case, "a")
    case.cancel()
    assert (case.state, case.records) == ("canceled", {})


def test_what_interrupts_the_scope_takes_the_incident_away(begin: Begin) -> None:
    inner = sub(
        "sp",
        start("s1"),
        parallel("f"),
        user("a"),
        end("out"),
        exclusive("x", default="x_out"),
        parallel("j"),
        flows("s1 f a j", "f x j", "x out", x_j="=n = 1"),
    )
    drawn = diagram(start("s"), inner, boundary("b", "sp", message("stop")), end("e"), flows("s sp e", "b e"))
    case = begin(drawn, n=2)
    finish(case, "a")
    assert stopped(case) == IN_VAIN
    case.box.publish("stop")
    assert (case.state, case.records) == ("completed", {})


def test_a_token_in_another_turn_of_a_loop_may_still_fill_it(begin: Begin) -> None:
    drawn = diagram(
        start("s"),
        exclusive("again"),
        user("u"),
        exclusive("x", default="x_j"),
        parallel("f"),
        parallel("j"),
        end("e"),
        flows("s f again u x j e", "x again", "f j", x_again="=more"),
    )
    case = begin(drawn, more=True)
    for _ in range(3):
        assert stopped(case) == []
        finish(case, "u")
    case.box.set_variables(case, {"more": False})
    finish(case, "u")
    assert case.state == "completed"


def test_too_few_tokens_for_a_start_quantity_are_an_incident(begin: Begin) -> None:
    drawn = diagram(start("s"), task("t"), task("j", startQuantity="2"), end("e"), flows("s t j e"))
    case = begin(drawn)
    assert stopped(case) == IN_VAIN
    case.modify(start=["t"])
    assert (case.state, case.incidents) == ("completed", [])


def test_two_inclusive_joins_that_wait_for_each_other_are_told(begin: Begin) -> None:
    # each has a token and could be reached from the other: by the text of 13.4.3 neither may go on
    drawn = diagram(
        start("s"),
        parallel("f"),
        inclusive("j"),
        inclusive("k"),
        exclusive("x", default="x_e"),
        exclusive("y", default="y_e"),
        end("e"),
        flows("s f j x k y j", "f k", "x e", "y e", x_k="=false", y_j="=false"),
    )
    case = begin(drawn)
    assert sorted(stopped(case)) == [*IN_VAIN, ("UNKNOWN", "k", "join_in_vain")]


def test_a_sequential_ad_hoc_scope_goes_on_though_a_join_in_it_waits(begin: Begin) -> None:
    inner = ad_hoc("h", task("a"), task("b"), parallel("j"), task("c"), flows("a j c", "b j"), sequential=True)
    case = begin(diagram(start("s"), inner, end("e"), flows("s h e")))
    assert (case.path, case.state) == (["s", "a", "b", "j", "c", "h", "e"], "completed")


def test_a_job_error_that_leaves_the_branch_is_seen(begin: Begin) -> None:
    drawn = diagram(
        start("s"),
        parallel("f"),
        user("a"),
        user("b"),
        boundary("bad", "b", error("no")),
        end("z"),
        parallel("j"),
        end("e"),
        flows("s f a j e", "f b j", "bad z"),
    )
    case = begin(drawn)
    finish(case, "a")
    case.waiting[0].throw("no")
    assert stopped(case) == IN_VAIN


def test_on_the_database_it_is_an_incident_of_the_instance_and_goes_with_a_modification(house: House) -> None:
    house.deploy(LOST)
    key = house.start(variables={"n": 2}).key
    house.complete("a")
    assert house.rows("SELECT element, element_key, kind, state FROM incidents") == [("j", key, "UNKNOWN", "active")]
    assert house.value("SELECT incidents FROM instances") == 1
    house.advance(key, commands.SetVariables(key, {"n": 1}))
    house.advance(key, commands.Modify(start=(commands.Activate("x"),)))
    assert house.row("SELECT state, incidents FROM instances") == ("completed", 0)
    assert house.value("SELECT state FROM incidents") == "resolved"
