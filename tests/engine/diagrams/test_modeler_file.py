"""A file as the modelling tool writes it: namespaces, layout, templates, indentation, flow lists, a pool with lanes."""

import pytest

from engine.core.effects import Binding
from engine.core.element import Element
from engine.core.spec import ProcessSpec
from engine.diagrams import Parsed, lint, parse

FILE = """<?xml version="1.0" encoding="UTF-8"?>
<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL"
    xmlns:bpmndi="http://www.omg.org/spec/BPMN/20100524/DI" xmlns:dc="http://www.omg.org/spec/DD/20100524/DC"
    xmlns:di="http://www.omg.org/spec/DD/20100524/DI" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"
    xmlns:zeebe="http://camunda.org/schema/zeebe/1.0" xmlns:modeler="http://camunda.org/schema/modeler/1.0"
    id="Definitions_1" targetNamespace="http://bpmn.io/schema/bpmn" exporter="Camunda Modeler"
    exporterVersion="5.38.0" modeler:executionPlatform="Camunda Cloud" modeler:executionPlatformVersion="8.9.0">
  <bpmn:collaboration id="Collaboration_1">
    <bpmn:participant id="Participant_1" name="客户服务" processRef="line_check" />
  </bpmn:collaboration>
  <bpmn:process id="line_check" name="线路核查" isExecutable="true">
    <bpmn:extensionElements>
      <zeebe:versionTag value="2026-3" />
      <zeebe:properties><zeebe:property name="prefix" value="CHK" /></zeebe:properties>
    </bpmn:extensionElements>
    <bpmn:laneSet id="LaneSet_1">
      <bpmn:lane id="Lane_1" name="受理">
        <bpmn:flowNodeRef>Start</bpmn:flowNodeRef>
        <bpmn:flowNodeRef>Check</bpmn:flowNodeRef>
        <bpmn:childLaneSet id="LaneSet_2">
          <bpmn:lane id="Lane_2" name="值班"><bpmn:flowNodeRef>Check</bpmn:flowNodeRef></bpmn:lane>
        </bpmn:childLaneSet>
      </bpmn:lane>
    </bpmn:laneSet>
    <bpmn:startEvent id="Start" name="申告">
      <bpmn:extensionElements>
        <zeebe:properties>
          <zeebe:property name="camundaModeler:exampleOutputJson" value="{&#10; &#34;no&#34;: 1&#10;}" />
        </zeebe:properties>
        <zeebe:ioMapping><zeebe:output source="=fault.circuit" target="circuit" /></zeebe:ioMapping>
      </bpmn:extensionElements>
      <bpmn:outgoing>Flow_1</bpmn:outgoing>
      <bpmn:messageEventDefinition id="MessageEventDefinition_1" messageRef="Message_1" />
    </bpmn:startEvent>
    <bpmn:sequenceFlow id="Flow_1" sourceRef="Start" targetRef="Ask" />
    <bpmn:serviceTask id="Ask" name="查询" zeebe:modelerTemplate="lookup" zeebe:modelerTemplateIcon="data:;utf8,x">
      <bpmn:extensionElements>
        <zeebe:taskDefinition type="inventory.lookup" retries="3" />
        <zeebe:ioMapping>
          <zeebe:input source="=circuit.id" target="query.circuit" />
          <zeebe:output source="=circuit" target="circuit" />
        </zeebe:ioMapping>
        <zeebe:taskHeaders><zeebe:header key="resource" value="circuits" /></zeebe:taskHeaders>
      </bpmn:extensionElements>
      <bpmn:incoming>Flow_1</bpmn:incoming>
      <bpmn:outgoing>Flow_2</bpmn:outgoing>
    </bpmn:serviceTask>
    <bpmn:boundaryEvent id="Broken" attachedToRef="Ask">
      <bpmn:outgoing>Flow_6</bpmn:outgoing>
      <bpmn:errorEventDefinition id="ErrorEventDefinition_1" errorRef="Error_1" />
    </bpmn:boundaryEvent>
    <bpmn:sequenceFlow id="Flow_6" sourceRef="Broken" targetRef="Check" />
    <bpmn:sequenceFlow id="Flow_2" sourceRef="Ask" targetRef="Level" />
    <bpmn:businessRuleTask id="Level" name="定级">
      <bpmn:extensionElements>
        <zeebe:calledDecision decisionId="level" resultVariable="level" bindingType="deployment" />
      </bpmn:extensionElements>
      <bpmn:incoming>Flow_2</bpmn:incoming>
      <bpmn:outgoing>Flow_3</bpmn:outgoing>
    </bpmn:businessRuleTask>
    <bpmn:sequenceFlow id="Flow_3" sourceRef="Level" targetRef="Urgent" />
    <bpmn:exclusiveGateway id="Urgent" name="紧急？" default="Flow_5">
      <bpmn:incoming>Flow_3</bpmn:incoming>
      <bpmn:outgoing>Flow_4</bpmn:outgoing>
      <bpmn:outgoing>Flow_5</bpmn:outgoing>
    </bpmn:exclusiveGateway>
    <bpmn:sequenceFlow id="Flow_4" name="是" sourceRef="Urgent" targetRef="Check">
      <bpmn:conditionExpression xsi:type="bpmn:tFormalExpression">
        =level = "A" and circuit != null
      </bpmn:conditionExpression>
    </bpmn:sequenceFlow>
    <bpmn:sequenceFlow id="Flow_5" sourceRef="Urgent" targetRef="End" />
    <bpmn:userTask id="Check" name="核查">
      <bpmn:extensionElements>
        <zeebe:userTask />
        <zeebe:formDefinition formId="line_check" bindingType="deployment" />
        <zeebe:assignmentDefinition candidateGroups="=[&#34;GD-GZ.crc.duty&#34;]" />
        <zeebe:priorityDefinition priority="70" />
        <zeebe:properties>
          <zeebe:property name="limit" value="=limits.check" />
        </zeebe:properties>
      </bpmn:extensionElements>
      <bpmn:incoming>Flow_4</bpmn:incoming>
      <bpmn:incoming>Flow_6</bpmn:incoming>
      <bpmn:outgoing>Flow_7</bpmn:outgoing>
      <bpmn:multiInstanceLoopCharacteristics isSequential="true">
        <bpmn:extensionElements>
          <zeebe:loopCharacteristics inputCollection="=circuit.ends" inputElement="end" />
        </bpmn:extensionElements>
        <bpmn:completionCondition xsi:type="bpmn:tFormalExpression">=found</bpmn:completionCondition>
      </bpmn:multiInstanceLoopCharacteristics>
    </bpmn:userTask>
    <bpmn:sequenceFlow id="Flow_7" sourceRef="Check" targetRef="End" />
    <bpmn:endEvent id="End" name="完成">
      <bpmn:incoming>Flow_5</bpmn:incoming>
      <bpmn:incoming>Flow_7</bpmn:incoming>
    </bpmn:endEvent>
    <bpmn:textAnnotation id="TextAnnotation_1"><bpmn:text>两端都要核查</bpmn:text></bpmn:textAnnotation>
    <bpmn:association id="Association_1" associationDirection="None" sourceRef="Check" targetRef="TextAnnotation_1" />
  </bpmn:process>
  <bpmn:message id="Message_1" name="fault.reported">
    <bpmn:extensionElements><zeebe:subscription correlationKey="=no" /></bpmn:extensionElements>
  </bpmn:message>
  <bpmn:error id="Error_1" name="处理程序失败" errorCode="adapter_failed" />
  <bpmndi:BPMNDiagram id="BPMNDiagram_1">
    <bpmndi:BPMNPlane id="BPMNPlane_1" bpmnElement="Collaboration_1">
      <bpmndi:BPMNShape id="Participant_1_di" bpmnElement="Participant_1" isHorizontal="true">
        <dc:Bounds x="160" y="80" width="900" height="300" />
        <bpmndi:BPMNLabel />
      </bpmndi:BPMNShape>
      <bpmndi:BPMNEdge id="Flow_1_di" bpmnElement="Flow_1"><di:waypoint x="1" y="2" /></bpmndi:BPMNEdge>
    </bpmndi:BPMNPlane>
  </bpmndi:BPMNDiagram>
</bpmn:definitions>
"""


@pytest.fixture(scope="module")
def parsed() -> Parsed:
    return parse(FILE.encode(), "line_check.bpmn")


@pytest.fixture(scope="module")
def process(parsed: Parsed) -> ProcessSpec:
    return parsed.processes[0]


def test_there_is_nothing_to_say_of_it(parsed: Parsed) -> None:
    assert parsed.findings == ()
    assert lint(FILE.encode(), "line_check.bpmn", {"inventory.lookup"}) == []


def test_the_process(process: ProcessSpec) -> None:
    assert (process.process_id, process.description, process.version_tag) == ("line_check", "线路核查", "2026-3")
    assert process.properties["prefix"].text == "CHK"
    names = ["line_check", "Start", "Ask", "Broken", "Level", "Urgent", "Check", "End"]
    assert list(process.elements) == names


def test_notes_of_the_tool_are_no_properties(process: ProcessSpec) -> None:
    assert process.elements["Start"].properties == {}


def test_a_lane_inside_a_lane_is_the_one_that_counts(process: ProcessSpec) -> None:
    assert [process.elements[name].lane for name in ("Start", "Check", "Ask")] == ["受理", "值班", None]


def test_the_start_and_its_message(process: ProcessSpec) -> None:
    (start,) = process.starts()
    assert start.event_definition.message_name.text == "fault.reported"
    assert [mapping.target for mapping in start.output_mappings] == [("circuit",)]


def test_flows(process: ProcessSpec) -> None:
    urgent: Element = process.elements["Urgent"]
    assert [(flow.id, flow.target) for flow in urgent.outgoing] == [("Flow_4", "Check"), ("Flow_5", "End")]
    assert urgent.default == "Flow_5"
    condition = urgent.outgoing[0].condition
    assert condition is not None
    assert condition.reads == {"level", "circuit"}
    assert [flow.source for flow in process.elements["Check"].incoming] == ["Broken", "Urgent"]


def test_tasks(process: ProcessSpec) -> None:
    ask, level, check = (process.elements[name] for name in ("Ask", "Level", "Check"))
    assert (ask.job_type.text, ask.retries.text, ask.headers) == ("inventory.lookup", "3", {"resource": "circuits"})
    assert [mapping.target for mapping in ask.input_mappings] == [("query", "circuit")]
    assert (level.decision_id.text, level.binding) == ("level", Binding("deployment"))
    assert (check.form_id.text, check.form_binding, check.priority.text) == ("line_check", Binding("deployment"), "70")
    assert check.loop is not None
    assert (check.loop.sequential, check.loop.item, check.loop.completion.text) == (True, "end", "found")
    assert process.boundaries("Ask")[0].event_definition.code == "adapter_failed"


def test_texts_for_people(parsed: Parsed) -> None:
    assert parsed.texts["Urgent"] == "紧急？"
    assert parsed.texts["Flow_4"] == "是"
    assert parsed.texts["Lane_2"] == "值班"
    assert "Error_1" not in parsed.texts


def test_findings_tell_the_line() -> None:
    broken = FILE.replace('targetRef="Level"', 'targetRef="Gone"').replace('retries="3"', 'retries="often"')
    lines = FILE.splitlines()
    told = {finding.code: finding for finding in lint(broken.encode(), "line_check.bpmn")}
    flow, job = told["bpmn_flow_to_nothing"], told["bpmn_unreadable_number"]
    assert lines[(flow.line or 0) - 1].strip().startswith('<bpmn:sequenceFlow id="Flow_2"')
    assert (flow.element, flow.parameters) == ("Flow_2", {"field": "targetRef", "id": "Gone"})
    assert lines[(job.line or 0) - 1].strip().startswith('<bpmn:serviceTask id="Ask"')
