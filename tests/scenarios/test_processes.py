"""The files under processes/: nothing to say against them, every text in English, every figure in a table."""

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
import yaml

from engine import diagrams, dmn

PROCESSES = Path(__file__).parents[2] / "processes"
BPMN = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"
ZEEBE = "{http://camunda.org/schema/zeebe/1.0}"
DMN = "{https://www.omg.org/spec/DMN/20191111/MODEL/}"
MARK = re.compile(r"D|(R|P) [A-Z]?\d+(\(\d+\))?")
DURATION = re.compile(r"\bP(\d+[YMWD]|T\d+[HMS])")


def files(pattern: str) -> list[Path]:
    return sorted(PROCESSES.rglob(pattern))


def each(pattern: str) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("path", files(pattern), ids=lambda path: path.stem)


@each("*.bpmn")
def test_nothing_is_found_against_a_diagram(path: Path) -> None:
    assert diagrams.parse(path.read_bytes(), path.name).findings == ()


@each("*.bpmn")
def test_a_diagram_calls_only_what_is_there(path: Path) -> None:
    tree = ET.parse(path)
    wanted = {form.get("formId") for form in tree.iter(f"{ZEEBE}formDefinition")}
    wanted |= {p.get("value") for p in tree.iter(f"{ZEEBE}property") if p.get("name") in ("form", "action.form")}
    assert wanted <= {json.loads(form.read_text())["id"] for form in files("*.form")}
    decisions = {d.get("id") for file in files("*.dmn") for d in ET.parse(file).iter(f"{DMN}decision")}
    assert {call.get("decisionId") for call in tree.iter(f"{ZEEBE}calledDecision")} <= decisions
    processes = {p.get("id") for file in files("*.bpmn") for p in ET.parse(file).iter(f"{BPMN}process")}
    assert {call.get("processId") for call in tree.iter(f"{ZEEBE}calledElement")} <= processes


@each("*.bpmn")
def test_every_job_that_can_fail_has_somebody_who_does_it_by_hand(path: Path) -> None:
    tree = ET.parse(path)
    caught = {
        event.get("attachedToRef")
        for event in tree.iter(f"{BPMN}boundaryEvent")
        for error in event.iter(f"{BPMN}errorEventDefinition")
        if error.get("errorRef") == "error_adapter_failed"
    }
    assert {task.get("id") for task in tree.iter(f"{BPMN}serviceTask")} <= caught


@each("*.bpmn")
def test_no_time_of_the_regulation_stands_in_a_diagram(path: Path) -> None:
    """A duration of one unit is FEEL's way to convert; every other comes from a table of limits."""
    for element in ET.parse(path).iter():
        for text in (element.text or "", *element.attrib.values()):
            for found in DURATION.finditer(text):
                assert found[0] in ("P1D", "PT1H", "PT1M"), (element.tag, text)


@each("*.bpmn")
def test_every_element_is_drawn(path: Path) -> None:
    tree = ET.parse(path)
    drawn = {shape.get("bpmnElement") for shape in tree.iter() if shape.get("bpmnElement")}
    tags = ("sequenceFlow", "messageFlow", "lane", "participant")
    flows = {node.get("id") for tag in tags for node in tree.iter(f"{BPMN}{tag}")}
    ways = ("incoming", "outgoing")
    nodes = {node.get("id") for node in tree.iter() if any(node.find(f"{BPMN}{way}") is not None for way in ways)}
    assert flows | nodes <= drawn


@each("*.bpmn")
def test_every_name_of_a_diagram_has_its_english(path: Path) -> None:
    unseen = {f"{BPMN}error", f"{BPMN}message", f"{BPMN}escalation"}
    tree = ET.parse(path)
    nodes = [node for node in tree.iter() if not node.tag.startswith(ZEEBE) and node.tag not in unseen]
    label = f"{BPMN}extensionElements/{ZEEBE}properties/{ZEEBE}property[@name='action.label']"
    actions = {f"{node.get('id')}.action.label" for node in nodes if node.find(label) is not None}
    assert {node.get("id") for node in nodes if node.get("name")} | actions == set(english(path))


@each("*.form")
def test_every_label_of_a_form_has_its_english(path: Path) -> None:
    assert set(labels(json.loads(path.read_text())["components"])) == set(english(path))


@each("*.dmn")
def test_every_label_of_a_table_has_its_english(path: Path) -> None:
    tree = ET.parse(path)
    named = {
        node.get("id")
        for node in tree.iter()
        if node.get("label") or node.tag in (f"{DMN}decision", f"{DMN}definitions")
    }
    assert named == set(english(path))


@each("*.dmn")
def test_every_rule_says_where_its_figures_come_from(path: Path) -> None:
    dmn.parse(path.read_bytes(), path.name)
    for rule in ET.parse(path).iter(f"{DMN}rule"):
        valid_from, source, _ = [entry.findtext(f"{DMN}text") for entry in rule.iter(f"{DMN}annotationEntry")]
        assert valid_from == "2015-03-01"
        assert MARK.fullmatch(source or ""), (rule.get("id"), source)


def english(path: Path) -> Mapping[str, str]:
    texts = yaml.safe_load(path.with_suffix(".en.yaml").read_text(encoding="utf-8"))
    assert all(isinstance(text, str) and text for text in texts.values())
    return texts  # type: ignore[no-any-return]


def labels(components: list[dict[str, Any]], prefix: str = "") -> Iterator[str]:
    """The paths by which a form's texts are translated (processes/README.md)."""
    for component in components:
        path = prefix + component.get("key", component.get("path", ""))
        yield path
        if component.get("timeLabel"):
            yield f"{path}#time"
        if component.get("description"):
            yield f"{path}#description"
        for value in component.get("values", ()):
            yield f"{path}.{value['value']}"
        yield from labels(component.get("components", []), f"{path}.")
