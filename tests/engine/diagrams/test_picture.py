"""Diagrams as SVG: everything with coordinates is drawn once, marked things in red, texts only as text."""

from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from engine.diagrams import DiagramError
from engine.diagrams.picture import picture
from engine.diagrams.picture.paper import wrapped

PROCESSES = Path(__file__).parents[3] / "processes"
DI = "{http://www.omg.org/spec/BPMN/20100524/DI}"
SVG = "{http://www.w3.org/2000/svg}"
TAGS = [
    *("startEvent", "endEvent", "intermediateCatchEvent", "intermediateThrowEvent", "task", "userTask", "serviceTask"),
    *("scriptTask", "sendTask", "receiveTask", "manualTask", "businessRuleTask", "callActivity", "subProcess"),
    *("transaction", "adHocSubProcess", "exclusiveGateway", "parallelGateway", "inclusiveGateway", "complexGateway"),
    *("eventBasedGateway", "dataObjectReference", "dataStoreReference", "textAnnotation", "group"),
]
EVENTS = [
    "message",
    "timer",
    "signal",
    "error",
    "escalation",
    "compensate",
    "conditional",
    "link",
    "cancel",
    "terminate",
]


def file(inside: str, drawn: str) -> bytes:
    return f"""<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"
        xmlns:bpmndi="http://www.omg.org/spec/BPMN/20100524/DI" xmlns:dc="http://www.omg.org/spec/DD/20100524/DC"
        xmlns:di="http://www.omg.org/spec/DD/20100524/DI"><process id="p">{inside}</process>
        <bpmndi:BPMNDiagram><bpmndi:BPMNPlane bpmnElement="p">{drawn}</bpmndi:BPMNPlane></bpmndi:BPMNDiagram>
        </definitions>""".encode()


def shape(id: str, x: object = 0, y: object = 0, width: object = 100, height: object = 80) -> str:  # noqa: A002
    bounds = f'<dc:Bounds x="{x}" y="{y}" width="{width}" height="{height}"/>'
    return f'<bpmndi:BPMNShape bpmnElement="{id}">{bounds}</bpmndi:BPMNShape>'


def drawing(data: bytes, *marked: str) -> ET.Element:
    text = picture(data, "p.bpmn", marked)
    assert text is not None
    return ET.fromstring(text)


@pytest.mark.parametrize("path", sorted(PROCESSES.rglob("*.bpmn")), ids=lambda path: path.stem)
def test_every_diagram_of_ours_is_drawn_whole(path: Path) -> None:
    root = drawing(path.read_bytes())
    diagram = ET.parse(path)
    flows = sum(1 for _ in root.iter(f"{SVG}polygon") if _.get("class") == "solid")
    edges = [edge.get("bpmnElement") for edge in diagram.iter(f"{DI}BPMNEdge")]
    ids = {node.get("id"): node.tag.rpartition("}")[2] for node in diagram.iter() if node.get("id")}
    assert flows == sum(1 for edge in edges if ids[edge] == "sequenceFlow")
    shown = "".join(text for node in root.iter(f"{SVG}text") for text in node.itertext())
    tasks = [node.get("name") or "" for node in diagram.iter() if node.tag.endswith("Task")]
    assert all(name.replace(" ", "") in shown.replace(" ", "") for name in tasks)


@pytest.mark.parametrize("tag", TAGS)
def test_each_element_is_drawn_and_red_where_it_is_marked(tag: str) -> None:
    data = file(f'<{tag} id="a" name="名字"><text>名字</text></{tag}>', shape("a"))
    groups = [(group.get("class"), len(group)) for group in drawing(data, "a").iter(f"{SVG}g")]
    assert [colour for colour, _ in groups] == ["red"]
    assert groups[0][1] > 0
    assert [group.get("class") for group in drawing(data).iter(f"{SVG}g")] == ["ink"]


@pytest.mark.parametrize("kind", EVENTS)
def test_each_kind_of_event_has_its_sign(kind: str) -> None:
    plain = file('<endEvent id="a"/>', shape("a", width=36, height=36))
    data = file(f'<endEvent id="a"><{kind}EventDefinition/></endEvent>', shape("a", width=36, height=36))
    assert len(list(drawing(data).iter())) == len(list(drawing(plain).iter())) + 1


def test_a_name_is_text_and_never_markup() -> None:
    data = file('<task id="a" name="&lt;script&gt;alert(1)&lt;/script&gt;"/>', shape("a"))
    text = picture(data, "p.bpmn", title="<b>")
    assert text is not None
    assert "<script" not in text
    assert "<b>" not in text


@pytest.mark.parametrize("number", ["", "x", "nan", "inf", "1e300"])
def test_coordinates_that_are_none_are_left_out(number: str) -> None:
    data = file('<task id="a"/><task id="b"/>', shape("a", x=number) + shape("b") + shape("gone"))
    assert len(list(drawing(data).iter(f"{SVG}rect"))) == 2
    assert picture(file('<task id="a"/>', shape("a", y=number)), "p.bpmn") is None


def test_a_file_with_an_entity_or_without_xml_is_refused() -> None:
    with pytest.raises(DiagramError):
        picture(b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>', "p.bpmn")
    with pytest.raises(DiagramError):
        picture(b"no", "p.bpmn")


def test_texts_are_broken_where_a_reader_would() -> None:
    assert wrapped("填写测试值（A端）", 9 * 12) == ["填写测试值（A端）"]
    assert wrapped("one two three", 50) == ["one two", "three"]
    assert wrapped("a\nb", 50) == ["a", "b"]
    assert wrapped("  ", 50) == []
