"""Inclusive joins after loops and unbalanced splits, conditional flows out of tasks, what is thrown in all places."""

import pytest

from engine.sandbox import Case, Sandbox
from tests.engine.conftest import Begin
from tests.engine.factories import (
    Part,
    boundary,
    call,
    catch,
    diagram,
    each,
    end,
    escalation,
    event_sub,
    exclusive,
    flows,
    inclusive,
    message,
    parallel,
    script,
    signal,
    start,
    sub,
    task,
    terminate,
    throw,
    user,
)


def complete(case: Case, *elements: str) -> None:
    for element in elements:
        next(item for item in case.waiting if item.element == element).complete()


def test_an_inclusive_join_waits_for_a_branch_that_loops(begin: Begin) -> None:
    parts = [start("s"), parallel("f"), user("a"), exclusive("m"), user("b"), exclusive("x", default="x_j")]
    case = begin(
        diagram(*parts, inclusive("j"), end("e"), flows("s f a j e", "f m b x j", "x m", x_m="=more")), more=True
    )
    complete(case, "a", "b")
    assert "j" not in case.path
    next(item for item in case.waiting if item.element == "b").complete({"more": False})
    assert (case.path[-2:], case.path.count("j"), case.state) == (["j", "e"], 1, "completed")


def test_a_loop_around_an_inclusive_block_begins_anew(begin: Begin) -> None:
    count = script("c", "if n = null then 1 else n + 1", "n")
    parts = [start("s"), exclusive("m"), inclusive("f"), user("a"), user("b"), inclusive("j"), count]
    parts += [exclusive("x", default="x_e"), end("e")]
    ways = flows("s m f a j c x e", "f b j", "x m", f_a="=true", f_b="=n = null or n < 2", x_m="=n < 3")
    case = begin(diagram(*parts, ways))
    for turn in (["b", "a"], ["a", "b"], ["a"]):
        assert sorted(item.element for item in case.waiting) == sorted(turn)
        complete(case, *turn)
    assert (case.path.count("j"), case.state) == (3, "completed")


def test_an_unbalanced_split_joins_what_can_still_come(begin: Begin) -> None:
    parts = [
        start("s"),
        parallel("f"),
        user("a"),
        parallel("g"),
        user("b"),
        user("c"),
        inclusive("j"),
        user("d"),
        end("e"),
    ]
    case = begin(diagram(*parts, flows("s f a j e", "f g b j", "g c d e")))
    complete(case, "c", "a")
    assert "j" not in case.path
    complete(case, "b")
    assert case.path[-2:] == ["j", "e"]
    complete(case, "d")
    assert case.state == "completed"


@pytest.mark.parametrize(("n", "taken"), [(3, ["a", "b"]), (2, ["a"]), (0, ["d"])])
def test_conditional_and_default_flows_out_of_a_task(n: int, taken: list[str], begin: Begin) -> None:
    ways = flows("s t a e", "t b e", "t d e", t_a="=n > 1", t_b="=n > 2")
    case = begin(diagram(start("s"), task("t", default="t_d"), task("a"), task("b"), task("d"), end("e"), ways), n=n)
    assert [element for element in case.path if element in "abd"] == taken


@pytest.mark.parametrize("around", ["process", "sub", "multi-instance", "called"])
def test_terminate_ends_the_scope_it_lies_in_and_no_other(around: str, begin: Begin, box: Sandbox) -> None:
    inner = [start("i"), parallel("f"), user("w"), end("x", terminate()), end("y"), flows("i f w y", "f x")]
    outer: dict[str, list[Part]] = {
        "sub": [sub("b", *inner)],
        "multi-instance": [sub("b", *inner, loop=each("=[1, 2]"))],
        "called": [call("b", "q")],
    }
    box.deploy(diagram(*inner, process_id="q"), "q.bpmn")
    parts = inner if around == "process" else [start("s"), *outer[around], task("t"), end("e"), flows("s b t e")]
    case = begin(diagram(*parts))
    assert (case.state, case.records) == ("completed", {})
    assert (case.path[-1] == "e") == (around != "process")


@pytest.mark.parametrize("interrupting", [True, False])
@pytest.mark.parametrize("place", ["boundary", "event sub-process"])
@pytest.mark.parametrize("thrown", ["intermediate", "end"])
def test_escalations_are_caught_in_all_places(thrown: str, place: str, interrupting: bool, begin: Begin) -> None:
    up = end("t", escalation("odd")) if thrown == "end" else throw("t", escalation("odd"))
    inner = [start("i"), up, flows("i t")] + ([end("y"), flows("t y")] if thrown != "end" else [])
    parts = [start("s"), sub("b", *inner), end("e"), flows("s b e")]
    if place == "boundary":
        parts += [boundary("c", "b", escalation("odd"), interrupting=interrupting), end("z"), flows("c z")]
    else:
        parts += [event_sub("h", start("c", escalation("odd"), interrupting=interrupting), end("z"), flows("c z"))]
    case = begin(diagram(*parts))
    assert (case.state, "c" in case.path, "e" in case.path) == ("completed", True, not interrupting)


def test_a_signal_reaches_every_place_at_once(begin: Begin, box: Sandbox) -> None:
    parts = [start("s"), parallel("f"), catch("c", signal("x")), user("u"), boundary("b", "u", signal("x")), end("e")]
    parts += [event_sub("h", start("hs", signal("x"), interrupting=False), end("he"), flows("hs he")), end("z")]
    case = begin(diagram(*parts, flows("s f c e", "f u e", "b z")))
    box.deploy(diagram(start("qs", signal("x")), end("qe"), flows("qs qe"), process_id="q"), "q.bpmn")
    box.broadcast("x")
    assert sorted(case.path) == sorted(["s", "f", "c", "e", "b", "z", "hs", "he", "h"])
    assert [other.process_id for other in box.cases] == ["p", "q"]


def test_a_message_thrown_inside_reaches_its_own_instance_or_is_gone(begin: Begin) -> None:
    parts = [start("s"), parallel("f"), catch("c", message("m")), throw("t", message("m")), end("e", message("none"))]
    case = begin(diagram(*parts, flows("s f c e", "f t e")))
    assert (case.state, case.path.count("e")) == ("completed", 2)
