"""Tasks one after the other: variables, mappings, jobs, people, and what is left in history."""

from decimal import Decimal

import pytest

from engine.errors import Conflict, NotFound
from engine.sandbox import Sandbox
from tests.engine.conftest import Begin
from tests.engine.factories import (
    decision,
    diagram,
    end,
    flows,
    manual,
    script,
    service,
    start,
    task,
    user,
)


def test_a_token_passes_what_needs_nobody(begin: Begin) -> None:
    case = begin(
        diagram(start("s"), task("t"), manual("m"), script("x", "a + 1", "b"), end("e"), flows("s t m x e")), a=1
    )
    assert case.state == "completed"
    assert case.path == ["s", "t", "m", "x", "e"]
    assert case.flows == ["s_t", "t_m", "m_x", "x_e"]
    assert case.variables == {"a": 1, "b": 2}
    assert case.waiting == []


def test_numbers_keep_their_digits(begin: Begin) -> None:
    drawn = diagram(start("s"), script("x", "price * 3", "sum"), end("e"), flows("s x e"))
    case = begin(drawn, price=Decimal("0.10"))
    assert str(case.variables["sum"]) == "0.30"


def test_a_job_waits_for_its_handler(begin: Begin) -> None:
    drawn = diagram(start("s"), service("j", "mail", headers={"to": "x"}, retries="5"), end("e"), flows("s j e"))
    case = begin(drawn, a=1)
    (job,) = case.waiting
    assert (job.kind, job.element, job.type, job.variables) == ("job", "j", "mail", {"a": 1})
    job.complete({"b": 2})
    assert case.state == "completed"
    assert case.variables == {"a": 1, "b": 2}


def test_a_job_is_tried_again_while_it_has_retries(begin: Begin) -> None:
    case = begin(diagram(start("s"), service("j"), end("e"), flows("s j e")))
    case.waiting[0].fail("no answer", retries=2)
    assert case.incidents == []
    case.waiting[0].fail("no answer", retries=0)
    (incident,) = case.incidents
    assert (incident.kind, incident.element) == ("JOB_NO_RETRIES", "j")
    incident.resolve()
    assert case.incidents == []
    case.waiting[0].complete()
    assert case.state == "completed"


def test_a_person_completes_a_task_once(begin: Begin) -> None:
    case = begin(diagram(start("s"), user("u", groups="GD.crc.duty, GD.noc.duty"), end("e"), flows("s u e")))
    (task_,) = case.waiting
    assert (task_.kind, task_.element, task_.candidate_groups) == ("task", "u", ("GD.crc.duty", "GD.noc.duty"))
    task_.complete({"done": True})
    assert case.variables == {"done": True}
    with pytest.raises(Conflict):
        task_.complete({"done": False})
    assert case.variables == {"done": True}


def test_input_mappings_are_seen_by_the_element_only(begin: Begin) -> None:
    drawn = diagram(start("s"), service("j", inputs={"local": "=a + 1", "deep.er": "=a"}), end("e"), flows("s j e"))
    case = begin(drawn, a=1)
    assert case.waiting[0].variables == {"a": 1, "local": 2, "deep": {"er": 1}}
    case.waiting[0].complete({"local": 5, "new": 6})
    assert case.variables == {"a": 1, "new": 6}


def test_output_mappings_say_what_goes_up(begin: Begin) -> None:
    drawn = diagram(
        start("s"), service("j", outputs={"total": "=sum(parts)", "all.first": "=parts[1]"}), end("e"), flows("s j e")
    )
    case = begin(drawn, all={"second": 2})
    case.waiting[0].complete({"parts": [3, 4]})
    assert case.variables == {"total": 7, "all": {"second": 2, "first": 3}}


def test_a_missing_variable_is_null_and_no_incident(begin: Begin) -> None:
    case = begin(diagram(start("s"), script("x", "nothing", "y"), end("e"), flows("s x e")))
    assert case.variables == {"y": None}


@pytest.mark.parametrize(
    ("part", "kind", "code"),
    [
        (service("t", "=missing"), "EXTRACT_VALUE_ERROR", "not_a_text"),
        (service("t", "x", retries="=[1]"), "EXTRACT_VALUE_ERROR", "not_a_text"),
        (user("t", groups="=5"), "EXTRACT_VALUE_ERROR", "not_a_list_of_texts"),
        (user("t", form="nowhere"), "FORM_NOT_FOUND", "form_missing"),
        (user("t", due='="tomorrow"'), "EXTRACT_VALUE_ERROR", "not_a_date"),
        (user("t", properties={"limit": "={value: 3, unit: missing}"}), "EXTRACT_VALUE_ERROR", "not_a_limit"),
        (decision("t", "nowhere"), "CALLED_DECISION_ERROR", "decision_missing"),
    ],
)
def test_what_cannot_be_entered_stops_with_an_incident(begin: Begin, part: object, kind: str, code: str) -> None:
    case = begin(diagram(start("s"), part, end("e"), flows("s t e")))  # type: ignore[arg-type]
    (incident,) = case.incidents
    assert (incident.kind, incident.record.code, incident.element) == (kind, code, "t")
    assert case.state == "active"
    assert case.waiting == []


def test_an_incident_is_tried_again_when_its_cause_is_gone(begin: Begin, box: Sandbox) -> None:
    case = begin(diagram(start("s"), service("t", "=kind", inputs={"n": "=count + 1"}), end("e"), flows("s t e")))
    incident = case.incidents[0]
    incident.resolve()
    assert len(case.incidents) == 1
    box.set_variables(case, {"kind": "mail", "count": 1})
    case.incidents[0].resolve()
    assert case.incidents == []
    assert case.waiting[0].variables["n"] == 2
    case.waiting[0].complete()
    assert case.state == "completed"


def test_cancelling_ends_everything(begin: Begin) -> None:
    case = begin(diagram(start("s"), user("u"), end("e"), flows("s u e")))
    case.cancel()
    assert case.state == "canceled"
    assert case.records == {}
    assert [note.kind for note in case.history][-2:] == ["element_terminated", "instance_canceled"]
    with pytest.raises(Conflict):
        case.cancel()


def test_every_element_leaves_its_own_key_in_history(begin: Begin) -> None:
    case = begin(diagram(start("s"), user("u"), task("t"), end("e"), flows("s u t e")))
    case.waiting[0].complete()
    keys = [note.element_key for note in case.history if note.kind == "element_completed"]
    assert len(set(keys)) == 4
    assert all(key and key >> 24 == case.key >> 24 for key in keys)


def test_case_numbers_count_by_prefix_unit_and_day(box: Sandbox) -> None:
    drawn = diagram(start("s"), end("e"), flows("s e"), prefix="FLT", unit="=unit")
    box.deploy(drawn, "p.bpmn")
    first = box.start("p", {"unit": "GD-GZ"})
    second = box.start("p", {"unit": "GD-SZ"})
    third = box.start("p", {})
    assert [first.case_no, second.case_no, third.case_no] == [
        "FLT-GD-20261123-0001",
        "FLT-GD-20261123-0002",
        "FLT-HQ-20261123-0001",
    ]
    assert first.variables["no"] == first.case_no
    assert first.unit == "GD-GZ"


def test_the_owning_unit_follows_its_variables(begin: Begin) -> None:
    drawn = diagram(start("s"), user("u"), user("v"), end("e"), flows("s u v e"), unit="=place")
    case = begin(drawn, place="GD")
    case.waiting[0].complete({"place": "GD-GZ"})
    assert case.unit == "GD-GZ"


def test_a_business_id_is_used_once_while_its_case_runs(box: Sandbox) -> None:
    box.deploy(diagram(start("s"), user("u"), end("e"), flows("s u e")), "p.bpmn")
    case = box.start("p", business_id="B1")
    with pytest.raises(Conflict):
        box.start("p", business_id="B1")
    case.waiting[0].complete()
    assert box.start("p", business_id="B1").state == "active"


def test_an_unknown_process_is_refused(box: Sandbox) -> None:
    with pytest.raises(NotFound):
        box.start("nowhere")


@pytest.mark.in_memory(reason="handlers are run by workers there")
def test_a_handler_that_is_named_runs_by_itself(box: Sandbox) -> None:
    box.handlers["mail"] = lambda job: {"sent": job.variables["to"]}
    box.deploy(diagram(start("s"), service("j", "mail"), end("e"), flows("s j e")), "p.bpmn")
    case = box.start("p", {"to": "x"})
    assert case.state == "completed"
    assert case.variables["sent"] == "x"


def test_a_long_chain_runs_in_one_go(begin: Begin) -> None:
    steps = [f"t{n}" for n in range(2000)]
    case = begin(diagram(start("s"), *map(task, steps), end("e"), flows(" ".join(["s", *steps, "e"]))))
    assert case.state == "completed"
    assert len(case.path) == 2002
