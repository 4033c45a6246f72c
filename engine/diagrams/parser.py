"""The table of parsers, and SpiffWorkflow's file parser with nothing but that table."""

from typing import Any

from SpiffWorkflow.bpmn.parser.BpmnParser import BpmnParser

from engine.core.ad_hoc import AdHocSubProcess
from engine.core.calls import CallActivity
from engine.core.complex_gateway import ComplexGateway
from engine.core.events import (
    BoundaryEvent,
    EndEvent,
    IntermediateCatchEvent,
    IntermediateThrowEvent,
    ReceiveTask,
    StartEvent,
)
from engine.core.gateways import EventBasedGateway, ExclusiveGateway, InclusiveGateway, ParallelGateway
from engine.core.jobs import SendTask, ServiceTask
from engine.core.spec import ProcessSpec
from engine.core.subprocesses import SubProcess
from engine.core.tasks import BusinessRuleTask, ManualTask, NoneTask, ScriptTask
from engine.core.transactions import Transaction
from engine.core.user_tasks import UserTask

from .activities import (
    AdHocSubProcessParser,
    BusinessRuleTaskParser,
    CallActivityParser,
    ScriptTaskParser,
    ServiceTaskParser,
    SubProcessParser,
    UserTaskParser,
)
from .document import Document
from .elements import ElementParser
from .event_definitions import Tops
from .events import (
    BoundaryEventParser,
    EventParser,
    ReceiveTaskParser,
    SendTaskParser,
    StartEventParser,
    ThrowEventParser,
)
from .fields import Fields
from .findings import Findings
from .gateways import ComplexGatewayParser, EventBasedGatewayParser
from .names import Node, bpmn, local
from .processes import ProcessParser


class DiagramParser(BpmnParser):  # type: ignore[misc]
    """Parses the processes of a file that has been walked over (`document`)."""

    PARSER_CLASSES: dict[str, Any] = {}  # noqa: RUF012 - SpiffWorkflow's: what is not in our table has no parser
    OVERRIDE_PARSER_CLASSES = {  # noqa: RUF012 - SpiffWorkflow's
        bpmn("task"): (ElementParser, NoneTask),
        bpmn("manualTask"): (ElementParser, ManualTask),
        bpmn("userTask"): (UserTaskParser, UserTask),
        bpmn("serviceTask"): (ServiceTaskParser, ServiceTask),
        bpmn("sendTask"): (SendTaskParser, SendTask),
        bpmn("receiveTask"): (ReceiveTaskParser, ReceiveTask),
        bpmn("scriptTask"): (ScriptTaskParser, ScriptTask),
        bpmn("businessRuleTask"): (BusinessRuleTaskParser, BusinessRuleTask),
        bpmn("callActivity"): (CallActivityParser, CallActivity),
        bpmn("subProcess"): (SubProcessParser, SubProcess),
        bpmn("transaction"): (ElementParser, Transaction),
        bpmn("adHocSubProcess"): (AdHocSubProcessParser, AdHocSubProcess),
        bpmn("startEvent"): (StartEventParser, StartEvent),
        bpmn("intermediateCatchEvent"): (EventParser, IntermediateCatchEvent),
        bpmn("intermediateThrowEvent"): (ThrowEventParser, IntermediateThrowEvent),
        bpmn("boundaryEvent"): (BoundaryEventParser, BoundaryEvent),
        bpmn("endEvent"): (ThrowEventParser, EndEvent),
        bpmn("exclusiveGateway"): (ElementParser, ExclusiveGateway),
        bpmn("parallelGateway"): (ElementParser, ParallelGateway),
        bpmn("inclusiveGateway"): (ElementParser, InclusiveGateway),
        bpmn("eventBasedGateway"): (EventBasedGatewayParser, EventBasedGateway),
        bpmn("complexGateway"): (ComplexGatewayParser, ComplexGateway),
    }
    PROCESS_PARSER_CLASS = ProcessParser

    def __init__(self, document: Document, findings: Findings) -> None:
        super().__init__()
        self.document = document
        self.findings = findings

    def add_bpmn_xml(self, bpmn: Node, filename: str | None = None) -> None:
        # SpiffWorkflow's own indexes are left out: one of them orders what is parsed by where its box stands.
        self.tops = Tops(self.document, Fields(self.findings))
        self.document_lanes[self._document_key(bpmn)] = self.document.lanes
        self._add_processes(bpmn, filename)

    def _add_processes(self, bpmn: Node, filename: str | None = None) -> None:
        for node in self.document.contents:
            if not node.get("id"):
                self.findings.error("bpmn_id_missing", node, name=local(node.tag))
            elif node.get("id") not in self.process_parsers:  # else it is a finding already: the id stands twice
                self.create_parser(node, filename)

    def specs(self) -> list[ProcessSpec]:
        """Every executable process of the file, parsed and not yet frozen."""
        found = []
        for parser in self.process_parsers.values():
            if parser.process_executable:
                found.append(parser.get_spec())
            else:
                self.findings.info("bpmn_not_executable", parser.node, id=parser.bpmn_id)
        if not found:
            self.findings.error("bpmn_no_process", None)
        return found
