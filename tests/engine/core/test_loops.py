"""Standard loops, multi-instance by a number and its behaviours, and quantities of tokens."""

import pytest

from engine.sandbox import Case, Sandbox
from tests.engine.conftest import Begin
from tests.engine.factories import (
    Part,
    again,
    boundary,
    catch,
    condition,
    diagram,
    each,
    end,
    error,
    escalation,
    exclusive,
    file,
    flow,
    flows,
    listening,
    message,
    named_event,
    parallel,
    process,
    repeat,
    script,
    service,
    signal,
    start,
    sub,
    task,
    timer,
    user,
)

COUNT = "if n = null then 1 else n + 1"


@pytest.mark.parametrize(
    ("loop", "turns"),
    [
        (again("=n < 3"), 3),
        (again("=n < 0"), 1),
        (again("=n < 0", before=True), None),
        (again("=n < 9", most=2), 2),
        (again(most=4), 4),
        (again(most=0), None),
        (again("=loopCounter < 5"), 5),
    ],
)
def test_a_standard_loop_turns_while_its_condition_holds(loop: Part, turns: int | None, begin: Begin) -> None:
    case = begin(diagram(start("s"), script("t", COUNT, "n", loop=loop), end("e"), flows("s t e")), n=0)
    assert case.variables["n"] == (turns or 0)
    assert case.state == "completed"


def test_a_standard_loop_with_people_and_a_boundary_event(begin: Begin, box: Sandbox) -> None:
    parts = [start("s"), user("u", loop=again("=more")), boundary("b", "u", timer(duration="PT1H")), end("e"), end("x")]
    case = begin(diagram(*parts, flows("s u e", "b x")))
    case.waiting[1].complete({"more": True})
    assert [item.kind for item in case.waiting] == ["timer", "task"]
    assert case.waiting[1].variables["loopCounter"] == 2
    case.waiting[0].complete()
    assert case.path == ["s", "u", "b", "x"]


def test_a_loop_condition_that_is_none_is_an_incident_and_counts_once(begin: Begin, box: Sandbox) -> None:
    case = begin(diagram(start("s"), script("t", COUNT, "n", loop=again("=n < limit")), end("e"), flows("s t e")))
    assert [stopped.kind for stopped in case.incidents] == ["CONDITION_ERROR"]
    box.set_variables(case, {"limit": 2})
    case.incidents[0].resolve()
    assert case.path == ["s", "t", "t", "t", "e"]
    assert case.variables["n"] == 2


@pytest.mark.parametrize("sequential", [True, False])
def test_a_number_of_instances(sequential: bool, begin: Begin) -> None:
    parts = [start("s"), user("u", loop=repeat("=n", sequential=sequential, until="=stop")), end("e")]
    case = begin(diagram(*parts, flows("s u e")), n=3, stop=False)
    assert len(case.waiting) == (1 if sequential else 3)
    while case.waiting:
        case.waiting[0].complete()
    assert case.path == ["s", "u", "u", "u", "u", "e"]


def test_a_number_written_as_it_is(begin: Begin) -> None:
    case = begin(diagram(start("s"), script("t", COUNT, "n", loop=repeat("3")), end("e"), flows("s t e")))
    assert case.variables["n"] == 3


@pytest.mark.parametrize("number", ["=n", "=-1", "=1.5", '="3"', "=10 ** 9"])
def test_a_number_that_is_none_is_an_incident(number: str, begin: Begin) -> None:
    case = begin(diagram(start("s"), task("t", loop=repeat(number)), end("e"), flows("s t e")))
    assert [(stopped.kind, stopped.element) for stopped in case.incidents] == [("EXTRACT_VALUE_ERROR", "t")]


def test_a_completion_condition_that_is_none_counts_once_when_resolved(begin: Begin, box: Sandbox) -> None:
    loop = each("=[1, 2]", "i", collect="out", output="=i", until="=numberOfCompletedInstances >= limit")
    case = begin(diagram(start("s"), user("u", loop=loop), end("e"), flows("s u e")))
    case.waiting[0].complete()
    box.set_variables(case, {"limit": 1})
    case.incidents[0].resolve()
    assert case.variables["out"] == [1, None]
    assert case.path == ["s", "u", "u", "e"]


def telling(behavior: str, inside: str = "") -> bytes:
    """Three instances that escalate; each escalation counts."""
    event = "tell" if behavior in ("None", "One") else None
    loop = repeat("3", behavior=behavior, event=event, inside=inside)
    parts = [start("s"), user("u", loop=loop), boundary("b", "u", escalation("told"), interrupting=False)]
    rest = [script("c", COUNT, "n"), end("e"), end("x"), flows("s u e", "b c x")]
    return file(process(*parts, *rest), named_event("tell", escalation("told")))


@pytest.mark.parametrize(("behavior", "told"), [("None", 3), ("One", 1), ("All", 0)])
def test_completing_instances_tell_by_behaviour(behavior: str, told: int, begin: Begin) -> None:
    case = begin(telling(behavior), n=0)
    while case.waiting:
        case.waiting[0].complete()
    assert (case.state, case.variables["n"]) == ("completed", told)


def test_they_tell_when_a_condition_holds(begin: Begin) -> None:
    inside = (
        "<bpmn:complexBehaviorDefinition><bpmn:condition>=numberOfCompletedInstances > 1</bpmn:condition>"
        "<bpmn:event><bpmn:eventDefinitionRef>tell</bpmn:eventDefinitionRef></bpmn:event></bpmn:complexBehaviorDefinition>"
    )
    case = begin(telling("Complex", inside), n=0)
    while case.waiting:
        case.waiting[0].complete()
    assert case.variables["n"] == 2


def test_an_instance_that_tells_several_times_over_by_messages_tells_all_of_it(begin: Begin, box: Sandbox) -> None:
    tells = (
        "<bpmn:complexBehaviorDefinition><bpmn:condition>=true</bpmn:condition>"
        "<bpmn:event><bpmn:eventDefinitionRef>tell</bpmn:eventDefinitionRef></bpmn:event></bpmn:complexBehaviorDefinition>"
    )
    loop = repeat("1", behavior="Complex", inside=tells * 2)
    sends = user("u", loop=loop, properties={"ttl": "PT1H"})
    begin(file(process(start("s"), sends, end("e"), flows("s u e")), named_event("tell", message("done", "x"))))
    box.cases[0].waiting[0].complete()
    waits = diagram(start("s"), catch("m", message("done", "x")), end("e"), flows("s m e"), process_id="q")
    box.deploy(waits, "q.bpmn")
    assert [box.start("q").state for _ in range(3)] == ["completed", "completed", "active"]


def test_the_first_can_end_the_others(begin: Begin) -> None:
    loop = repeat("3", behavior="One", event="tell")
    parts = [start("s"), service("u", loop=loop), boundary("b", "u", escalation("told")), end("e"), end("x")]
    case = begin(file(process(*parts, flows("s u e", "b x")), named_event("tell", escalation("told"))))
    case.waiting[1].complete()
    assert (case.path[-2:], case.state, case.records) == (["b", "x"], "completed", {})


def test_they_may_tell_others_by_a_signal(begin: Begin) -> None:
    loop = repeat("2", behavior="One", event="tell")
    parts = [start("s"), parallel("f"), task("t", loop=loop), catch("c", signal("first")), end("e")]
    order = flows("s f", "f c e", "f t e")
    case = begin(file(process(*parts, order), named_event("tell", signal("first"))))
    assert (case.state, case.path.count("c")) == ("completed", 1)


# Quantities


def test_an_activity_that_needs_several_tokens_waits_for_them(begin: Begin) -> None:
    parts = [start("s"), parallel("f"), user("a"), user("b"), task("t", startQuantity="2"), end("e")]
    case = begin(diagram(*parts, flows("s f a t e", "f b t")))
    case.waiting[0].complete()
    assert case.path == ["s", "f", "a"]
    case.waiting[0].complete()
    assert case.path == ["s", "f", "a", "b", "t", "e"]
    assert case.state == "completed"


def test_it_takes_its_tokens_from_one_flow_too(begin: Begin) -> None:
    more = script("t", COUNT, "n", completionQuantity="4")
    parts = [start("s"), more, script("u", "if m = null then 1 else m + 1", "m", startQuantity="2"), end("e")]
    case = begin(diagram(*parts, flows("s t u e")))
    assert case.path == ["s", "t", "u", "u", "e", "e"]
    assert (case.variables, case.state) == ({"n": 1, "m": 2}, "completed")


def test_several_tokens_go_along_every_flow(begin: Begin) -> None:
    parts = [start("s"), task("t", completionQuantity="2"), task("a"), task("b"), end("e")]
    path = begin(diagram(*parts, flows("s t a e", "t b e"))).path
    assert (path.count("a"), path.count("b")) == (2, 2)


def test_a_sub_process_can_need_and_give_several(begin: Begin) -> None:
    inner = sub("b", start("bs"), end("be"), flows("bs be"), startQuantity="2", completionQuantity="3")
    parts = [start("s"), parallel("f"), inner, task("m"), end("e"), flow("second", "f", "b")]
    case = begin(diagram(*parts, flows("s f b m e")))
    assert (case.path.count("b"), case.path.count("e"), case.state) == (1, 3, "completed")


def test_a_condition_may_be_waited_for_in_every_turn(begin: Begin, box: Sandbox) -> None:
    inner = sub("b", start("bs"), catch("c", condition("=go")), end("be"), flows("bs c be"), loop=again(most=2))
    case = begin(diagram(start("s"), inner, end("e"), flows("s b e")), go=False)
    box.set_variables(case, {"go": True})
    assert (case.path.count("c"), case.state) == (2, "completed")


def test_what_an_instance_gives_for_the_collection_stays_in_it(begin: Begin) -> None:
    loop = each("=[1, 2]", "i", collect="r", output="=got.n")
    case = begin(diagram(start("s"), user("u", loop=loop), end("e"), flows("s u e")))
    case.waiting[1].complete({"got": {"n": 2}, "other": 1})
    assert case.waiting[0].variables["got"] is None
    case.waiting[0].complete({"got": {"n": 1}})
    assert case.variables == {"r": [1, 2], "other": 1}


def test_output_mappings_of_an_instance_write_to_what_is_local_to_it(begin: Begin) -> None:
    loop = each("=[1, 2]", "i", collect="r", output="=got")
    mapped = task("t", inputs={"x": "=i"}, outputs={"got": "=x * 10", "i": "=0", "last": "=x"}, loop=loop)
    case = begin(diagram(start("s"), mapped, end("e"), flows("s t e")))
    assert case.variables == {"r": [10, 20], "last": 2}


def test_a_completion_condition_may_ask_how_many_are_still_active(begin: Begin) -> None:
    loop = each("=[1, 2, 3]", "i", until="=numberOfActiveInstances < 2 and numberOfInstances = 3")
    case = begin(diagram(start("s"), user("u", loop=loop), end("e"), flows("s u e")))
    case.waiting[0].complete()
    assert len(case.waiting) == 2
    case.waiting[0].complete()
    assert (case.state, case.records) == ("completed", {})


# What a loop counts

COUNTS = "[numberOfInstances, numberOfActiveInstances, numberOfCompletedInstances, numberOfTerminatedInstances]"


def counted(box: Sandbox, case: Case, counts: list[int], **given: object) -> bool:
    """Complete what waits first; whether these were the loop's counts then, with which it is done."""
    box.set_variables(case, {"counts": counts})
    case.waiting[0].complete(given)
    return case.path[-1] == "e"


@pytest.mark.parametrize(
    ("sequential", "ended", "counts"),
    [
        (False, 0, [[4, 3, 1, 0], [4, 2, 2, 0], [4, 1, 3, 0]]),
        (False, 2, [[4, 1, 1, 2], [4, 0, 2, 2]]),
        (True, 0, [[1, 0, 1, 0], [2, 0, 2, 0], [3, 0, 3, 0]]),
    ],
)
def test_a_loop_counts_its_instances(
    sequential: bool, ended: int, counts: list[list[int]], begin: Begin, box: Sandbox
) -> None:
    loop = each("=[1, 2, 3, 4]", sequential=sequential, until=f"={COUNTS} = counts")
    drawn = diagram(start("s"), user("u", loop=loop), end("e"), flows("s u e"))
    for completed, expected in enumerate(counts):
        case = begin(drawn)
        if ended:
            case.modify(cancel=[item._record.element_key for item in case.waiting[-ended:]])
        for _ in range(completed):
            assert not counted(box, case, [])
        assert counted(box, case, expected)


def test_an_instance_that_was_ended_counts_so_before_its_listeners_are_told(begin: Begin, box: Sandbox) -> None:
    plain = user("u", loop=each("=[1, 2, 3]", until=f"={COUNTS} = counts"))
    told = listening(("canceling", "told"), kind="task")
    heard = Part(plain.xml.replace("<zeebe:userTask/>", f"<zeebe:userTask/>{told}"), plain.tops)
    case = begin(diagram(start("s"), heard, end("e"), flows("s u e")))
    case.modify(cancel=[case.waiting[2]._record.element_key])
    assert [item.kind for item in case.waiting] == ["task", "task", "job"]
    assert counted(box, case, [3, 1, 1, 1])


def test_an_instance_that_an_event_inside_it_has_led_elsewhere_has_completed(begin: Begin, box: Sandbox) -> None:
    steps = [start("is"), user("i"), exclusive("x", default="x_ie"), end("bad", error("bad")), end("ie")]
    inner = sub("inner", *steps, flows("is i x bad", "x ie", x_bad="=no"))
    around = [
        start("ts"),
        inner,
        boundary("b", "inner", error("bad")),
        end("te"),
        end("be"),
        flows("ts inner te", "b be"),
    ]
    loop = each("=[1, 2, 3]", until=f"={COUNTS} = counts")
    case = begin(diagram(start("s"), sub("t", *around, loop=loop), end("e"), flows("s t e")))
    assert not counted(box, case, [3, 1, 1, 1], no=True)
    assert counted(box, case, [3, 1, 2, 0], no=False)
    assert (case.state, case.records) == ("completed", {})
