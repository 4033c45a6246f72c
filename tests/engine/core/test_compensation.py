"""Compensation and transactions: what has completed is undone, last first."""

import pytest

from engine.sandbox import Case, Sandbox
from tests.engine.conftest import Begin
from tests.engine.factories import (
    Part,
    boundary,
    call,
    cancel,
    compensate,
    diagram,
    each,
    end,
    error,
    event_sub,
    exclusive,
    flows,
    message,
    parallel,
    script,
    service,
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


def undo(host: str, **more: object) -> Part:
    """A user task that undoes `host`."""
    return undoing(f"c_{host}", host, user(f"undo_{host}", isForCompensation="true", **more))


def waiting(case: Case) -> list[str]:
    return [item.element for item in case.waiting]


def finish(case: Case) -> list[str]:
    """Complete whatever waits until nothing does; gives the elements in that order."""
    done = []
    while case.waiting:
        done.append(case.waiting[0].element)
        case.waiting[0].complete()
    return done


TWO = [start("s"), task("a"), task("b"), undo("a"), undo("b"), end("e")]


def test_a_whole_scope_is_undone_last_first_and_one_after_the_other(begin: Begin) -> None:
    case = begin(diagram(*TWO, throw("t", compensate()), flows("s a b t e")))
    assert waiting(case) == ["undo_b"]
    case.waiting[0].complete()
    assert waiting(case) == ["undo_a"]
    case.waiting[0].complete()
    assert case.path == ["s", "a", "b", "undo_b", "undo_a", "t", "e"]
    assert case.state == "completed"


def test_one_activity_is_undone(begin: Begin) -> None:
    case = begin(diagram(*TWO, throw("t", compensate("a")), flows("s a b t e")))
    assert finish(case) == ["undo_a"]
    assert case.state == "completed"


def test_what_has_not_completed_is_not_undone(begin: Begin) -> None:
    parts = [start("s"), throw("t", compensate()), task("a"), undo("a"), end("e")]
    assert begin(diagram(*parts, flows("s t a e"))).path == ["s", "t", "a", "e"]


def test_nothing_is_undone_twice(begin: Begin) -> None:
    case = begin(diagram(*TWO, throw("t", compensate()), throw("z", compensate()), flows("s a b t z e")))
    assert finish(case) == ["undo_b", "undo_a"]
    assert case.path[-2:] == ["z", "e"]


def test_each_time_an_activity_completed_it_is_undone(begin: Begin) -> None:
    count = script("a", "if n = null then 1 else n + 1", "n")
    loop = exclusive("x", default="x_t")
    parts = [start("s"), exclusive("m"), count, undo("a"), loop, throw("t", compensate()), end("e")]
    case = begin(diagram(*parts, flows("s m a x t e", "x m", x_m="=n < 3")))
    assert finish(case) == ["undo_a"] * 3


def test_the_thrower_need_not_wait(begin: Begin) -> None:
    case = begin(diagram(*TWO[:-1], throw("t", compensate(wait=False)), user("u"), end("f"), flows("s a b t u f")))
    assert sorted(waiting(case)) == ["u", "undo_a", "undo_b"]
    finish(case)
    assert case.state == "completed"


def test_an_end_event_undoes(begin: Begin) -> None:
    case = begin(diagram(*TWO[:-1], end("e", compensate()), flows("s a b e")))
    assert finish(case) == ["undo_b", "undo_a"]
    assert (case.path[-1], case.state) == ("e", "completed")


def test_the_handler_sees_the_variables_the_activity_had(begin: Begin) -> None:
    booked = task("a", inputs={"seat": "=number", "price": "=0.1 + 0.2"})
    handler = script("undo_a", "string(seat) + string(price)", "undone", isForCompensation="true")
    parts = [start("s"), booked, undoing("c", "a", handler), script("n", "99", "number"), end("e")]
    case = begin(diagram(*parts, user("u"), throw("t", compensate()), flows("s a n u t e")), number=7)
    case.waiting[0].complete()
    assert case.variables == {"number": 99, "undone": "70.3"}
    assert case.instance.variables == {case.key: case.variables}


def test_a_completed_sub_process_is_undone_from_the_inside_and_sees_its_variables(begin: Begin) -> None:
    handler = script("undo_i", "room", "freed", isForCompensation="true", outputs={"freed": "=freed"})
    inner = [start("bs"), task("i"), undoing("c_i", "i", handler), user("j"), undo("j"), end("be"), flows("bs i j be")]
    parts = [start("s"), sub("b", *inner, inputs={"room": "=12"}), user("u"), throw("t", compensate("b")), end("e")]
    case = begin(diagram(*parts, flows("s b u t e")))
    assert finish(case) == ["j", "u", "undo_j"]
    assert case.path[-4:] == ["undo_j", "undo_i", "t", "e"]
    assert case.variables == {"freed": 12}


def test_a_handler_of_the_sub_process_itself_comes_in_place_of_its_inside(begin: Begin) -> None:
    inner = [start("bs"), task("i"), undo("i"), end("be"), flows("bs i be")]
    case = begin(diagram(start("s"), sub("b", *inner), undo("b"), throw("t", compensate()), end("e"), flows("s b t e")))
    assert finish(case) == ["undo_b"]


def handled_inside(*inside: Part) -> Part:
    """A sub-process with an activity that can be undone, and an event sub-process that undoes the whole."""
    handler = event_sub("h", start("hs", compensate()), *inside, end("he"))
    return sub("b", start("bs"), task("i"), undo("i"), end("be"), flows("bs i be"), handler)


def test_an_event_sub_process_undoes_its_sub_process(begin: Begin) -> None:
    inner = handled_inside(user("v"), flows("hs v he"))
    case = begin(diagram(start("s"), inner, throw("t", compensate()), end("e"), flows("s b t e")))
    assert waiting(case) == ["v"]
    assert finish(case) == ["v"]
    assert case.path[-3:] == ["h", "t", "e"]


def test_and_may_have_the_inside_undone(begin: Begin) -> None:
    inner = handled_inside(throw("ht", compensate()), flows("hs ht he"))
    again = throw("again", compensate())
    case = begin(diagram(start("s"), inner, throw("t", compensate()), again, end("e"), flows("s b t again e")))
    assert finish(case) == ["undo_i"]
    assert case.path[-8:] == ["hs", "undo_i", "ht", "he", "h", "t", "again", "e"]


def test_each_instance_of_a_multi_instance_sub_process_is_undone(begin: Begin) -> None:
    inner = sub("b", start("bs"), task("i"), undo("i"), end("be"), flows("bs i be"), loop=each("=[1, 2, 3]", "item"))
    case = begin(diagram(start("s"), inner, throw("t", compensate("b")), end("e"), flows("s b t e")))
    seen = []
    while case.waiting:
        seen.append(case.waiting[0].variables["item"])
        case.waiting[0].complete()
    assert seen == [3, 2, 1]
    assert case.state == "completed"


def test_a_multi_instance_task_is_undone_once(begin: Begin) -> None:
    parts = [start("s"), task("a", loop=each("=[1, 2]")), undo("a"), throw("t", compensate()), end("e")]
    assert finish(begin(diagram(*parts, flows("s a t e")))) == ["undo_a"]


def test_an_event_sub_process_undoes_what_completed_around_it(begin: Begin, box: Sandbox) -> None:
    handler = event_sub("h", start("hs", message("stop")), throw("ht", compensate()), end("he"), flows("hs ht he"))
    case = begin(diagram(*TWO, user("u"), handler, flows("s a b u e")))
    box.publish("stop")
    assert finish(case) == ["undo_b", "undo_a"]
    assert case.state == "completed"


def test_a_called_process_is_undone_by_its_callers_handler(begin: Begin, box: Sandbox) -> None:
    box.deploy(diagram(start("s"), end("e"), flows("s e"), process_id="q"), "q.bpmn")
    case = begin(diagram(start("s"), call("k", "q"), undo("k"), end("e", compensate()), flows("s k e")))
    assert finish(case) == ["undo_k"]


def test_what_undoes_may_be_a_job_that_fails_and_is_tried_again(begin: Begin) -> None:
    handler = service("undo_a", "undo", isForCompensation="true")
    parts = [start("s"), task("a"), undoing("c", "a", handler), end("e", compensate())]
    case = begin(diagram(*parts, flows("s a e")))
    case.waiting[0].fail("down", retries=0)
    case.incidents[0].resolve()
    case.waiting[0].complete()
    assert case.state == "completed"


def test_terminate_ends_what_is_being_undone(begin: Begin) -> None:
    parts = [start("s"), task("a"), undo("a"), parallel("f"), user("u"), end("x", terminate()), end("e")]
    case = begin(diagram(*parts, throw("t", compensate()), flows("s a f t e", "f u x")))
    next(item for item in case.waiting if item.element == "u").complete()
    assert (case.state, case.records, case.instance.kept) == ("completed", {}, {})


# Transactions


def booking(*more: Part) -> list[Part]:
    """A transaction with two steps that can be undone, which a person confirms or cancels."""
    way = exclusive("x", default="x_te")
    steps = [start("ts"), task("a"), undo("a"), task("b"), undo("b"), user("u"), way, end("te"), end("tc", cancel())]
    inner = transaction("t", *steps, flows("ts a b u x te", "x tc", x_tc="=no"))
    return [start("s"), inner, end("e"), flows("s t e"), *more]


def test_a_cancelled_transaction_is_undone_and_left_by_its_boundary_event(begin: Begin) -> None:
    case = begin(diagram(*booking(boundary("bc", "t", cancel()), end("ce"), flows("bc ce"))))
    case.waiting[0].complete({"no": True})
    assert waiting(case) == ["undo_b"]
    assert finish(case) == ["undo_b", "undo_a"]
    assert case.path[-2:] == ["bc", "ce"]
    assert case.state == "completed"


def test_one_that_completes_can_be_undone_later(begin: Begin) -> None:
    parts = booking()[:-1]
    case = begin(diagram(*parts, throw("later", compensate()), flows("s t later e")))
    case.waiting[0].complete({"no": False})
    assert finish(case) == ["undo_b", "undo_a"]


def test_an_error_leaves_a_transaction_without_undoing(begin: Begin) -> None:
    parts = [start("ts"), task("a"), undo("a"), end("te", error("bad")), flows("ts a te")]
    around = [start("s"), transaction("t", *parts), boundary("b", "t", error("bad")), end("e"), end("x")]
    case = begin(diagram(*around, flows("s t e", "b x")))
    assert case.path == ["s", "ts", "a", "b", "x"]


def test_cancelling_ends_the_other_branches_first(begin: Begin) -> None:
    steps = [start("ts"), parallel("f"), task("a"), undo("a"), end("tc", cancel()), user("u"), end("te")]
    inner = transaction("t", *steps, flows("ts f a tc", "f u te"))
    around = [start("s"), inner, boundary("b", "t", cancel()), boundary("late", "t", timer(duration="PT1H")), end("e")]
    case = begin(diagram(*around, flows("s t e", "b e", "late e")))
    assert "u" not in waiting(case)
    assert [item.kind for item in case.waiting] == ["timer", "task"]
    case.waiting[1].complete()
    assert (case.path[-2:], case.state) == (["b", "e"], "completed")


@pytest.mark.parametrize("sequential", [True, False])
@pytest.mark.parametrize("caught", [True, False])
def test_one_cancelled_instance_of_a_loop_cancels_it_whole(sequential: bool, caught: bool, begin: Begin) -> None:
    steps = [start("ts"), user("u"), exclusive("x", default="x_te"), end("tc", cancel()), end("te")]
    loop = each("=[1, 2, 3]", sequential=sequential)
    inner = transaction("t", *steps, flows("ts u x tc", "x te", x_tc="=no"), loop=loop)
    bound = [boundary("b", "t", cancel()), end("ce"), flows("b ce")] if caught else []
    case = begin(diagram(start("s"), inner, *bound, user("later"), end("e"), flows("s t later e")))
    case.waiting[0].complete({"no": True})
    assert waiting(case) == ([] if caught else ["later"])
    finish(case)
    assert (case.state, case.records, case.instance.tokens) == ("completed", {}, {})


@pytest.mark.parametrize(("sequential", "undone"), [(False, [1, 3, 2]), (True, [2, 1])])
def test_what_every_instance_of_a_cancelled_loop_has_done_is_undone(
    sequential: bool, undone: list[int], begin: Begin
) -> None:
    """The first has completed, the second cancels, and a third still runs: the transaction is one whole."""
    steps = [start("ts"), task("a"), undo("a"), user("u"), exclusive("x", default="x_te"), end("tc", cancel())]
    loop = each("=[1, 2, 3]", "i", sequential=sequential)
    inner = transaction("t", *steps, end("te"), flows("ts a u x tc", "x te", x_tc="=no"), loop=loop)
    case = begin(diagram(start("s"), inner, boundary("b", "t", cancel()), end("ce"), end("e"), flows("s t e", "b ce")))
    for instance, no in ((1, False), (2, True)):
        next(item for item in case.waiting if item.variables["i"] == instance).complete({"no": no})
    seen = []
    while case.state == "active":
        [item] = case.waiting
        assert item.element == "undo_a"
        seen.append(item.variables["i"])
        item.complete()
    assert seen == undone
    assert (case.path[-2:], case.records, case.instance.tokens) == (["b", "ce"], {}, {})
