"""Modifying a running instance: begin here, end there, with all that cannot be done said beforehand."""

import pytest

from engine.core.commands import Activate, Move
from engine.errors import Invalid
from engine.sandbox import Sandbox
from tests.engine.conftest import Begin
from tests.engine.factories import (
    boundary,
    call,
    diagram,
    each,
    end,
    event_sub,
    flows,
    message,
    parallel,
    start,
    sub,
    timer,
    user,
)

ROW = diagram(start("s"), user("a"), user("b"), user("c"), end("e"), flows("s a b c e"))
INSIDE = sub("box", start("is"), user("i"), user("j"), end("ie"), flows("is i j ie"), inputs={"seat": "=n"})
NESTED = diagram(
    start("s"),
    user("a"),
    INSIDE,
    boundary("late", "box", timer(duration="PT1H")),
    end("e"),
    flows("s a box e", "late e"),
)


def codes(refused: pytest.ExceptionInfo[Invalid]) -> list[str]:
    return [finding.code for finding in refused.value.findings]


def waiting(case: object) -> list[str]:
    return [item.element for item in case.waiting]  # type: ignore[attr-defined]


def test_a_case_goes_on_where_it_is_told_to(begin: Begin) -> None:
    case = begin(ROW)
    case.modify(start=[Activate("c", variables={"": {"n": 1}, "c": {"own": 2}})], cancel=["a"])
    assert waiting(case) == ["c"]
    assert case.variables == {"n": 1}
    assert case.waiting[0].variables == {"n": 1, "own": 2}
    case.waiting[0].complete()
    assert (case.state, case.path, case.records) == ("completed", ["s", "c", "e"], {})


def test_history_says_what_was_asked_and_what_came_of_it(begin: Begin) -> None:
    case = begin(ROW)
    key = case.waiting[0]._record.element_key
    case.modify(start=["b"], cancel=[key])
    told = [(note.kind, note.element) for note in case.history][-3:]
    assert told == [("instance_modified", "p"), ("element_terminated", "a"), ("element_activated", "b")]
    note = next(note for note in case.history if note.kind == "instance_modified")
    assert note.data == {"started": ["b"], "ended": [str(key)]}


def test_missing_scopes_are_opened_without_their_start(begin: Begin, box: Sandbox) -> None:
    case = begin(NESTED, n=7)
    case.modify(start=[Activate("j", variables={"box": {"mine": 1}}), "i"], cancel=["a"])
    assert sorted(waiting(case)) == ["i", "j", "late"]
    assert len([token for token in case.instance.tokens.values() if token.task_spec.id == "box"]) == 1
    task = next(item for item in case.waiting if item.element == "j")
    assert (task.variables["seat"], task.variables["mine"]) == (7, 1)
    for item in [item for item in case.waiting if item.kind == "task"]:
        item.complete()
        if item.element == "i":
            next(other for other in case.waiting if other.element == "j").complete()
    assert (case.state, case.path[-2:]) == ("completed", ["box", "e"])


def test_the_boundary_of_an_opened_scope_works(begin: Begin, box: Sandbox) -> None:
    case = begin(NESTED, n=7)
    case.modify(start=["j"], cancel=["a"])
    box.advance(to=box.next_due())
    assert (case.state, case.path) == ("completed", ["s", "late", "e"])


def test_a_scope_that_is_there_is_used(begin: Begin) -> None:
    case = begin(NESTED, n=7)
    case.waiting[0].complete()
    scope = next(key for key, token in case.instance.tokens.items() if token.task_spec.id == "box")
    case.modify(start=[Activate("j", scope)], cancel=["i"])
    assert waiting(case) == ["late", "j"]
    assert [token.task_spec.id for token in case.instance.tokens.values()].count("box") == 1


def test_a_scope_in_which_nothing_is_left_ends_up_to_the_case(begin: Begin) -> None:
    case = begin(NESTED, n=7)
    case.waiting[0].complete()
    case.modify(cancel=["i"])
    assert (case.state, case.records, case.instance.tokens) == ("canceled", {}, {})
    assert [n.element for n in case.history if n.kind == "element_terminated"] == ["i", "box"]


def test_a_branch_that_is_ended_leaves_the_others(begin: Begin) -> None:
    fork = diagram(start("s"), parallel("f"), user("a"), user("b"), end("e"), flows("s f a e", "f b e"))
    case = begin(fork)
    case.modify(cancel=["a"])
    assert (case.state, waiting(case)) == ("active", ["b"])
    case.waiting[0].complete()
    assert case.state == "completed"


def test_one_of_many_ends_and_the_rest_finish(begin: Begin) -> None:
    case = begin(diagram(start("s"), user("a", loop=each("=[1,2,3]")), end("e"), flows("s a e")))
    case.modify(cancel=[case.waiting[1]._record.element_key])
    for item in case.waiting:
        item.complete()
    assert case.state == "completed"
    assert len(case.path) == 5  # s, two turns, the whole, e


def test_moving_stays_in_the_scope_of_the_source(begin: Begin) -> None:
    many = sub("box", start("is"), user("i"), user("j"), end("ie"), flows("is i j ie"), loop=each("=[1,2]", "x"))
    case = begin(diagram(start("s"), many, end("e"), flows("s box e")))
    case.modify(move=[Move("i", "j")])
    assert waiting(case) == ["j", "j"]
    assert sorted(item.variables["x"] for item in case.waiting) == [1, 2]
    with pytest.raises(Invalid) as refused:
        case.modify(start=["i"])
    assert codes(refused) == ["modification_scope_ambiguous"]


def test_a_called_case_is_taken_back_with_its_caller(box: Sandbox) -> None:
    box.deploy(diagram(start("s"), user("u"), end("e"), flows("s u e"), process_id="q"), "q.bpmn")
    box.deploy(diagram(start("s"), call("k", "q"), user("a"), end("e"), flows("s k a e")), "p.bpmn")
    case = box.start("p")
    called = box.cases[1]
    with pytest.raises(Invalid) as refused:
        called.modify(cancel=["u"])
    assert codes(refused) == ["modification_ends_called"]
    case.modify(start=["a"], cancel=["k"])
    assert (called.state, waiting(case)) == ("canceled", ["a"])


def test_getting_stuck_where_one_begins_is_an_incident_that_can_be_resolved(begin: Begin, box: Sandbox) -> None:
    looped = sub("box", start("is"), user("i"), end("ie"), flows("is i ie"))
    late = boundary("late", "box", timer(duration="=wait"))
    case = begin(diagram(start("s"), user("a"), looped, late, end("e"), flows("s a box e", "late e")))
    case.modify(start=["i"], cancel=["a"])
    assert [incident.element for incident in case.incidents] == ["box"]
    box.set_variables(case, {"wait": "PT1H"})
    case.incidents[0].resolve()
    assert waiting(case) == ["late", "i"]


@pytest.mark.parametrize(
    ("start_at", "ended", "said"),
    [
        ([], [], ["modification_empty"]),
        (["nowhere"], [], ["modification_element_unknown"]),
        (["p"], [], ["modification_element_unknown"]),
        (["s", "late", "h"], [], ["modification_not_by_itself"] * 3),
        (["i"], [], ["modification_scope_loops"]),
        ([Activate("a", 5)], [], ["modification_scope_elsewhere"]),
        ([Activate("a", variables={"box": {"n": 1}})], [], ["modification_variables_elsewhere"]),
        (["a"], ["e", 5, "p"], ["modification_not_active", "modification_not_active", "modification_ends_root"]),
    ],
)
def test_what_cannot_be_done_is_said_and_nothing_changes(
    start_at: list[str | Activate], ended: list[int | str], said: list[str], begin: Begin
) -> None:
    handler = event_sub("h", start("hs", message("m")), end("he"), flows("hs he"))
    looped = sub("box", start("is"), user("i"), end("ie"), flows("is i ie"), loop=each("=[1]"))
    late = boundary("late", "a", timer(duration="PT1H"))
    case = begin(diagram(start("s"), user("a"), late, looped, end("e"), flows("s a box e", "late e"), handler))
    before = (list(case.history), dict(case.records))
    with pytest.raises(Invalid) as refused:
        case.modify(start_at, ended)
    assert codes(refused) == said
    assert (case.history, case.records) == before
