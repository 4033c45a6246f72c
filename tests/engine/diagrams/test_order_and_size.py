"""The order of the file decides, whatever the drawing looks like, and large diagrams are read quickly."""

import sys
from itertools import pairwise
from types import FrameType

from engine.diagrams import parse
from tests.engine.factories import Part, diagram, end, exclusive, flow, flows, script, spec, start, sub, task


def test_flows_keep_the_order_of_the_file_not_of_the_boxes() -> None:
    """The upper box is the second in the file."""
    parts = [
        start("s"),
        exclusive("x"),
        task("low"),
        task("high"),
        flows("s x low", "x high", x_low="=true", x_high="=true"),
    ]
    layout = """<bpmndi:BPMNDiagram xmlns:bpmndi="http://www.omg.org/spec/BPMN/20100524/DI"
        xmlns:dc="http://www.omg.org/spec/DD/20100524/DC"><bpmndi:BPMNPlane bpmnElement="p">
        <bpmndi:BPMNShape bpmnElement="high"><dc:Bounds x="0" y="10" width="1" height="1"/></bpmndi:BPMNShape>
        <bpmndi:BPMNShape bpmnElement="low"><dc:Bounds x="0" y="900" width="1" height="1"/></bpmndi:BPMNShape>
        </bpmndi:BPMNPlane></bpmndi:BPMNDiagram></bpmn:definitions>"""
    data = diagram(*parts).replace(b"</bpmn:definitions>", layout.encode())
    found = parse(data, "p.bpmn").processes[0]
    assert [way.target for way in found.elements["x"].outgoing] == ["low", "high"]
    assert list(found.elements) == ["p", "s", "x", "low", "high"]


def test_elements_need_not_stand_before_what_leads_to_them() -> None:
    found = spec(flows("s b a e"), end("e"), task("a"), task("b"), start("s"))
    assert list(found.elements) == ["p", "e", "a", "b", "s"]
    assert [way.id for way in found.flows()] == ["a_e", "b_a", "s_b"]


def test_several_flows_between_the_same_two_stay_apart() -> None:
    found = spec(
        start("s"),
        exclusive("x", default="third"),
        task("t"),
        flows("s x"),
        flow("first", "x", "t", "=n = 1"),
        flow("second", "x", "t", "=n = 2"),
        flow("third", "x", "t"),
    )
    assert [way.id for way in found.elements["x"].outgoing] == ["first", "second", "third"]
    assert [way.id for way in found.elements["t"].incoming] == ["first", "second", "third"]


def chain(length: int) -> bytes:
    tasks = [f"t{number}" for number in range(length)]
    way = " ".join(["s", *tasks, "e"])
    return diagram(start("s"), *map(task, tasks), end("e"), flows(way))


def test_a_chain_of_two_thousand_tasks_is_parsed() -> None:
    found = parse(chain(2_000), "chain.bpmn").processes[0]
    assert len(found.elements) == 2_003
    assert all(found.elements[a].outgoing[0].target == b for a, b in pairwise(list(found.elements)[1:]))


def test_work_grows_with_the_size_and_not_faster() -> None:
    """A scan of all flows for each element, or the like, would make the larger one sixteen times the work."""
    small, large = (_calls(chain(length)) for length in (500, 2_000))
    assert large < 4.5 * small


def _calls(data: bytes) -> int:
    """How many functions are called to parse a file."""
    counted = 0

    def count(frame: FrameType, event: str, argument: object) -> None:
        nonlocal counted
        counted += event in ("call", "c_call")

    sys.setprofile(count)
    try:
        parse(data, "chain.bpmn")
    finally:
        sys.setprofile(None)
    return counted


def test_many_elements_in_nested_scopes_are_parsed() -> None:
    inner: Part = script("deepest", "1")
    for level in range(150):
        before = f"b{level - 1}" if level else "deepest"
        inner = sub(f"b{level}", inner, task(f"t{level}"), flows(f"{before} t{level}"))
    found = spec(inner)
    assert found.elements["deepest"].scope == "b0"
    assert found.elements["t149"].scope == "b149"
    assert found.elements["b149"].scope is None
