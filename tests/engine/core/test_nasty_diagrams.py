"""Where several things of BPMN meet: loops with calls, transactions in transactions, event sub-processes in loops."""

from datetime import timedelta

from engine.sandbox import Case, Sandbox
from tests.engine.conftest import Begin
from tests.engine.factories import (
    boundary,
    call,
    cancel,
    catch,
    compensate,
    diagram,
    each,
    end,
    error,
    escalation,
    event_based,
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
    timer,
    transaction,
    undoing,
    user,
)

S, E = start("s"), end("e")


def finish(case: Case, element: str, **variables: object) -> None:
    cases = [case, *(other for other in case.box.cases if other is not case)]
    items = [item for one in cases for item in one.waiting if item.element == element and item.kind == "task"]
    items[0].complete(variables)


def test_called_instances_of_a_loop_do_not_take_back_what_others_have_given(begin: Begin, box: Sandbox) -> None:
    box.deploy(diagram(start("cs"), user("cu"), end("ce"), flows("cs cu ce"), process_id="c"), "c.bpmn")
    loop = each("=[1, 2, 3]", "i", collect="r", output="=got")
    case = begin(diagram(S, call("k", "c", loop=loop), E, flows("s k e")))
    for got in (10, 20, 30):
        finish(case, "cu", got=got)
    assert (case.state, case.variables["r"]) == ("completed", [10, 20, 30])


def test_an_event_sub_process_ends_one_instance_of_a_loop_only(begin: Begin, box: Sandbox) -> None:
    stop = event_sub("h", start("hs", message("stop", "=string(i)")), end("he"), flows("hs he"))
    loop = each("=[1, 2, 3]", "i", collect="r", output="=i * 10")
    inner = sub("m", start("ms"), user("u"), end("me"), flows("ms u me"), stop, loop=loop)
    case = begin(diagram(S, inner, E, flows("s m e")))
    box.publish("stop", "2")
    finish(case, "u")
    finish(case, "u")
    assert (case.state, case.variables, case.records) == ("completed", {"r": [10, 20, 30]}, {})


def test_compensation_inside_a_loop_undoes_its_own_instance(begin: Begin) -> None:
    undo = undoing("c", "a", user("undo", isForCompensation="true"))
    body = (start("ms"), task("a", inputs={"x": "=i"}), undo, throw("t", compensate()), end("me"), flows("ms a t me"))
    case = begin(diagram(S, sub("m", *body, loop=each("=[1, 2]", "i")), E, flows("s m e")))
    seen = []
    while case.waiting:
        seen.append(case.waiting[0].variables["x"])
        case.waiting[0].complete()
    assert (seen, case.state) == ([1, 2], "completed")


def test_a_cancel_end_event_cancels_its_own_transaction_only(begin: Begin) -> None:
    undo_inner = undoing("ca", "a", user("ua", isForCompensation="true"))
    inner = transaction("ti", start("tis"), task("a"), undo_inner, end("tie", cancel()), flows("tis a tie"))
    undo_outer = undoing("cb", "b", user("ub", isForCompensation="true"))
    outer = transaction(
        "to",
        start("tos"),
        task("b"),
        undo_outer,
        inner,
        boundary("bi", "ti", cancel()),
        user("ask"),
        end("toe", cancel()),
        end("tn"),
        flows("tos b ti tn", "bi ask toe"),
    )
    case = begin(diagram(S, outer, boundary("bo", "to", cancel()), end("x"), E, flows("s to e", "bo x")))
    finish(case, "ua")
    assert [item.element for item in case.waiting] == ["ask"]
    finish(case, "ask")
    finish(case, "ub")
    assert (case.path[-3:], case.state, case.records) == (["ub", "bo", "x"], "completed", {})


def test_a_terminate_end_event_ends_its_own_sub_process_and_what_it_called(begin: Begin, box: Sandbox) -> None:
    box.deploy(diagram(start("cs"), user("cu"), end("ce"), flows("cs cu ce"), process_id="c"), "c.bpmn")
    inner = sub("m", start("ms"), parallel("f"), call("k", "c"), end("t", terminate()), flows("ms f k", "f t"))
    case = begin(diagram(S, inner, user("after"), E, flows("s m after e")))
    assert [item.element for item in case.waiting] == ["after"]
    assert [one.state for one in box.cases] == ["active", "canceled"]


def test_an_error_out_of_a_handler_goes_to_the_scope_around(begin: Begin) -> None:
    handler = event_sub("h", start("hs", error("a")), end("he", error("b")), flows("hs he"))
    inner = sub("m", start("ms"), end("me", error("a")), flows("ms me"), handler)
    case = begin(diagram(S, inner, boundary("b", "m", error("b")), end("x"), E, flows("s m e", "b x")))
    assert (case.path, case.state) == (["s", "ms", "hs", "b", "x"], "completed")


def test_an_escalation_of_a_called_process_interrupts_it_or_not(begin: Begin, box: Sandbox) -> None:
    called = diagram(start("cs"), throw("ct", escalation("up")), user("cu"), end("ce"), flows("cs ct cu ce"))
    box.deploy(called.replace(b'id="p"', b'id="c"'), "c.bpmn")
    for interrupting, state in ((True, "canceled"), (False, "active")):
        caught = boundary("b", "k", escalation("up"), interrupting=interrupting)
        case = begin(diagram(S, call("k", "c"), caught, user("x"), end("xe"), E, flows("s k e", "b x xe")))
        assert [one.state for one in box.cases if one.parent is case] == [state]
        assert [item.element for item in case.waiting] == ["x"]


def test_an_activity_done_twice_is_undone_twice_even_in_a_loop(begin: Begin) -> None:
    undo = undoing("c", "a", script("undo", "undone + 1", "undone", isForCompensation="true"))
    parts = [exclusive("top"), script("a", "n + 1", "n"), undo, exclusive("x", default="x_t"), throw("t", compensate())]
    case = begin(diagram(S, *parts, E, flows("s top a x t e", "x top", x_top="=n < 3")), n=0, undone=0)
    assert (case.variables, case.state) == ({"n": 3, "undone": 3}, "completed")


def test_each_instance_of_a_loop_waits_at_its_own_event_gateway(begin: Begin, box: Sandbox) -> None:
    events = (catch("m", message("m", "=string(i)")), catch("t", timer(duration="PT1H")))
    body = (start("qs"), event_based("g"), *events, end("a"), end("b"), flows("qs g m a", "g t b"))
    case = begin(diagram(S, sub("q", *body, loop=each("=[1, 2]", "i")), E, flows("s q e")))
    box.publish("m", "2")
    box.advance(by=timedelta(hours=2))
    assert (case.path.count("m"), case.path.count("t"), case.state) == (1, 1, "completed")


def test_an_inclusive_join_after_an_unbalanced_split_waits_only_for_what_can_come(begin: Begin) -> None:
    parts = [inclusive("f", default="f_b"), user("a"), user("b"), user("c"), inclusive("j"), user("z"), end("out")]
    ways = flows("s f a j z e", "f b j", "f c out", f_a="=true", f_c="=true")
    case = begin(diagram(S, *parts, E, ways))
    finish(case, "a")
    # the token at c leads elsewhere
    assert [item.element for item in case.waiting] == ["c", "z"]


def test_a_signal_reaches_its_own_case_and_starts_others_once(begin: Begin, box: Sandbox) -> None:
    for process_id in ("one", "two"):
        box.deploy(diagram(start("s", signal("x")), E, flows("s e"), process_id=process_id), f"{process_id}.bpmn")
    parts = [parallel("f"), user("u"), boundary("b", "u", signal("x")), end("be"), throw("t", signal("x"))]
    case = begin(diagram(S, *parts, E, flows("s f u e", "f t e", "b be")))
    assert (case.state, case.path.count("b")) == ("completed", 1)
    assert sorted(one.process_id for one in box.cases) == ["one", "p", "two"]


def test_an_event_sub_process_that_interrupts_leaves_no_other_and_no_half_filled_join(
    begin: Begin, box: Sandbox
) -> None:
    stop = event_sub("h", start("hs", message("stop", "=1")), user("late"), end("he"), flows("hs late he"))
    other = event_sub("o", start("os", message("other", "=1"), interrupting=False), end("oe"), flows("os oe"))
    parts = (parallel("f"), task("a"), user("u"), parallel("j"), stop, other)
    case = begin(diagram(S, *parts, E, flows("s f a j e", "f u j")))
    box.publish("stop", "1")
    box.publish("other", "1")
    assert [(item.kind, item.element) for item in case.waiting] == [("task", "late")]
    finish(case, "late")
    assert (case.path, case.state, case.records) == (["s", "f", "a", "hs", "late", "he", "h"], "completed", {})


def test_a_terminate_end_event_leaves_no_half_filled_join(begin: Begin) -> None:
    parts = (parallel("f"), task("a"), exclusive("x", default="x_j"), parallel("j"), end("t", terminate()))
    inner = sub("m", start("ms"), *parts, end("me"), flows("ms f a j me", "f x j", "x t", x_t="=stop"))
    case = begin(diagram(S, inner, E, flows("s m e")), stop=True)
    assert (case.path[-3:], case.state, case.records) == (["t", "m", "e"], "completed", {})
