"""Execution and task listeners: jobs around an element's work."""

import pytest

from engine.sandbox import Case, Sandbox
from tests.engine.conftest import Begin
from tests.engine.factories import (
    boundary,
    diagram,
    each,
    end,
    error,
    exclusive,
    flows,
    listening,
    script,
    service,
    start,
    sub,
    task,
    timer,
    user,
)


def jobs(case: Case) -> list[tuple[str, str | None]]:
    return [(item.element, item.type) for item in case.waiting]


def drawn(task: object) -> bytes:
    return diagram(start("s"), task, end("e"), flows("s t e"))  # type: ignore[arg-type]


def test_listeners_answer_one_after_the_other_before_and_after_the_work(begin: Begin) -> None:
    head = listening(("start", "a"), ("start", "b"), ("end", "c"))
    case = begin(drawn(sub("t", start("is"), script("i", "1", "n"), end("ie"), flows("is i ie"), extensions=head)))
    seen = []
    while case.waiting:
        seen.append((case.waiting[0].type, list(case.path)))
        case.waiting[0].complete()
    assert [kind for kind, _ in seen] == ["a", "b", "c"]
    assert [path[-1] for _, path in seen] == ["s", "s", "ie"]
    assert (case.path, case.state) == (["s", "is", "i", "ie", "t", "e"], "completed")


def test_variables_of_a_start_listener_stay_with_the_element_those_of_an_end_listener_go_up(begin: Begin) -> None:
    head = listening(("start", "a"), ("end", "b"))
    task = user("t", inputs={"given": "=n * 2"}, outputs={"result": "=given + told"})
    case = begin(drawn(_extended(task, head)), n=1)
    assert case.waiting[0].variables["given"] == 2
    case.waiting[0].complete({"told": 5})
    assert jobs(case) == [("t", None)]
    case.waiting[0].complete()
    case.waiting[0].complete({"more": 1})
    assert case.variables == {"n": 1, "result": 7, "more": 1}


def _extended(part: object, head: str) -> object:
    return type(part)(part.xml.replace("<zeebe:userTask/>", f"<zeebe:userTask/>{head}"), part.tops)  # type: ignore[attr-defined]


def test_task_listeners_come_when_a_task_is_made_and_when_it_is_done(begin: Begin) -> None:
    head = listening(("creating", "a"), ("completing", "b"), kind="task")
    parts = [start("s"), _extended(user("t"), head), boundary("x", "t", timer(duration="PT1H")), end("e"), end("z")]
    case = begin(diagram(*parts, flows("s t e", "x z")))  # type: ignore[arg-type]
    assert [(item.kind, item.type) for item in case.waiting] == [("timer", None), ("job", "a")]
    case.waiting[1].complete()
    assert [item.kind for item in case.waiting] == ["timer", "task"]
    case.waiting[1].complete({"n": 1})
    # the task stays until its listener has agreed
    assert [(item.kind, item.type, item.transition) for item in case.waiting[1:]] == [
        ("task", None, "completing"),
        ("job", "b", None),
    ]
    case.waiting[2].complete()
    assert (case.path, case.variables, case.records) == (["s", "t", "e"], {"n": 1}, {})


def test_a_listener_that_fails_is_an_incident_and_is_asked_again(begin: Begin) -> None:
    case = begin(drawn(script("t", "1", "n", properties={"hold": "end"})))
    assert case.state == "completed"
    case = begin(drawn(service("t", inputs={"a": "=1"})))
    assert jobs(case) == [("t", "work")]
    head = listening(("end", "late"))
    stuck = begin(drawn(_extended(user("t"), head)))
    stuck.waiting[0].complete()
    stuck.waiting[0].fail("no", retries=0)
    assert [(stopped.kind, stopped.element) for stopped in stuck.incidents] == [("EXECUTION_LISTENER_NO_RETRIES", "t")]
    stuck.incidents[0].resolve()
    stuck.waiting[0].complete()
    assert stuck.path == ["s", "t", "e"]


def test_a_listener_may_throw_an_error(begin: Begin) -> None:
    head = listening(("end", "check"))
    parts = [start("s"), _extended(user("t"), head), boundary("b", "t", error("bad")), end("e"), end("x")]
    case = begin(diagram(*parts, flows("s t e", "b x")))  # type: ignore[arg-type]
    case.waiting[0].complete()
    case.waiting[0].throw("bad")
    assert (case.path, case.records) == (["s", "b", "x"], {})


def test_each_instance_of_a_multi_instance_activity_has_its_listeners(begin: Begin) -> None:
    head = listening(("start", "a"))
    case = begin(drawn(_extended(user("t", loop=each("=[1, 2]", "i")), head)))
    assert [(item.type, item.variables["i"]) for item in case.waiting] == [("a", 1), ("a", 2)]


def test_one_comes_before_all_instances_and_may_give_what_they_are_made_of(begin: Begin) -> None:
    head = listening(("beforeAll", "all"), ("start", "a"))
    case = begin(drawn(_extended(user("t", loop=each("=items", "i", collect="r", output="=i")), head)))
    assert jobs(case) == [("t", "all")]
    case.waiting[0].complete({"items": [1, 2]})
    assert [(item.type, item.variables["i"]) for item in case.waiting] == [("a", 1), ("a", 2)]
    for _ in range(4):
        case.waiting[0].complete()
    assert (case.state, case.variables, case.records) == ("completed", {"r": [1, 2]}, {})


def test_gateways_and_events_have_them_too(begin: Begin) -> None:
    gate = exclusive("x", default="x_e", extensions=listening(("start", "a"), ("end", "b")))
    last = end("e", extensions=listening(("end", "c")))
    case = begin(diagram(start("s"), gate, last, end("f"), flows("s x e", "x f", x_f="=false")))
    seen = []
    while case.waiting:
        seen.append(case.waiting[0].type)
        case.waiting[0].complete()
    assert (seen, case.path) == (["a", "b", "c"], ["s", "x", "e"])


def test_the_process_has_them(begin: Begin, box: Sandbox) -> None:
    head = listening(("start", "open"), ("end", "close"))
    case = begin(diagram(start("s"), end("e"), flows("s e"), head=head))
    assert (jobs(case), case.path) == ([("p", "open")], [])
    case.waiting[0].complete()
    assert (jobs(case), case.path) == ([("p", "close")], ["s", "e"])
    case.waiting[0].complete({"n": 1})
    assert (case.state, case.variables, case.records) == ("completed", {"n": 1}, {})


@pytest.mark.parametrize("id", ["listener", "reminder", "due", "warning", "enter", "leave", "inside", "listen", "job"])
def test_an_element_may_be_called_as_the_engine_calls_what_is_none(begin: Begin, id: str) -> None:  # noqa: A002
    """Jobs of `reminder` were taken for reminders, and completing one of `listener` failed."""
    for part in (service(id), task(id, extensions=listening(("start", "a")))):
        case = begin(diagram(start("s"), part, end("e"), flows(f"s {id} e")))
        case.waiting[0].complete()
        assert case.path == ["s", id, "e"]
