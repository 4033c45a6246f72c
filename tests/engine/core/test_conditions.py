"""Conditional events: fired when a variable they see changes and they become true."""

from engine.sandbox import Sandbox
from tests.engine.conftest import Begin
from tests.engine.factories import (
    boundary,
    catch,
    condition,
    diagram,
    end,
    event_based,
    event_sub,
    flows,
    message,
    parallel,
    script,
    several,
    start,
    sub,
    timer,
    user,
)


def test_an_intermediate_event_waits_until_it_holds(begin: Begin, box: Sandbox) -> None:
    case = begin(diagram(start("s"), catch("c", condition("=n > 3")), end("e"), flows("s c e")), n=1)
    assert [(item.kind, item.element, item.name) for item in case.waiting] == [("condition", "c", "n > 3")]
    box.set_variables(case, {"n": 3})
    assert case.state == "active"
    box.set_variables(case, {"n": 4})
    assert case.path == ["s", "c", "e"]


def test_one_that_holds_already_is_passed_at_once(begin: Begin) -> None:
    case = begin(diagram(start("s"), catch("c", condition("=n > 3")), end("e"), flows("s c e")), n=4)
    assert case.state == "completed"


def test_what_is_neither_true_nor_false_does_not_hold(begin: Begin, box: Sandbox) -> None:
    case = begin(diagram(start("s"), catch("c", condition("=missing > 3")), end("e"), flows("s c e")))
    assert (case.state, case.incidents) == ("active", [])
    box.set_variables(case, {"missing": 5})
    assert case.state == "completed"


def test_another_branch_can_make_it_hold(begin: Begin) -> None:
    parts = [start("s"), parallel("f"), catch("c", condition("=n = 2")), user("u"), script("t", "2", "n"), end("e")]
    case = begin(diagram(*parts, flows("s f c e", "f u t e")), n=1)
    case.waiting[1].complete()
    assert case.path == ["s", "f", "u", "t", "c", "e", "e"]


def test_a_boundary_event_interrupts(begin: Begin, box: Sandbox) -> None:
    parts = [start("s"), user("u"), boundary("b", "u", condition("=stop")), end("e"), end("x")]
    case = begin(diagram(*parts, flows("s u e", "b x")), stop=False)
    box.set_variables(case, {"stop": True})
    assert case.path == ["s", "b", "x"]
    assert case.state == "completed"


def test_one_that_does_not_interrupt_fires_each_time_it_becomes_true(begin: Begin, box: Sandbox) -> None:
    parts = [start("s"), user("u"), boundary("b", "u", condition("=n > 1"), interrupting=False), end("e"), end("x")]
    case = begin(diagram(*parts, flows("s u e", "b x")), n=1)
    for n in (2, 3, 1, 2):
        box.set_variables(case, {"n": n})
    assert case.path == ["s", "b", "x", "b", "x"]
    next(item for item in case.waiting if item.kind == "task").complete()
    assert case.state == "completed"


def test_an_event_sub_process_starts_by_it(begin: Begin, box: Sandbox) -> None:
    for interrupting in (True, False):
        inner = event_sub("h", start("hs", condition("=alarm"), interrupting=interrupting), end("he"), flows("hs he"))
        case = begin(diagram(start("s"), user("u"), end("e"), flows("s u e"), inner))
        box.set_variables(case, {"alarm": True})
        assert case.path == ["s", "hs", "he", "h"]
        assert case.state == ("completed" if interrupting else "active")


def test_only_variables_that_are_seen_from_the_event_count(begin: Begin) -> None:
    inner = sub("b", start("bs"), script("t", "true", "done"), end("be"), flows("bs t be"), inputs={"done": "=false"})
    parts = [start("s"), parallel("f"), inner, catch("c", condition("=done")), end("e"), flows("s f b e", "f c e")]
    case = begin(diagram(*parts))
    assert case.path == ["s", "f", "bs", "t", "be", "b", "e"]
    assert [item.element for item in case.waiting] == ["c"]


def test_a_filter_says_which_changes_have_it_looked_at_again(begin: Begin, box: Sandbox) -> None:
    event = condition("=a + b > 5", names="a", events="update")
    case = begin(diagram(start("s"), catch("c", event), end("e"), flows("s c e")), a=1, b=1)
    box.set_variables(case, {"b": 9})
    assert case.state == "active"
    box.set_variables(case, {"a": 2})
    assert case.state == "completed"


def test_a_created_variable_is_no_update(begin: Begin, box: Sandbox) -> None:
    event = condition("=a > 5", events="update")
    case = begin(diagram(start("s"), catch("c", event), end("e"), flows("s c e")))
    box.set_variables(case, {"a": 6})
    assert case.state == "active"
    box.set_variables(case, {"a": 7})
    assert case.state == "completed"


def test_behind_an_event_based_gateway(begin: Begin, box: Sandbox) -> None:
    parts = [start("s"), event_based("g"), catch("c", condition("=ok")), catch("t", timer(duration="PT1H")), end("e")]
    case = begin(diagram(*parts, flows("s g c e", "g t e")), ok=False)
    box.set_variables(case, {"ok": True})
    assert case.path == ["s", "g", "c", "e"]
    assert case.records == {}


def test_among_several_definitions(begin: Begin, box: Sandbox) -> None:
    event = several(message("m"), condition("=a"), condition("=b"))
    case = begin(diagram(start("s"), catch("c", event), end("e"), flows("s c e")), a=False, b=False)
    assert [item.kind for item in case.waiting] == ["message", "condition", "condition"]
    box.set_variables(case, {"b": True})
    assert (case.state, case.records) == ("completed", {})


def test_a_process_is_opened_by_variables_that_fulfil_its_start(box: Sandbox) -> None:
    for process_id, text in (("p", "=n > 5"), ("q", "=n > 1"), ("r", "=other")):
        drawn = diagram(start("s", condition(text)), end("e"), flows("s e"), process_id=process_id)
        box.deploy(drawn, f"{process_id}.bpmn")
    opened = box.evaluate_conditions({"n": 3})
    assert [(case.process_id, case.path, case.variables) for case in opened] == [("q", ["s", "e"], {"n": 3})]


def test_past_what_feel_allows_it_is_an_incident_that_can_be_resolved(begin: Begin, box: Sandbox) -> None:
    text = "=count(for a in 1..n, b in 1..n, c in 1..n return 1) > 0"
    case = begin(diagram(start("s"), catch("c", condition(text)), end("e"), flows("s c e")), n=2000)
    assert [(stopped.kind, stopped.element) for stopped in case.incidents] == [("EXTRACT_VALUE_ERROR", "c")]
    box.set_variables(case, {"n": 1})
    case.incidents[0].resolve()
    assert case.state == "completed"


def test_an_event_that_ends_another_that_becomes_true_with_it(begin: Begin, box: Sandbox) -> None:
    """The outer one is looked at first and interrupts; the inner one is no more then."""
    inner = (
        start("is"),
        user("u"),
        end("ie"),
        boundary("b", "u", condition("=n = 1")),
        end("be"),
        flows("is u ie", "b be"),
    )
    parts = (start("s"), sub("o", *inner), boundary("x", "o", condition("=n = 1")), end("e"), end("xe"))
    case = begin(diagram(*parts, flows("s o e", "x xe")), n=0)
    box.set_variables(case, {"n": 1})
    assert (case.state, case.path[-2:]) == ("completed", ["x", "xe"])
