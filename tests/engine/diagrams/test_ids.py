"""Ids: every node, flow and process has one, no two the same in a file, and all of them can be written in a URL."""

import pytest

from engine.diagrams import lint
from tests.engine.factories import (
    Found,
    Part,
    diagram,
    end,
    event_sub,
    file,
    flow,
    flows,
    process,
    start,
    sub,
    task,
    timer,
)

S, E = start("s"), end("e")


@pytest.mark.parametrize(
    ("part", "name"),
    [
        (Part("<bpmn:task/>"), "task"),
        (Part('<bpmn:sequenceFlow sourceRef="s" targetRef="e"/>'), "sequenceFlow"),
        (Part("<bpmn:subProcess/>"), "subProcess"),
    ],
)
def test_a_missing_id_is_named(part: Part, name: str, found: Found) -> None:
    assert [(f.code, f.parameters) for f in found(S, E, flows("s e"), part)] == [("bpmn_id_missing", {"name": name})]


def test_a_process_without_id_is_named() -> None:
    data = diagram(S, E, flows("s e")).replace(b' id="p"', b"")
    assert [f.code for f in lint(data, "p.bpmn") if f.severity == "error"] == ["bpmn_no_process", "bpmn_id_missing"]


@pytest.mark.parametrize("identifier", ["1a", "a b", "a/b", "-a", "a\nb"])
def test_an_id_that_is_none_is_refused(identifier: str, found: Found) -> None:
    findings = found(S, task(identifier), E, flow("f", "s", identifier), flow("g", identifier, "e"))
    assert [f.code for f in findings] == ["bpmn_id_malformed"]


@pytest.mark.parametrize("identifier", ["任务_1", "_a", "a.b-c", "É"])
def test_ids_of_any_script_do(identifier: str, found: Found) -> None:
    assert found(S, task(identifier), E, flow("f", "s", identifier), flow("g", identifier, "e")) == []


@pytest.mark.parametrize(
    "second",
    [task("t"), flow("t", "s", "e"), sub("t", start("bs"), end("be"), flows("bs be")), task("p")],
)
def test_an_id_used_twice_is_refused_at_the_second_place(second: Part, found: Found) -> None:
    findings = [f for f in found(S, task("t"), E, flows("s t e"), second) if f.code == "bpmn_id_twice"]
    assert [f.element for f in findings] == ["p" if 'id="p"' in second.xml else "t"]
    assert findings[0].parameters["first"] == 2


def test_an_id_used_in_two_processes_of_a_file_is_refused() -> None:
    data = file(process(S, E, flows("s e")), process(S, end("e2"), flows("s e2"), process_id="q"))
    assert ("bpmn_id_twice", "s") in {(f.code, f.element) for f in lint(data, "p.bpmn")}


def test_two_processes_of_the_same_id_are_refused() -> None:
    again = process(start("s2"), end("e2"), flows("s2 e2"))
    data = file(process(S, E, flows("s e")), again)
    assert [(f.code, f.element) for f in lint(data, "p.bpmn")] == [("bpmn_id_twice", "p")]


def test_an_id_inside_a_sub_process_counts_too(found: Found) -> None:
    handler = event_sub("h", start("s", timer(duration="PT1H")), end("he"), flows("s he"))
    assert ("bpmn_id_twice", "s") in {(f.code, f.element) for f in found(S, E, flows("s e"), handler)}
