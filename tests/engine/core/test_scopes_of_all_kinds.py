"""Ad-hoc sub-processes, links, and processes opened by gateways, receive tasks and several starts."""

from datetime import timedelta

import pytest

from engine.core import commands
from engine.errors import Conflict, Invalid
from engine.sandbox import Case, Sandbox
from tests.engine.conftest import Begin
from tests.engine.factories import (
    Part,
    ad_hoc,
    boundary,
    call,
    catch,
    compensate,
    diagram,
    end,
    error,
    event_based,
    event_sub,
    exclusive,
    file,
    flows,
    global_task,
    link,
    message,
    parallel,
    process,
    receive,
    script,
    service,
    signal,
    start,
    sub,
    task,
    throw,
    timer,
    undoing,
    user,
)


def around(inner: Part) -> bytes:
    return diagram(start("s"), inner, end("e"), flows("s h e"))


def elements(case: object) -> list[str]:
    return [item.element for item in case.waiting]  # type: ignore[attr-defined]


# Ad-hoc sub-processes


def test_activities_without_an_order_run_side_by_side(begin: Begin) -> None:
    case = begin(around(ad_hoc("h", user("a"), user("b"), task("c"), flows("b c"))))
    assert elements(case) == ["a", "b"]
    case.waiting[1].complete()
    case.waiting[0].complete()
    assert case.path == ["s", "b", "c", "a", "h", "e"]


def test_or_one_after_the_other(begin: Begin) -> None:
    case = begin(around(ad_hoc("h", user("a"), user("b"), sequential=True)))
    assert elements(case) == ["a"]
    case.waiting[0].complete()
    assert elements(case) == ["b"]
    case.waiting[0].complete()
    assert case.path == ["s", "a", "b", "h", "e"]


@pytest.mark.parametrize("cancelled", [True, False])
def test_a_completion_condition_ends_it(cancelled: bool, begin: Begin) -> None:
    case = begin(around(ad_hoc("h", user("a"), user("b"), until="=done", cancel=cancelled)), done=False)
    case.waiting[0].complete({"done": True})
    assert case.state == ("completed" if cancelled else "active")
    while case.waiting:
        case.waiting[0].complete()
    assert case.path == (["s", "a", "h", "e"] if cancelled else ["s", "a", "b", "h", "e"])


def test_in_a_sequential_one_nothing_begins_any_more(begin: Begin) -> None:
    inner = ad_hoc("h", user("a"), user("b"), sequential=True, until="=true", cancel=False)
    case = begin(around(inner))
    case.waiting[0].complete()
    assert case.path == ["s", "a", "h", "e"]


def test_a_collection_says_which_activities_begin(begin: Begin) -> None:
    inner = ad_hoc("h", user("a"), user("b"), user("c"), active="=wanted")
    assert elements(begin(around(inner), wanted=["c", "a"])) == ["c", "a"]
    assert begin(around(inner), wanted=[]).path == ["s", "h", "e"]
    stuck = begin(around(inner), wanted=["s"])
    assert [(stopped.kind, stopped.element) for stopped in stuck.incidents] == [("EXTRACT_VALUE_ERROR", "h")]


def test_a_condition_that_is_none_is_an_incident_of_the_scope(begin: Begin, box: Sandbox) -> None:
    case = begin(around(ad_hoc("h", user("a"), user("b"), until="=done")))
    case.waiting[0].complete()
    assert [(stopped.kind, stopped.element) for stopped in case.incidents] == [("CONDITION_ERROR", "h")]
    box.set_variables(case, {"done": False})
    case.incidents[0].resolve()
    assert (elements(case), case.incidents) == (["b"], [])
    case.waiting[0].complete()
    assert case.state == "completed"


def test_resolved_with_nothing_left_it_goes_on(begin: Begin, box: Sandbox) -> None:
    case = begin(around(ad_hoc("h", task("a"), until="=done")))
    box.set_variables(case, {"done": False})
    case.incidents[0].resolve()
    assert case.path == ["s", "a", "h", "e"]


def test_outputs_are_collected_as_their_paths_end(begin: Begin) -> None:
    inner = ad_hoc("h", user("a"), user("b"), user("c"), flows("b c"), collect="results", output="=got")
    case = begin(around(inner))
    items = {item.element: item for item in case.waiting}
    items["b"].complete({"got": "b"})
    # the path of b is not at its end; what it gave stays in it
    assert ("got" in case.variables, case.waiting[0].variables) == (False, {"results": [], "got": None})
    items["a"].complete({"got": "a"})
    assert case.waiting[0].variables == {"results": ["a"], "got": "b"}
    case.waiting[0].complete()
    assert (case.state, case.variables, case.records) == ("completed", {"results": ["a", "b"]}, {})
    assert case.path == ["s", "b", "a", "c", "h", "e"]


def test_a_completion_condition_sees_what_is_collected(begin: Begin) -> None:
    parts = (user("a"), user("b"), user("c"))
    case = begin(around(ad_hoc("h", *parts, until="=count(r) >= 2", collect="r", output="=x * 2")), x=0)
    case.waiting[2].complete({"x": 3})
    case.waiting[0].complete({"x": 4})
    assert (case.state, case.variables, case.records) == ("completed", {"x": 4, "r": [6, 8]}, {})


def test_outputs_of_a_sequential_one_and_of_none(begin: Begin) -> None:
    case = begin(around(ad_hoc("h", user("a"), user("b"), sequential=True, collect="r", output="=y")))
    case.waiting[0].complete({"y": 1})
    case.waiting[0].complete({"y": 2})
    assert case.variables == {"r": [1, 2]}
    nothing = ad_hoc("h", user("a"), active="=[]", collect="r", output="=y")
    assert begin(around(nothing)).variables == {"r": []}


def test_an_output_that_cannot_be_worked_out_is_an_incident_and_collected_when_resolved(
    begin: Begin, box: Sandbox
) -> None:
    endless = "=if y = 1 then 1 else count(for i in 1..1000000000 return i)"
    case = begin(around(ad_hoc("h", user("a"), collect="r", output=endless)), y=0)
    case.waiting[0].complete()
    assert [(stopped.kind, stopped.element) for stopped in case.incidents] == [("EXTRACT_VALUE_ERROR", "h")]
    box.set_variables(case, {"y": 1})
    case.incidents[0].resolve()
    assert (case.state, case.variables["r"], case.records) == ("completed", [1], {})


def test_paths_that_collect_are_no_scopes_of_their_own_to_events(begin: Begin, box: Sandbox) -> None:
    """Errors, event sub-processes, compensation and modification see the sub-process and what lies in it."""
    fails = ad_hoc("h", service("a"), user("b"), collect="r", output="=y")
    case = begin(diagram(start("s"), fails, boundary("x", "h", error("no")), end("z"), end("e"), flows("s h e", "x z")))
    case.waiting[0].throw("no")
    assert (case.path, case.state, case.records) == (["s", "x", "z"], "completed", {})

    handler = event_sub("v", start("vs", error("no")), end("ve"), flows("vs ve"))
    case = begin(around(ad_hoc("h", service("a"), user("b"), handler, collect="r", output="=y")))
    case.waiting[0].throw("no")
    assert (case.path, case.state, case.records) == (["s", "vs", "ve", "v", "h", "e"], "completed", {})

    undo = undoing("c", "a", user("undo", isForCompensation="true"))
    inner = ad_hoc(
        "h",
        user("a"),
        undo,
        throw("t", compensate()),
        task("z"),
        flows("a t z"),
        active='=["a"]',
        collect="r",
        output="=y",
    )
    case = begin(around(inner))
    case.waiting[0].complete()
    assert elements(case) == ["undo"]
    case.waiting[0].complete()
    assert (case.path, case.variables, case.records) == (["s", "a", "undo", "t", "z", "h", "e"], {"r": [None]}, {})


def test_what_a_modification_begins_in_it_gives_an_output_too(begin: Begin) -> None:
    case = begin(around(ad_hoc("h", user("a"), user("b"), active='=["a"]', collect="r", output="=y")))
    case.modify(start=["b"], cancel=["a"])
    assert elements(case) == ["b"]
    case.waiting[0].complete({"y": 5})
    assert (case.state, case.variables) == ("completed", {"r": [5]})
    case = begin(
        diagram(start("s"), user("u"), ad_hoc("h", user("a"), user("b"), collect="r", output="=y"), flows("s u h"))
    )
    case.modify(start=["b"], cancel=["u"])
    case.waiting[0].complete({"y": 6})
    assert (case.state, case.variables) == ("completed", {"r": [6]})


def inside(case: Case, *elements: tuple[str, dict[str, object]], cancel: bool = False) -> None:
    key = next(token.key for token in case.instance.tokens.values() if token.task_spec.id == "h" and not token.is_path)
    case.box.send(case, commands.ActivateInside(key, elements, cancel))


def test_activities_are_begun_from_outside_as_often_as_wanted(begin: Begin) -> None:
    case = begin(around(ad_hoc("h", user("a"), user("b"), user("c"), flows("b c"), active='=["a"]')), n=0)
    inside(case, ("b", {"n": 1}), ("b", {}))
    assert [(item.element, item.variables["n"]) for item in case.waiting] == [("a", 0), ("b", 1), ("b", 0)]
    with pytest.raises(Invalid) as refused:
        inside(case, ("c", {}), ("e", {}), ("a", {}))
    assert [finding.element for finding in refused.value.findings] == ["c", "e"]
    inside(case, ("a", {}), cancel=True)
    assert elements(case) == ["a"]
    case.waiting[0].complete()
    assert (case.path, case.state) == (["s", "a", "h", "e"], "completed")


def test_variables_given_to_an_activity_that_is_begun_belong_to_its_whole_path(begin: Begin) -> None:
    parts = (user("z"), user("a"), user("b"), flows("a b"))
    case = begin(around(ad_hoc("h", *parts, active='=["z"]', until="=count(r) = 2", collect="r", output="=x")))
    inside(case, ("a", {"x": 1}))
    inside(case, ("a", {"x": 2}))
    while case.waiting and (items := [item for item in case.waiting if item.element != "z"]):
        items[0].complete()
    assert (case.variables, case.state, case.records) == ({"r": [1, 2]}, "completed", {})


# Links


def test_links_lead_to_the_one_of_their_name(begin: Begin) -> None:
    parts = [start("s"), exclusive("x", default="x_t"), throw("t", link("A")), throw("u", link("B"))]
    parts += [catch("a", link("A")), catch("b", link("B")), end("e"), end("f")]
    case = begin(diagram(*parts, flows("s x t", "x u", "a e", "b f", x_u="=other")), other=True)
    assert case.path == ["s", "x", "u", "b", "f"]
    assert case.flows == ["s_x", "x_u", "link:u", "b_f"]


def test_a_loop_by_a_link_and_a_join_behind_links(begin: Begin) -> None:
    count = script("t", "if n = null then 1 else n + 1", "n")
    parts = [start("s"), exclusive("m"), count, exclusive("x", default="x_f"), throw("back", link("again"))]
    parts += [catch("again", link("again")), parallel("f"), throw("l", link("J")), throw("r", link("K"))]
    parts += [catch("cl", link("J")), catch("cr", link("K")), parallel("j"), end("e")]
    ways = flows("s m t x f l", "x back", "again m", "f r", "cl j e", "cr j", x_back="=n < 3")
    case = begin(diagram(*parts, ways))
    assert (case.variables, case.path.count("j"), case.state) == ({"n": 3}, 1, "completed")


# What opens an instance

BOTH = [receive("a", "paid"), catch("b", message("asked")), end("e"), flows("g a e", "g b e")]


def test_a_gateway_opens_an_instance_by_the_first_event(box: Sandbox) -> None:
    box.deploy(diagram(event_based("g", instantiate="true"), *BOTH), "p.bpmn")
    box.publish("asked", variables={"n": 1})
    assert [(case.path, case.state, case.variables) for case in box.cases] == [(["b", "e"], "completed", {"n": 1})]


def test_a_parallel_one_waits_for_the_others_in_the_instance(box: Sandbox) -> None:
    gateway = event_based("g", instantiate="true", eventGatewayType="Parallel")
    box.deploy(
        diagram(gateway, receive("a", "paid"), catch("b", message("asked", "=no")), end("e"), BOTH[-1]), "p.bpmn"
    )
    box.publish("paid", "7", {"no": "7"})
    assert elements(box.cases[0]) == ["b"]
    box.publish("asked", "7")
    assert [(case.path, case.state) for case in box.cases] == [(["a", "e", "b", "e"], "completed")]


def test_a_receive_task_opens_an_instance(box: Sandbox) -> None:
    box.deploy(diagram(receive("r", "new", instantiate="true"), end("e"), flows("r e")), "p.bpmn")
    box.publish("new", variables={"n": 1})
    assert [(case.path, case.variables) for case in box.cases] == [(["r", "e"], {"n": 1})]


def test_any_of_several_starts_opens_one(box: Sandbox) -> None:
    parts = [start("m", message("new")), start("t", timer(duration="PT1H")), start("n", signal("go")), end("e")]
    box.deploy(diagram(*parts, flows("m e", "t e", "n e")), "p.bpmn")
    box.publish("new")
    box.broadcast("go")
    box.advance(by=timedelta(hours=1))
    assert [case.path for case in box.cases] == [["m", "e"], ["n", "e"], ["t", "e"]]


def test_what_only_events_open_cannot_be_started(box: Sandbox) -> None:
    box.deploy(diagram(start("m", message("new")), end("e"), flows("m e")), "p.bpmn")
    with pytest.raises(Conflict) as refused:
        box.start("p")
    assert (refused.value.code, box.cases) == ("process_without_none_start", [])


def test_and_not_called_either(begin: Begin, box: Sandbox) -> None:
    box.deploy(diagram(start("m", message("new")), end("e"), flows("m e"), process_id="q"), "q.bpmn")
    case = begin(diagram(start("s"), call("k", "q"), end("e"), flows("s k e")))
    assert [(stopped.kind, stopped.element) for stopped in case.incidents] == [("CALLED_ELEMENT_ERROR", "k")]


# Global tasks, several processes, implicit starts and ends


def test_a_global_task_is_called_like_a_process(begin: Begin) -> None:
    head = '<zeebe:script expression="=n + 1" resultVariable="n"/>'
    pool = process(start("s"), call("k", "g"), call("u", "h"), end("e"), flows("s k u e"))
    case = begin(file(pool, global_task("globalScriptTask", "g", head), global_task("globalUserTask", "h")), n=1)
    called = case.box.cases[2]
    assert [(item.kind, item.element) for item in called.waiting] == [("task", "h.task")]
    called.waiting[0].complete({"done": True})
    assert case.variables == {"n": 2, "done": True}


def test_processes_of_a_file_call_and_tell_each_other(begin: Begin, box: Sandbox) -> None:
    first = process(start("s"), throw("t", message("new")), call("k", "r"), end("e"), flows("s t k e"))
    second = process(start("qs", message("new")), task("qt"), flows("qs qt"), process_id="q")
    third = process(task("only"), process_id="r")
    case = begin(file(first, second, third))
    assert {other.process_id: other.path for other in box.cases} == {
        "p": ["s", "t", "k", "e"],
        "q": ["qs", "qt"],
        "r": ["only"],
    }
    assert case.state == "completed"


def test_implicit_starts_and_ends(begin: Begin) -> None:
    case = begin(diagram(task("a"), task("b"), sub("c", task("d"), user("x")), flows("a c")))
    assert case.path == ["a", "b", "d"]
    case.waiting[0].complete()
    assert case.state == "completed"


def test_an_event_sub_process_lies_in_every_kind_of_scope(begin: Begin, box: Sandbox) -> None:
    handler = event_sub("v", start("vs", message("stop")), end("ve"), flows("vs ve"))
    case = begin(around(ad_hoc("h", service("a"), user("b"), handler)))
    box.publish("stop")
    assert (case.path, case.state, case.records) == (["s", "vs", "ve", "v", "h", "e"], "completed", {})
