"""Sub-processes, multi-instance activities and called processes."""

from datetime import timedelta

import pytest

from engine.sandbox import Sandbox
from tests.engine.conftest import Begin
from tests.engine.factories import (
    boundary,
    call,
    diagram,
    each,
    end,
    error,
    escalation,
    flows,
    parallel,
    script,
    service,
    start,
    sub,
    task,
    throw,
    timer,
    user,
)


def test_a_sub_process_ends_when_nothing_is_left_in_it(begin: Begin) -> None:
    drawn = diagram(
        start("s"),
        sub("p1", start("s1"), parallel("f"), user("a"), user("b"), end("x"), end("y"), flows("s1 f a x", "f b y")),
        end("e"),
        flows("s p1 e"),
    )
    case = begin(drawn)
    case.waiting[0].complete()
    assert "p1" not in case.path
    case.waiting[0].complete()
    assert case.path[-2:] == ["p1", "e"]


def test_branches_see_each_others_results(begin: Begin) -> None:
    drawn = diagram(
        start("s"),
        parallel("f"),
        user("a"),
        script("set", "1", "n"),
        user("b"),
        parallel("j"),
        end("e"),
        flows("s f a j e", "f set b j"),
    )
    case = begin(drawn)
    assert case.waiting[0].variables == {"n": 1}


def test_a_scope_keeps_its_own_variables(begin: Begin) -> None:
    drawn = diagram(
        start("s"),
        sub(
            "p1",
            start("s1"),
            script("set", "5", "inner"),
            script("two", "7", "outer"),
            end("x"),
            flows("s1 set two x"),
            inputs={"inner": "=1"},
            outputs={"result": "=inner"},
        ),
        end("e"),
        flows("s p1 e"),
    )
    case = begin(drawn, outer=0)
    assert case.variables == {"outer": 7, "result": 5}


def test_elements_nothing_leads_to_start_a_scope_that_has_no_start(begin: Begin) -> None:
    case = begin(
        diagram(start("s"), sub("p1", task("a"), task("b"), task("c"), flows("a b")), end("e"), flows("s p1 e"))
    )
    assert sorted(case.path) == ["a", "b", "c", "e", "p1", "s"]


# Multi-instance


@pytest.mark.parametrize("sequential", [False, True])
def test_every_item_gets_its_instance_and_results_keep_their_place(begin: Begin, sequential: bool) -> None:
    drawn = diagram(
        start("s"),
        user("u", loop=each("=items", "item", sequential=sequential, collect="results", output="=answer")),
        end("e"),
        flows("s u e"),
    )
    case = begin(drawn, items=["a", "b", "c"])
    assert len(case.waiting) == (1 if sequential else 3)
    while case.waiting:
        last = case.waiting[-1]
        last.complete({"answer": last.variables["item"] + str(last.variables["loopCounter"])})
    assert case.variables["results"] == ["a1", "b2", "c3"]
    assert case.state == "completed"
    assert case.path.count("u") == 4  # three instances and their body


def test_an_empty_collection_is_passed(begin: Begin) -> None:
    drawn = diagram(start("s"), user("u", loop=each("=items", collect="r", output="=1")), end("e"), flows("s u e"))
    case = begin(drawn, items=[])
    assert case.state == "completed"
    assert case.variables["r"] == []


def test_what_is_no_list_is_an_incident(begin: Begin) -> None:
    case = begin(diagram(start("s"), user("u", loop=each("=items")), end("e"), flows("s u e")), items=3)
    assert [i.record.code for i in case.incidents] == ["not_a_list"]


def test_a_completion_condition_ends_the_rest(begin: Begin) -> None:
    drawn = diagram(
        start("s"),
        user("u", loop=each("=items", "item", until="=numberOfCompletedInstances >= 2")),
        end("e"),
        flows("s u e"),
    )
    case = begin(drawn, items=[1, 2, 3, 4])
    case.waiting[0].complete()
    case.waiting[0].complete()
    assert case.state == "completed"
    assert case.records == {}


def test_a_boundary_event_belongs_to_the_whole_body(begin: Begin, box: Sandbox) -> None:
    drawn = diagram(
        start("s"),
        user("u", loop=each("=[1,2,3]")),
        boundary("b", "u", timer(duration="PT1H")),
        end("late"),
        end("e"),
        flows("s u e", "b late"),
    )
    case = begin(drawn)
    assert [item.kind for item in case.waiting] == ["timer", "task", "task", "task"]
    box.advance(by=timedelta(hours=1))
    assert case.state == "completed"
    assert case.path[-1] == "late"


def test_a_multi_instance_sub_process_has_its_own_variables(begin: Begin) -> None:
    drawn = diagram(
        start("s"),
        sub(
            "p1",
            start("s1"),
            script("t", "item * 2", "double"),
            end("x"),
            flows("s1 t x"),
            loop=each("=[1,2,3]", "item", collect="doubles", output="=double"),
            inputs={"double": "=null"},
        ),
        end("e"),
        flows("s p1 e"),
    )
    assert begin(drawn).variables == {"doubles": [2, 4, 6]}


def test_an_error_of_one_instance_leaves_the_body(begin: Begin) -> None:
    drawn = diagram(
        start("s"),
        service("j", loop=each("=[1,2]")),
        boundary("b", "j", error("E")),
        end("bad"),
        end("e"),
        flows("s j e", "b bad"),
    )
    case = begin(drawn)
    case.waiting[1].throw("E")
    assert case.path == ["s", "b", "bad"]
    assert case.state == "completed"


# Calls


CHILD = diagram(start("s"), user("work"), end("e"), flows("s work e"), process_id="child")


def test_a_called_process_is_a_case_of_its_own(begin: Begin, box: Sandbox) -> None:
    box.deploy(CHILD, "child.bpmn")
    case = begin(diagram(start("s"), call("c", "child"), end("e"), flows("s c e")), a=1)
    child = box.cases[1]
    assert (child.process_id, child.parent, child.variables) == ("child", case, {"a": 1})
    child.waiting[0].complete({"b": 2})
    assert case.state == "completed"
    assert case.variables == {"a": 1, "b": 2}


def test_only_what_is_mapped_goes_in_and_out(begin: Begin, box: Sandbox) -> None:
    box.deploy(CHILD, "child.bpmn")
    drawn = diagram(
        start("s"),
        call("c", "child", all_parent=False, all_child=False, inputs={"x": "=a"}, outputs={"y": "=b"}),
        end("e"),
        flows("s c e"),
    )
    case = begin(drawn, a=1)
    child = box.cases[1]
    assert child.variables == {"x": 1}
    child.waiting[0].complete({"b": 2, "c": 3})
    assert case.variables == {"a": 1, "y": 2}


@pytest.mark.parametrize(
    ("all_parent", "inputs", "given"),
    [
        (True, {}, {"a": 1, "b": 0}),
        (True, {"a": "=a + 1", "x": "=b"}, {"a": 2, "b": 0, "x": 0}),
        (False, {}, {}),
        (False, {"x": "=a"}, {"x": 1}),
    ],
)
@pytest.mark.parametrize(
    ("all_child", "outputs", "taken"),
    [
        (True, {}, {"b": 2, "c": 3}),
        (True, {"y": "=b + a"}, {"y": 3}),
        (False, {}, {}),
        (False, {"y": "=c"}, {"y": 3}),
    ],
)
def test_which_variables_a_call_passes_as_camunda_does(
    all_parent: bool,
    inputs: dict[str, str],
    given: dict[str, int],
    all_child: bool,
    outputs: dict[str, str],
    taken: dict[str, int],
    begin: Begin,
    box: Sandbox,
) -> None:
    """Output mappings take the place of what would be propagated, and see it even where nothing would."""
    box.deploy(CHILD, "child.bpmn")
    called = call("c", "child", all_parent=all_parent, all_child=all_child, inputs=inputs, outputs=outputs)
    case = begin(diagram(start("s"), called, end("e"), flows("s c e")), a=1, b=0)
    assert box.cases[1].variables == given
    box.cases[1].waiting[0].complete({"a": 1, "b": 2, "c": 3})
    assert case.variables == {"a": 1, "b": 0} | taken


def test_a_called_process_does_not_give_its_own_case_number_back(begin: Begin, box: Sandbox) -> None:
    own = {"prefix": "CLD"}
    box.deploy(diagram(start("s"), user("work"), end("e"), flows("s work e"), process_id="child", **own), "c.bpmn")
    numbered = diagram(start("s"), call("c", "child"), end("e"), flows("s c e"), prefix="PAR")
    case = begin(numbered)
    child = box.cases[1]
    assert (case.variables["no"][:3], child.variables["no"][:3]) == ("PAR", "CLD")
    child.waiting[0].complete()
    assert (case.state, case.variables["no"]) == ("completed", case.case_no)


def test_a_missing_called_process_is_an_incident_until_it_is_deployed(begin: Begin, box: Sandbox) -> None:
    case = begin(diagram(start("s"), call("c", "child"), end("e"), flows("s c e")))
    assert [(i.kind, i.record.parameters["process"]) for i in case.incidents] == [("CALLED_ELEMENT_ERROR", "child")]
    box.deploy(CHILD, "child.bpmn")
    case.incidents[0].resolve()
    box.cases[1].waiting[0].complete()
    assert case.state == "completed"


def test_cancelling_the_caller_cancels_the_called(begin: Begin, box: Sandbox) -> None:
    box.deploy(CHILD, "child.bpmn")
    case = begin(
        diagram(
            start("s"),
            call("c", "child"),
            boundary("b", "c", timer(duration="PT1H")),
            end("late"),
            end("e"),
            flows("s c e", "b late"),
        )
    )
    box.advance(by=timedelta(hours=1))
    assert case.path[-1] == "late"
    assert box.cases[1].state == "canceled"


def test_an_error_of_the_called_process_is_caught_by_the_caller(begin: Begin, box: Sandbox) -> None:
    box.deploy(
        diagram(start("s"), user("work"), end("e", error("E")), flows("s work e"), process_id="child"), "child.bpmn"
    )
    case = begin(
        diagram(
            start("s"),
            call("c", "child"),
            boundary("b", "c", error("E")),
            end("bad"),
            end("e"),
            flows("s c e", "b bad"),
        )
    )
    box.cases[1].waiting[0].complete()
    assert case.path == ["s", "b", "bad"]
    assert box.cases[1].state == "canceled"


def test_an_error_nobody_up_the_line_catches_stops_where_it_is_thrown(begin: Begin, box: Sandbox) -> None:
    box.deploy(diagram(start("s"), end("e", error("E")), flows("s e"), process_id="child"), "child.bpmn")
    case = begin(
        diagram(
            start("s"),
            call("c", "child"),
            boundary("b", "c", error("F")),
            end("bad"),
            end("e"),
            flows("s c e", "b bad"),
        )
    )
    assert case.incidents == []
    assert [i.kind for i in box.cases[1].incidents] == ["UNHANDLED_ERROR_EVENT"]


def test_an_escalation_of_the_called_process_reaches_the_caller(begin: Begin, box: Sandbox) -> None:
    box.deploy(
        diagram(
            start("s"), throw("t", escalation("late")), user("work"), end("e"), flows("s t work e"), process_id="child"
        ),
        "child.bpmn",
    )
    case = begin(
        diagram(
            start("s"),
            call("c", "child"),
            boundary("b", "c", escalation("late"), interrupting=False),
            end("told"),
            end("e"),
            flows("s c e", "b told"),
        )
    )
    assert case.path == ["s", "b", "told"]
    box.cases[1].waiting[0].complete()
    assert case.state == "completed"


def test_a_called_process_for_each_item(begin: Begin, box: Sandbox) -> None:
    box.deploy(CHILD, "child.bpmn")
    drawn = diagram(
        start("s"),
        call("c", "child", loop=each("=[1,2,3]", "item", collect="all", output="=answer"), outputs={"answer": "=b"}),
        end("e"),
        flows("s c e"),
    )
    case = begin(drawn, answer=None)
    for child in reversed(box.cases[1:]):
        child.waiting[0].complete({"b": child.variables["item"] * 10})
    assert case.state == "completed"
