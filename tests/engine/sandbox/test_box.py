"""`engine.Sandbox`, every name of it tried as one who plays, tests or simulates a process uses it."""

from datetime import timedelta
from pathlib import Path

import pytest

import engine
from engine.errors import Conflict, Invalid, NotFound
from tests.engine.conftest import MONDAY
from tests.engine.factories import (
    boundary,
    call,
    catch,
    condition,
    diagram,
    end,
    error,
    escalation,
    event_based,
    file,
    flows,
    message,
    parallel,
    process,
    script,
    service,
    signal,
    start,
    timer,
    user,
)

HOUR = timedelta(hours=1)


@pytest.fixture
def box() -> engine.Sandbox:
    return engine.Sandbox(now=MONDAY)


def test_a_case_is_started_with_variables_and_a_business_id(box: engine.Sandbox) -> None:
    box.deploy(diagram(start("s"), user("t"), end("e"), flows("s t e")), name="p.bpmn")
    case = box.start("p", variables={"n": 1}, business_id="B-1")
    assert (case.state, case.variables, case.path, case.incidents) == ("active", {"n": 1}, ["s"], [])
    with pytest.raises(Conflict, match="business_id_in_use"):
        box.start("p", business_id="B-1")
    with pytest.raises(NotFound, match="process_unknown"):
        box.start("nobody")
    assert box.cases == [case]


def test_deploying_raises_with_every_finding_of_every_file(box: engine.Sandbox, tmp_path: Path) -> None:
    bad = diagram(start("s"), script("t", "x +", "y"), script("u", "(", "y"), end("e"), flows("s t u e"))
    (tmp_path / "a.bpmn").write_bytes(bad)
    (tmp_path / "b.form").write_text("{")
    (tmp_path / "c.dmn").write_text("<definitions/>")
    with pytest.raises(Invalid) as refused:
        box.deploy(tmp_path)
    told = {(finding.file, finding.element) for finding in refused.value.findings if finding.severity == "error"}
    assert told >= {("a.bpmn", "t"), ("a.bpmn", "u"), ("b.form", "")}
    assert {file for file, _ in told} == {"a.bpmn", "b.form", "c.dmn"}


def test_everything_that_waits_is_an_item_of_its_kind(box: engine.Sandbox) -> None:
    parts = [
        service("j", "work"),
        user("t"),
        catch("c", timer(duration="PT1H")),
        catch("m", message("news", "=k")),
        catch("g", signal("alarm")),
        catch("w", condition("=n > 1")),
    ]
    ways = [f"f {name} e" for name in "jtcmgw"]
    box.deploy(diagram(start("s"), parallel("f"), *parts, end("e"), flows("s f", *ways)), "p.bpmn")
    case = box.start("p", {"k": "7", "n": 1})
    found = {item.element: item for item in case.waiting}
    kinds = {name: item.kind for name, item in found.items()}
    assert kinds == {"j": "job", "t": "task", "c": "timer", "m": "message", "g": "signal", "w": "condition"}
    assert (found["j"].type, found["m"].name, found["g"].name) == ("work", "news", "alarm")
    assert found["c"].due == MONDAY + HOUR
    assert found["t"].variables == {"k": "7", "n": 1}
    assert len({item.key for item in found.values()}) == len(found)
    box.publish("news", "8")
    box.publish("news", "7", {"read": True})
    box.broadcast("alarm", {"loud": True})
    box.set_variables(case, {"n": 2})
    box.advance(by=HOUR)
    found["t"].complete({"done": 1})
    found["j"].complete()
    assert case.state == "completed"
    assert {name: case.variables[name] for name in ("read", "loud", "done")} == {"read": True, "loud": True, "done": 1}
    assert case.path == ["s", "f", "m", "e", "g", "e", "w", "e", "c", "e", "t", "e", "j", "e"]
    with pytest.raises(Conflict, match="waits_no_longer"):
        found["t"].complete()


def test_a_job_fails_is_an_incident_and_is_resolved(box: engine.Sandbox) -> None:
    box.deploy(diagram(start("s"), service("j"), end("e"), flows("s j e")), "p.bpmn")
    case = box.start("p")
    job = case.waiting[0]
    job.fail("no answer", retries=1)
    assert (case.incidents, len(case.waiting)) == ([], 1)
    job.fail("no answer", retries=0)
    (incident,) = case.incidents
    assert (incident.kind, incident.element) == ("JOB_NO_RETRIES", "j")
    assert "no answer" in incident.message
    # as on PostgreSQL, nobody can do it before the incident is resolved
    assert case.waiting == []
    with pytest.raises(Conflict, match="job_stopped"):
        job.complete()
    incident.resolve()
    case.waiting[0].complete()
    assert case.state == "completed"


def test_a_job_throws_and_a_task_escalates(box: engine.Sandbox) -> None:
    parts = [service("j"), boundary("b", "j", error("FULL")), user("t"), boundary("x", "t", escalation("late"))]
    box.deploy(diagram(start("s"), *parts, end("e"), flows("s j e", "b t e", "x e")), "p.bpmn")
    case = box.start("p")
    case.waiting[0].throw("FULL", {"left": 0})
    assert [item.element for item in case.waiting] == ["t"]
    case.waiting[0].escalate("late")
    assert (case.state, case.path) == ("completed", ["s", "b", "x", "e"])


def test_an_error_nobody_catches_is_an_incident_of_its_kind(box: engine.Sandbox) -> None:
    box.deploy(diagram(start("s"), service("j"), end("e"), flows("s j e")), "p.bpmn")
    case = box.start("p")
    case.waiting[0].throw("FULL")
    assert [(one.kind, one.element) for one in case.incidents] == [("UNHANDLED_ERROR_EVENT", "j")]


def test_a_handler_runs_only_if_it_is_named_and_once_where_nobody_catches_its_error(box: engine.Sandbox) -> None:
    box.deploy(diagram(start("s"), service("j", "add"), end("e"), flows("s j e")), "p.bpmn")
    assert box.start("p", {"n": 1}).state == "active"
    ran = []

    def add(job: engine.Job) -> dict[str, int]:
        ran.append(job.element_id)
        if job.variables["n"] > 1:
            raise engine.BpmnError("TOO_MUCH")
        return {"n": job.variables["n"] + 1}

    box.handlers["add"] = add
    case = box.start("p", {"n": 1})
    assert (case.state, case.variables) == ("completed", {"n": 2})
    # the first case's job, left from before, runs too; then one whose error nobody catches
    assert [one.state for one in box.cases] == ["completed", "completed"]
    stuck = box.start("p", {"n": 2})
    assert [one.kind for one in stuck.incidents] == ["UNHANDLED_ERROR_EVENT"]
    assert len(ran) == 3


def test_time_passes_and_what_falls_due_fires_in_order(box: engine.Sandbox) -> None:
    parts = [catch("late", timer(duration="PT2H")), catch("soon", timer(duration="PT1H"))]
    box.deploy(diagram(start("s"), parallel("f"), *parts, end("e"), flows("s f late e", "f soon e")), "p.bpmn")
    case = box.start("p")
    assert box.next_due() == MONDAY + HOUR
    box.advance(to=MONDAY + HOUR / 2)
    assert (box.now, case.path) == (MONDAY + HOUR / 2, ["s", "f"])
    box.advance(by=3 * HOUR)
    assert case.path == ["s", "f", "soon", "e", "late", "e"]
    assert box.now == MONDAY + 3.5 * HOUR


def test_called_and_message_started_cases_are_among_the_cases(box: engine.Sandbox) -> None:
    called = process(start("s2"), user("t"), end("e2"), flows("s2 t e2"), process_id="q")
    opened = process(start("s3", message("open")), user("u"), end("e3"), flows("s3 u e3"), process_id="r")
    box.deploy(file(process(start("s"), call("c", "q"), end("e"), flows("s c e")), called, opened), "p.bpmn")
    case = box.start("p")
    box.publish("open", "k", {"n": 1})
    assert [one.process_id for one in box.cases] == ["p", "q", "r"]
    assert box.cases[1].parent is case
    box.cases[1].waiting[0].complete()
    assert case.state == "completed"


def test_a_message_is_buffered_for_its_time_to_live(box: engine.Sandbox) -> None:
    box.deploy(diagram(start("s"), user("t"), catch("m", message("news", "=k")), end("e"), flows("s t m e")), "p.bpmn")
    case = box.start("p", {"k": "7"})
    box.publish("news", "7", {"n": 1}, ttl=HOUR)
    box.publish("news", "7", {"n": 2}, ttl=timedelta())
    case.waiting[0].complete()
    assert (case.state, case.variables["n"]) == ("completed", 1)
    other = box.start("p", {"k": "8"})
    box.publish("news", "8", ttl=HOUR)
    box.advance(by=2 * HOUR)
    other.waiting[0].complete()
    assert [item.kind for item in other.waiting] == ["message"]


def test_a_case_is_cancelled_with_what_it_called(box: engine.Sandbox) -> None:
    called = process(start("s2"), user("t"), end("e2"), flows("s2 t e2"), process_id="q")
    box.deploy(file(process(start("s"), call("c", "q"), end("e"), flows("s c e")), called), "p.bpmn")
    case = box.start("p")
    with pytest.raises(engine.Conflict, match="instance_called"):
        box.cases[1].cancel()
    case.cancel()
    assert [(one.state, one.waiting) for one in box.cases] == [("canceled", []), ("canceled", [])]


def test_a_copy_has_what_is_deployed_and_no_cases(box: engine.Sandbox) -> None:
    race = [event_based("g"), catch("m", message("news")), catch("c", timer(duration="PT1H"))]
    box.deploy(diagram(start("s"), *race, end("e"), flows("s g m e", "g c e")), "p.bpmn")
    box.start("p")
    other = box.copy(now=MONDAY + HOUR)
    assert other.cases == []
    case = other.start("p")
    other.publish("news")
    assert case.path == ["s", "g", "m", "e"]
    assert box.cases[0].state == "active"


def test_chance_is_not_the_same_for_every_element_of_a_way_and_the_same_in_every_run(box: engine.Sandbox) -> None:
    """Keys that one case draws by `uuid()` at two elements of one step must be two."""
    draws = [script(name, "[uuid(), random number()]", name) for name in ("a", "b", "c")]
    drawn = diagram(start("s"), *draws[:2], user("u"), draws[2], end("e"), flows("s a b u c e"))

    def found(sandbox: engine.Sandbox) -> list[object]:
        sandbox.deploy(drawn, name="p.bpmn")
        case = sandbox.start("p")
        case.waiting[0].complete({})
        return [value for name in ("a", "b", "c") for value in case.variables[name]]

    assert len(set(found(box))) == 6
    assert found(engine.Sandbox(now=MONDAY)) == found(engine.Sandbox(now=MONDAY))
