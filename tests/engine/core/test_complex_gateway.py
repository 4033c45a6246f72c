"""Complex gateways: go on when the activation condition holds, take what comes late, begin anew."""

from engine.sandbox import Case, Sandbox
from tests.engine.conftest import Begin
from tests.engine.factories import (
    complex_gateway,
    diagram,
    end,
    exclusive,
    flows,
    inclusive,
    parallel,
    script,
    start,
    task,
    user,
)

THREE = [start("s"), parallel("f"), user("a"), user("b"), user("c"), task("t"), end("e")]
WAYS = flows("s f a g t e", "f b g", "f c g")


def complete(case: Case, *elements: str) -> None:
    for element in elements:
        next(item for item in case.waiting if item.element == element).complete()


def test_two_of_three_suffice_and_the_third_is_taken_in(begin: Begin) -> None:
    case = begin(diagram(*THREE, complex_gateway("g", "=activationCount >= 2"), WAYS))
    complete(case, "c")
    assert "g" not in case.path
    complete(case, "a")
    assert case.path == ["s", "f", "c", "a", "g", "t", "e"]
    assert case.state == "active"
    complete(case, "b")
    assert case.path == ["s", "f", "c", "a", "g", "t", "e", "b"]
    assert case.state == "completed"


def test_without_a_condition_the_first_goes_on(begin: Begin) -> None:
    case = begin(diagram(*THREE, complex_gateway("g"), WAYS))
    complete(case, "b", "c", "a")
    assert case.path == ["s", "f", "b", "g", "t", "e", "c", "a"]
    assert case.state == "completed"


def test_a_condition_may_ask_variables_and_is_asked_again_when_they_change(begin: Begin, box: Sandbox) -> None:
    case = begin(diagram(*THREE, complex_gateway("g", "=activationCount >= needed"), WAYS), needed=3)
    complete(case, "a", "b")
    assert "g" not in case.path
    box.set_variables(case, {"needed": 2})
    assert case.path[-3:] == ["g", "t", "e"]


def test_a_condition_that_is_none_is_an_incident_and_can_be_resolved(begin: Begin, box: Sandbox) -> None:
    case = begin(diagram(*THREE, complex_gateway("g", "=activationCount >= needed"), WAYS))
    complete(case, "a")
    assert [(stopped.kind, stopped.element) for stopped in case.incidents] == [("CONDITION_ERROR", "g")]
    box.set_variables(case, {"needed": 2})
    case.incidents[0].resolve()
    assert (case.incidents, "g" in case.path) == ([], False)
    complete(case, "b")
    assert case.path == ["s", "f", "a", "b", "g", "t", "e"]
    complete(case, "c")
    assert case.state == "completed"


def test_what_comes_while_the_incident_stands_is_counted_once_it_is_resolved(begin: Begin, box: Sandbox) -> None:
    case = begin(diagram(*THREE, complex_gateway("g", "=activationCount >= needed"), WAYS))
    complete(case, "a", "b", "c")
    box.set_variables(case, {"needed": 3})
    case.incidents[0].resolve()
    assert (case.path[-3:], case.state) == (["g", "t", "e"], "completed")


def test_it_sends_tokens_by_the_conditions_of_its_flows(begin: Begin) -> None:
    parts = [*THREE[:-2], task("t"), task("u"), task("v"), end("e"), complex_gateway("g", default="g_v")]
    ways = flows("s f a g t e", "f b g", "f c g", "g u e", "g v e", g_t="=n > 1", g_u="=n > 2")
    for n, taken in ((3, ["t", "u"]), (2, ["t"]), (1, ["v"])):
        case = begin(diagram(*parts, ways), n=n)
        complete(case, "a")
        assert [element for element in case.path if element in "tuv"] == taken


def test_in_a_loop_it_begins_anew_each_turn(begin: Begin) -> None:
    count = script("t", "if n = null then 1 else n + 1", "n")
    parts = [start("s"), exclusive("m"), parallel("f"), user("a"), user("b"), user("c"), count]
    parts += [complex_gateway("g", "=activationCount >= 2"), exclusive("x", default="x_e"), end("e")]
    case = begin(diagram(*parts, flows("s m f a g t x e", "f b g", "f c g", "x m", x_m="=n < 3")))
    turns = 0
    while case.waiting:
        turns += 1
        for element in ("a", "b", "c"):
            complete(case, element)
    assert (turns, case.path.count("g"), case.variables["n"], case.state) == (3, 3, 3, "completed")


def test_the_next_turn_may_come_before_the_late_one(begin: Begin) -> None:
    parts = [start("s"), exclusive("m"), parallel("f"), user("a"), user("b"), user("c")]
    parts += [complex_gateway("g", "=activationCount >= 2"), user("x"), exclusive("d", default="d_e"), end("e")]
    case = begin(diagram(*parts, flows("s m f a g x d e", "f b g", "f c g", "d m", d_m="=again")))
    complete(case, "a", "b")
    next(item for item in case.waiting if item.element == "x").complete({"again": True})
    complete(case, "a", "b")
    assert case.path.count("g") == 1
    complete(case, "c")
    complete(case, "c")
    assert case.path.count("g") == 2
    next(item for item in case.waiting if item.element == "x").complete({"again": False})
    assert case.state == "completed"


def test_a_branch_that_ends_elsewhere_is_not_waited_for(begin: Begin) -> None:
    parts = [*THREE, complex_gateway("g", "=activationCount >= 2"), exclusive("x", default="x_g"), end("z")]
    case = begin(diagram(*parts, flows("s f a g t e", "f b g", "f c x g", "x z", x_z="=true")))
    complete(case, "a", "b", "c")
    assert (case.state, case.instance.joins) == ("completed", {})


def test_an_inclusive_join_waits_for_what_a_complex_gateway_still_holds_back(begin: Begin) -> None:
    parts = [start("s"), parallel("o"), parallel("f"), user("a"), user("b"), user("z"), inclusive("j"), end("e")]
    parts += [complex_gateway("g", "=activationCount >= 2")]
    case = begin(diagram(*parts, flows("s o f a g j e", "f b g", "o z j")))
    complete(case, "z", "a")
    assert "j" not in case.path
    complete(case, "b")
    assert (case.path[-2:], case.path.count("j"), case.state) == (["j", "e"], 1, "completed")
