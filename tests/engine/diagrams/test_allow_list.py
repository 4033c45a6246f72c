"""Every name of BPMN's own schema is either read or refused by name: nothing is silently a no-op."""

from functools import cache
from pathlib import Path

import pytest
import SpiffWorkflow.bpmn.parser
from lxml import etree

from engine.diagrams import lint, parse
from engine.diagrams.findings import Findings
from engine.diagrams.name_check import NameCheck
from engine.diagrams.names import bpmn, zeebe
from engine.diagrams.rules import RULES
from engine.errors import Finding
from tests.engine.factories import OPENING, Found, Part, diagram, end, flow, flows, start, task, user

XSD = "{http://www.w3.org/2001/XMLSchema}"
ABSTRACT = {  # of these the schema has only substitutes, or they belong to the layout
    "BPMNDiagram",
    "artifact",
    "baseElement",
    "choreographyActivity",
    "conversationNode",
    "eventDefinition",
    "flowElement",
    "formalExpression",
    "loopCharacteristics",
    "rootElement",
}
S, E, WAY = start("s"), end("e"), flows("s e")
LINE = [S, E, WAY]


@cache
def schema() -> tuple[dict[str, etree._Element], dict[str, etree._Element]]:
    """BPMN's elements and types by name."""
    folder = Path(str(SpiffWorkflow.bpmn.parser.__file__)).parent / "schema"
    roots = [etree.parse(folder / file).getroot() for file in ("Semantic.xsd", "BPMN20.xsd")]
    elements = {str(node.get("name")): node for root in roots for node in root.findall(f"{XSD}element")}
    types = {str(node.get("name")): node for root in roots for node in root.findall(f"{XSD}complexType")}
    return elements, types


def children(name: str) -> set[str]:
    """The elements that the schema allows in an element, those of its base types included."""
    elements, types = schema()
    kind, found = types.get(str(elements[name].get("type"))), set()
    while kind is not None:
        for node in kind.iter(f"{XSD}element"):
            member = (node.get("ref") or node.get("name") or "").rpartition(":")[2]
            found |= {member, *members(member)} if node.get("ref") and member in elements else {member}
        extension = kind.find(f".//{XSD}extension")
        kind = types.get(str(extension.get("base"))) if extension is not None else None
    return {member for member in found if member not in ABSTRACT}


def members(base: str) -> list[str]:
    """The concrete elements that may stand where the schema says `base`."""
    elements, types = schema()
    direct = [name for name, node in elements.items() if node.get("substitutionGroup") == base]
    found = [name for member in direct for name in (member, *members(member))]
    return [name for name in found if types[str(elements[name].get("type"))].get("abstract") != "true"]


def attributes(name: str) -> set[str]:
    """The attributes of an element, those of its base types included."""
    elements, types = schema()
    kind, found = types.get(str(elements[name].get("type"))), set()
    while kind is not None:
        found |= {str(node.get("name")) for node in kind.iter(f"{XSD}attribute")}
        extension = kind.find(f".//{XSD}extension")
        kind = types.get(str(extension.get("base"))) if extension is not None else None
    return found


def refused(findings: list[Finding], name: str) -> bool:
    by_name = [f for f in findings if not f.code.startswith("bpmn_schema")]
    return any(f.severity == "error" and f.parameters.get("name") == name for f in by_name)


@pytest.mark.parametrize("name", members("flowElement") + members("artifact"))
def test_every_element_of_a_process_is_parsed_kept_or_refused_by_name(name: str) -> None:
    data = diagram(*LINE, Part(f'<bpmn:{name} id="it"/>'))
    findings = lint(data, "p.bpmn")
    if bpmn(name) in RULES:
        assert not refused(findings, name)
    else:
        assert refused(findings, name)


@pytest.mark.parametrize("name", members("rootElement"))
def test_every_element_of_the_top_is_read_or_refused_by_name(name: str) -> None:
    data = diagram(*LINE).replace(b"</bpmn:definitions>", f'<bpmn:{name} id="it"/></bpmn:definitions>'.encode())
    assert refused(lint(data, "p.bpmn"), name) == (bpmn(name) not in RULES)


@pytest.mark.parametrize("event", members("eventDefinition"))
@pytest.mark.parametrize(
    "around", ["startEvent", "intermediateCatchEvent", "intermediateThrowEvent", "boundaryEvent", "endEvent"]
)
def test_every_event_definition_is_read_or_refused_by_name(around: str, event: str, found: Found) -> None:
    findings = found(*LINE, Part(f'<bpmn:{around} id="it"><bpmn:{event}/></bpmn:{around}>'))
    assert refused(findings, event) == (bpmn(event) not in RULES[bpmn(around)].children)


PAIRS = sorted((name, child) for name in schema()[0] if bpmn(name) in RULES for child in children(name))


@pytest.mark.parametrize("name", sorted({name for name, _ in PAIRS}))
def test_every_child_that_the_schema_has_is_read_or_refused_by_name_with_its_line(name: str) -> None:
    for child in sorted(children(name)):
        findings = Findings("p.bpmn")
        around = etree.fromstring(f'<b:{name} xmlns:b="{bpmn("")[1:-1]}"><b:{child}/></b:{name}>')
        read = NameCheck(findings, 9, set()).may_stand(around, around[0])
        told = [(f.parameters.get("name"), f.line) for f in findings.by_line() if f.severity == "error"]
        assert told == ([] if read else [(child, 1)]), child
        assert read == (bpmn(child) in RULES[bpmn(name)].children), child


def test_what_may_be_read_is_what_the_schema_has() -> None:
    """No name of BPMN is taken where BPMN's own schema does not have it."""
    of_texts = {"documentation", "text", "extensionElements", "definitions"}  # the schema check looks at these
    for name in {name for name, _ in PAIRS} - of_texts - {"event"}:
        allowed = {etree.QName(child).localname for child in RULES[bpmn(name)].children}
        assert allowed <= children(name), name
        plain = {attribute for attribute in RULES[bpmn(name)].attributes if not attribute.startswith("{")}
        assert plain <= attributes(name), name


def test_the_schema_has_as_much_as_is_looked_at() -> None:
    """So that a schema that was not read would be seen: BPMN 2.0 has 135 elements at its top."""
    assert len(schema()[0]) == 135
    assert len(PAIRS) > 700


@pytest.mark.parametrize("name", sorted(name for name in schema()[0] if bpmn(name) in RULES))
def test_every_attribute_of_an_element_is_read_or_refused_by_name(name: str) -> None:
    findings = Findings("p.bpmn")
    given = attributes(name)
    NameCheck(findings, 1, set()).check(etree.Element(bpmn(name), dict.fromkeys(given, "surely no such value")), 1)
    free = {attribute for attribute, values in RULES[bpmn(name)].attributes.items() if values is None}
    assert {finding.parameters["name"] for finding in findings.by_line()} == given - free


ZEEBE_NAMES = {  # zeebe-bpmn-moddle 2.0.0: what stock Camunda Modeler writes, with its attributes
    "ioMapping": "",
    "subscription": "correlationKey",
    "input": "source target modelerConfigurationTemplate modelerConfigurationName",
    "output": "source target",
    "taskHeaders": "",
    "header": "id key value",
    "taskDefinition": "type retries",
    "loopCharacteristics": "inputCollection inputElement outputCollection outputElement",
    "calledElement": "processId processIdExpression propagateAllChildVariables propagateAllParentVariables businessId "
    "bindingType versionTag",
    "userTaskForm": "id",
    "formDefinition": "formKey formId externalReference bindingType versionTag",
    "linkedResource": "resourceId resourceType linkName bindingType versionTag",
    "linkedResources": "",
    "userTask": "",
    "calledDecision": "decisionId resultVariable bindingType versionTag",
    "assignmentDefinition": "assignee candidateGroups candidateUsers",
    "priorityDefinition": "priority",
    "jobPriorityDefinition": "priority",
    "taskSchedule": "dueDate followUpDate",
    "properties": "",
    "property": "name value modelerConfigurationTemplate modelerConfigurationName",
    "script": "expression resultVariable",
    "executionListeners": "",
    "executionListener": "eventType retries type",
    "taskListeners": "",
    "taskListener": "eventType retries type",
    "versionTag": "value",
    "adHoc": "activeElementsCollection outputCollection outputElement",
    "conditionalFilter": "variableNames variableEvents",
    "agentDefinition": "agentType",
}


@pytest.mark.parametrize("name", sorted(ZEEBE_NAMES))
def test_every_zeebe_element_and_attribute_is_read_or_refused_by_name_wherever_it_stands(name: str) -> None:
    for owner in sorted(tag for tag, rule in RULES.items() if bpmn("extensionElements") in rule.children):
        around = etree.fromstring(f'<o xmlns:z="{zeebe("")[1:-1]}"><e><z:{name}/></e></o>')
        around.tag, around[0].tag = owner, bpmn("extensionElements")
        findings = Findings("p.bpmn")
        read = NameCheck(findings, 9, set()).may_stand(around[0], around[0][0])
        told = [(f.parameters.get("name"), f.line) for f in findings.by_line() if f.severity == "error"]
        assert told == ([] if read else [(f"zeebe:{name}", 1)]), owner
    if zeebe(name) in RULES:
        findings = Findings("p.bpmn")
        values = dict.fromkeys(ZEEBE_NAMES[name].split(), "surely no such value")
        NameCheck(findings, 1, set()).check(etree.Element(zeebe(name), values), 1)
        free = {attribute for attribute, values in RULES[zeebe(name)].attributes.items() if values is None}
        assert {finding.parameters["name"] for finding in findings.by_line()} == values.keys() - free


def test_what_is_read_of_zeebe_is_what_its_modeler_writes() -> None:
    for tag, rule in RULES.items():
        if tag.startswith(zeebe("")[:-1]):
            plain = {attribute for attribute in rule.attributes if not attribute.startswith("{")}
            assert plain <= set(ZEEBE_NAMES[etree.QName(tag).localname].split()), tag


@pytest.mark.parametrize(
    ("attribute", "value"),
    [
        ("default", None),
        ("color", "red"),
        ("isForCompensation", "perhaps"),
    ],
)
def test_an_attribute_that_would_change_what_runs_is_refused(attribute: str, value: str | None, found: Found) -> None:
    findings = found(S, task("t", **{attribute: value}), E, flows("s t e"))
    assert [f.parameters.get("name") for f in findings] == ([] if value is None else [attribute])
    assert {f.code for f in findings} <= {"bpmn_value_not_supported", "bpmn_attribute_not_supported"}


@pytest.mark.parametrize(
    ("xml", "code"),
    [
        ('<bpmn:callActivity id="t" calledElement="x"/>', "bpmn_called_element_attribute"),
        ('<bpmn:scriptTask id="t"><bpmn:script>1</bpmn:script></bpmn:scriptTask>', "bpmn_script_element"),
        ('<bpmn:subChoreography id="t"/>', "bpmn_choreography"),
        (
            '<bpmn:adHocSubProcess id="t"><bpmn:extensionElements><zeebe:taskDefinition type="x"/>'
            '</bpmn:extensionElements><bpmn:task id="i"/></bpmn:adHocSubProcess>',
            "bpmn_ad_hoc_job",
        ),
        ('<bpmn:userTask id="t"><bpmn:potentialOwner/></bpmn:userTask>', "bpmn_performer"),
        ('<bpmn:task id="t"><bpmn:ioSpecification/></bpmn:task>', "bpmn_io_specification"),
        ('<bpmn:serviceTask id="t" operationRef="o"/>', "bpmn_operation"),
        ('<bpmn:task id="t"><bpmn:standardLoopCharacteristics/></bpmn:task>', "bpmn_loop_without_end"),
        ('<bpmn:task id="t" startQuantity="0"/>', "bpmn_quantity"),
        ('<bpmn:task id="t" completionQuantity="many"/>', "bpmn_quantity"),
        ('<bpmn:task id="t" isForCompensation="true"/>', "bpmn_compensation_flows"),
        ('<bpmn:task id="t"><bpmn:lane/></bpmn:task>', "bpmn_element_misplaced"),
        ('<bpmn:task id="t"><wrong/></bpmn:task>', "bpmn_element_not_supported"),
        (
            '<bpmn:task id="t"><bpmn:multiInstanceLoopCharacteristics><bpmn:inputDataItem/>'
            "</bpmn:multiInstanceLoopCharacteristics></bpmn:task>",
            "bpmn_loop_data",
        ),
    ],
)
def test_refusals_say_what_to_do_instead(xml: str, code: str, found: Found) -> None:
    assert (code, "t") in {(f.code, f.element) for f in found(S, Part(xml), E, flows("s t e"))}


@pytest.mark.parametrize(
    ("inside", "code"),
    [
        ("<zeebe:taskListeners/>", "bpmn_element_misplaced"),
        (
            '<zeebe:executionListeners><zeebe:executionListener eventType="cancel" type="x"/>'
            "</zeebe:executionListeners>",
            "bpmn_listener_event",
        ),
        ('<zeebe:script expression="=1" resultVariable="x"/>', "bpmn_element_misplaced"),
        ("<zeebe:properties/><zeebe:properties/>", "bpmn_extension_twice"),
        ("<zeebe:userTaskForm/>", "bpmn_form_key"),
        ("<zeebe:properties><zeebe:header/></zeebe:properties>", "bpmn_element_misplaced"),
        (
            '<zeebe:properties><zeebe:property name="hold" value="end" more="x"/></zeebe:properties>',
            "bpmn_attribute_not_supported",
        ),
    ],
)
def test_zeebe_names_are_read_or_refused(inside: str, code: str, found: Found) -> None:
    extended = Part(f'<bpmn:task id="t"><bpmn:extensionElements>{inside}</bpmn:extensionElements></bpmn:task>')
    assert [f.code for f in found(S, extended, E, flows("s t e"))] == [code]


def test_a_refused_element_makes_no_second_finding_where_flows_name_it(found: Found) -> None:
    findings = found(S, Part('<bpmn:choreographyTask id="g"/>'), E, flow("f", "s", "g"), flow("h", "g", "e"))
    assert [(f.code, f.element) for f in findings if f.severity == "error"] == [("bpmn_choreography", "g")]


def test_foreign_namespaces_are_kept_and_reported_once_each() -> None:
    xml = """<bpmn:task id="t" xmlns:c7="urn:seven" xmlns:o="urn:o" c7:asyncBefore="true" c7:type="external">
        <bpmn:extensionElements><o:thing><o:inner/></o:thing></bpmn:extensionElements></bpmn:task>"""
    findings = parse(diagram(S, Part(xml), E, flows("s t e")), "p.bpmn").findings
    assert [(f.code, f.severity, f.parameters["namespace"], f.parameters["count"]) for f in findings] == [
        ("bpmn_namespace_without_effect", "warning", "urn:seven", 2),
        ("bpmn_namespace_without_effect", "warning", "urn:o", 1),
    ]


def test_what_is_drawn_for_people_is_kept_without_a_word() -> None:
    opening = OPENING.replace(
        "<bpmn:definitions ",
        '<bpmn:definitions xmlns:bpmndi="http://www.omg.org/spec/BPMN/20100524/DI" '
        'xmlns:color="http://www.omg.org/spec/BPMN/non-normative/color/1.0" '
        'xmlns:bioc="http://bpmn.io/schema/bpmn/biocolor/1.0" '
        'xmlns:dc="http://www.omg.org/spec/DD/20100524/DC" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" ',
    )
    text = f"""{opening}
      <bpmn:collaboration id="c"><bpmn:participant id="pool" name="省公司" processRef="p"/>
        <bpmn:participant id="box" name="客户"/><bpmn:messageFlow id="m" sourceRef="box" targetRef="s"/>
      </bpmn:collaboration>
      <bpmn:category id="cat"><bpmn:categoryValue id="value" value="受理"/></bpmn:category>
      <bpmn:dataStore id="store" name="台账"/>
      <bpmn:process id="p" isExecutable="true" zeebe:modelerTemplate="x">
        <bpmn:documentation>说明 <b>甲</b></bpmn:documentation>
        <bpmn:laneSet id="ls"><bpmn:lane id="l" name="值班">
          <bpmn:flowNodeRef>s</bpmn:flowNodeRef></bpmn:lane></bpmn:laneSet>
        <bpmn:startEvent id="s"><bpmn:outgoing>s_e</bpmn:outgoing></bpmn:startEvent>
        <bpmn:endEvent id="e"/>
        <bpmn:sequenceFlow id="s_e" sourceRef="s" targetRef="e"/>
        <bpmn:dataObject id="do"/><bpmn:dataObjectReference id="dor" name="单据" dataObjectRef="do"/>
        <bpmn:dataStoreReference id="dsr" name="台账" dataStoreRef="store"/>
        <bpmn:textAnnotation id="note"><bpmn:text>先核对</bpmn:text></bpmn:textAnnotation>
        <bpmn:association id="as" sourceRef="s" targetRef="note"/><bpmn:group id="g" categoryValueRef="value"/>
      </bpmn:process>
      <bpmndi:BPMNDiagram id="d"><bpmndi:BPMNPlane id="pl" bpmnElement="c">
        <bpmndi:BPMNShape id="s_di" bpmnElement="s" color:background-color="#ff0000" bioc:stroke="#000">
          <dc:Bounds x="1" y="2" width="3" height="4"/></bpmndi:BPMNShape></bpmndi:BPMNPlane></bpmndi:BPMNDiagram>
    </bpmn:definitions>"""
    parsed = parse(text.encode(), "p.bpmn")
    assert parsed.findings == ()
    assert parsed.processes[0].elements["s"].lane == "值班"
    assert list(parsed.processes[0].elements) == ["p", "s", "e"]
    assert parsed.processes[0].root.documentation == "说明"
    assert parsed.texts["pool"] == "省公司"
    assert parsed.texts["value"] == "受理"


def test_nothing_is_imported() -> None:
    line = (
        b'<bpmn:import namespace="urn:x" location="http://127.0.0.1:9/x.bpmn" importType="urn:y"/></bpmn:definitions>'
    )
    data = diagram(*LINE).replace(b"</bpmn:definitions>", line)
    assert [f.code for f in lint(data, "p.bpmn")] == ["bpmn_import"]


def test_a_form_is_referred_to_by_its_id_alone(found: Found) -> None:
    form = user("t", "HQ.crc", form="x").xml.replace("formId", "formKey")
    assert [(f.code, f.element) for f in found(S, Part(form), E, flows("s t e"))] == [("bpmn_form_key", "t")]
