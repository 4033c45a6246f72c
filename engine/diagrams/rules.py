"""The allow-list (decision 18): what may stand in each element of a BPMN file.

A name that is not here is refused, so an element, attribute or event definition is added by an entry here and one
in the table of parsers. Notation of an entry: attributes with the values they may have (`a=x|y`; `a` alone takes any,
`a?` a boolean), then the child elements, then the zeebe elements among its extension elements.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from .names import bpmn, zeebe

BOOLEAN = frozenset({"true", "false", "1", "0"})


@dataclass(frozen=True, slots=True)
class Rule:
    """What may stand in one element, by full names. `attributes`: name → the values it may have, None for any."""

    attributes: Mapping[str, frozenset[str] | None]
    children: frozenset[str]
    extensions: frozenset[str] = frozenset()


def of_bpmn(attributes: str = "", children: str = "", extensions: str = "") -> Rule:
    inside = frozenset(bpmn(name) for name in children.split()) | _EVERYWHERE
    return Rule(_attributes(f"id {attributes}"), inside, frozenset(zeebe(name) for name in extensions.split()))


def of_zeebe(attributes: str = "", children: str = "") -> Rule:
    return Rule(_attributes(attributes), frozenset(zeebe(name) for name in children.split()))


def _attributes(notation: str) -> dict[str, frozenset[str] | None]:
    # An element template may have been applied to anything.
    allowed: dict[str, frozenset[str] | None] = dict.fromkeys(_TEMPLATE)
    for word in notation.split():
        name, _, values = word.partition("=")
        allowed[name.rstrip("?")] = BOOLEAN if name.endswith("?") else frozenset(values.split("|")) if values else None
    return allowed


_EVERYWHERE = frozenset({bpmn("documentation"), bpmn("extensionElements")})
_TEMPLATE = tuple(zeebe(name) for name in ("modelerTemplate", "modelerTemplateVersion", "modelerTemplateIcon"))

_NODE = "incoming outgoing categoryValueRef"
_ACTIVITY = "name isForCompensation? startQuantity completionQuantity default"
_IN_ACTIVITY = (
    f"{_NODE} property dataInputAssociation dataOutputAssociation multiInstanceLoopCharacteristics "
    "standardLoopCharacteristics"
)
_PLAIN = "ioMapping properties executionListeners"
_JOB = f"{_PLAIN} taskDefinition taskHeaders priorityDefinition jobPriorityDefinition"
_USER = (
    f"{_PLAIN} userTask formDefinition assignmentDefinition taskSchedule priorityDefinition taskListeners taskHeaders"
)
_CODED = "implementation=##unspecified|##WebService"

_CAUGHT = "messageEventDefinition timerEventDefinition signalEventDefinition conditionalEventDefinition"
_UP = "errorEventDefinition escalationEventDefinition compensateEventDefinition"
_ALL = f"{_CAUGHT} {_UP} cancelEventDefinition linkEventDefinition terminateEventDefinition"
_IN_CATCH = f"{_NODE} dataOutput dataOutputAssociation outputSet eventDefinitionRef"
_IN_THROW = f"{_NODE} dataInput dataInputAssociation inputSet eventDefinitionRef"
_ON_GATEWAY = "properties executionListeners"
_GATEWAY = "name gatewayDirection=Unspecified|Converging|Diverging|Mixed"

ARTIFACTS = "textAnnotation association group"
ACTIVITIES = (
    "task manualTask userTask serviceTask sendTask receiveTask scriptTask businessRuleTask callActivity subProcess "
    "transaction adHocSubProcess"
)
SCOPES = "process subProcess transaction adHocSubProcess"
GLOBAL_TASKS = "globalTask globalManualTask globalUserTask globalScriptTask globalBusinessRuleTask"
FLOW_NODES = (
    f"{ACTIVITIES} startEvent intermediateCatchEvent intermediateThrowEvent boundaryEvent endEvent "
    "exclusiveGateway parallelGateway inclusiveGateway eventBasedGateway complexGateway"
)
_FLOW_ELEMENTS = f"{FLOW_NODES} sequenceFlow dataObject dataObjectReference dataStoreReference"
_SCOPE = f"laneSet {_FLOW_ELEMENTS} {ARTIFACTS}"

_BPMN: dict[str, Rule] = {
    # the file
    "definitions": of_bpmn(
        "name targetNamespace exporter exporterVersion expressionLanguage typeLanguage",
        "process collaboration message signal error escalation itemDefinition dataStore category "
        f"{_ALL} {GLOBAL_TASKS}",
    ),
    "process": of_bpmn(
        "name isExecutable? isClosed? processType=None|Public|Private definitionalCollaborationRef",
        f"property {_SCOPE}",
        "properties versionTag executionListeners",
    ),
    "collaboration": of_bpmn("name isClosed?", f"participant messageFlow {ARTIFACTS}"),
    "participant": of_bpmn("name processRef", "participantMultiplicity"),
    "participantMultiplicity": of_bpmn("minimum maximum"),
    "messageFlow": of_bpmn("name sourceRef targetRef messageRef"),
    "message": of_bpmn("name itemRef", extensions="subscription"),
    "signal": of_bpmn("name structureRef"),
    "error": of_bpmn("name errorCode structureRef"),
    "escalation": of_bpmn("name escalationCode structureRef"),
    # what is drawn for people only
    "documentation": of_bpmn("textFormat"),
    "textAnnotation": of_bpmn("textFormat", "text"),
    "text": of_bpmn(),
    "association": of_bpmn("sourceRef targetRef associationDirection=None|One|Both"),
    "group": of_bpmn("categoryValueRef"),
    "category": of_bpmn("name", "categoryValue"),
    "categoryValue": of_bpmn("value"),
    "categoryValueRef": of_bpmn(),
    "laneSet": of_bpmn("name", "lane"),
    "lane": of_bpmn("name partitionElementRef", "flowNodeRef childLaneSet"),
    "childLaneSet": of_bpmn("name", "lane"),
    "flowNodeRef": of_bpmn(),
    # data drawn beside the flow: variables live in scopes, so these only show what is meant
    "itemDefinition": of_bpmn("structureRef isCollection? itemKind=Information|Physical"),
    "dataObject": of_bpmn("name itemSubjectRef isCollection?", "dataState"),
    "dataObjectReference": of_bpmn("name itemSubjectRef dataObjectRef", "dataState"),
    "dataStore": of_bpmn("name capacity isUnlimited? itemSubjectRef", "dataState"),
    "dataStoreReference": of_bpmn("name itemSubjectRef dataStoreRef", "dataState"),
    "dataState": of_bpmn("name"),
    "property": of_bpmn("name itemSubjectRef", "dataState"),
    "dataInput": of_bpmn("name itemSubjectRef isCollection?", "dataState"),
    "dataOutput": of_bpmn("name itemSubjectRef isCollection?", "dataState"),
    "inputSet": of_bpmn("name", "dataInputRefs"),
    "outputSet": of_bpmn("name", "dataOutputRefs"),
    "dataInputRefs": of_bpmn(),
    "dataOutputRefs": of_bpmn(),
    "dataInputAssociation": of_bpmn("", "sourceRef targetRef"),
    "dataOutputAssociation": of_bpmn("", "sourceRef targetRef"),
    "sourceRef": of_bpmn(),
    "targetRef": of_bpmn(),
    # flows
    # Where it is not immediate, activities that the diagram does not show may happen in between: nothing to run by.
    "sequenceFlow": of_bpmn("name sourceRef targetRef isImmediate=true|1", "conditionExpression categoryValueRef"),
    # Who names another language means something that would never run here, and has to be told.
    "conditionExpression": of_bpmn("language=feel|FEEL"),
    "incoming": of_bpmn(),
    "outgoing": of_bpmn(),
    # activities
    "task": of_bpmn(_ACTIVITY, _IN_ACTIVITY, _PLAIN),
    "manualTask": of_bpmn(_ACTIVITY, _IN_ACTIVITY, _PLAIN),
    "serviceTask": of_bpmn(f"{_ACTIVITY} {_CODED}", _IN_ACTIVITY, _JOB),
    "sendTask": of_bpmn(f"{_ACTIVITY} {_CODED} messageRef", _IN_ACTIVITY, _JOB),
    "scriptTask": of_bpmn(_ACTIVITY, _IN_ACTIVITY, f"{_JOB} script"),
    "businessRuleTask": of_bpmn(f"{_ACTIVITY} {_CODED}", _IN_ACTIVITY, f"{_JOB} calledDecision"),
    "receiveTask": of_bpmn(f"{_ACTIVITY} {_CODED} instantiate? messageRef", _IN_ACTIVITY, _PLAIN),
    "userTask": of_bpmn(f"{_ACTIVITY} {_CODED}", _IN_ACTIVITY, _USER),
    "callActivity": of_bpmn(_ACTIVITY, _IN_ACTIVITY, f"{_PLAIN} calledElement"),
    "subProcess": of_bpmn(f"{_ACTIVITY} triggeredByEvent?", f"{_IN_ACTIVITY} {_SCOPE}", _PLAIN),
    "transaction": of_bpmn(
        f"{_ACTIVITY} triggeredByEvent=false|0 method=##Compensate", f"{_IN_ACTIVITY} {_SCOPE}", _PLAIN
    ),
    "adHocSubProcess": of_bpmn(
        f"{_ACTIVITY} triggeredByEvent=false|0 ordering=Parallel|Sequential cancelRemainingInstances?",
        f"{_IN_ACTIVITY} {_SCOPE} completionCondition",
        f"{_PLAIN} adHoc taskDefinition",
    ),
    "multiInstanceLoopCharacteristics": of_bpmn(
        "isSequential? behavior=None|One|All|Complex noneBehaviorEventRef oneBehaviorEventRef",
        "loopCardinality completionCondition complexBehaviorDefinition",
        "loopCharacteristics",
    ),
    "loopCardinality": of_bpmn("language=feel|FEEL"),
    "complexBehaviorDefinition": of_bpmn("", "condition event"),
    "event": of_bpmn("name", f"eventDefinitionRef {_ALL}"),
    "standardLoopCharacteristics": of_bpmn("testBefore? loopMaximum", "loopCondition"),
    "loopCondition": of_bpmn("language=feel|FEEL"),
    "completionCondition": of_bpmn("language=feel|FEEL"),
    # tasks that stand at the top of the file, for call activities
    "globalTask": of_bpmn("name", "", _PLAIN),
    "globalManualTask": of_bpmn("name", "", _PLAIN),
    "globalUserTask": of_bpmn(f"name {_CODED}", "", _USER),
    "globalScriptTask": of_bpmn("name", "", f"{_JOB} script"),
    "globalBusinessRuleTask": of_bpmn(f"name {_CODED}", "", f"{_JOB} calledDecision"),
    # events
    "startEvent": of_bpmn(
        "name isInterrupting? parallelMultiple?", f"{_IN_CATCH} {_CAUGHT} {_UP}", f"{_PLAIN} formDefinition"
    ),
    "intermediateCatchEvent": of_bpmn("name parallelMultiple?", f"{_IN_CATCH} {_CAUGHT} linkEventDefinition", _PLAIN),
    "boundaryEvent": of_bpmn(
        "name attachedToRef cancelActivity? parallelMultiple?",
        f"{_IN_CATCH} {_CAUGHT} {_UP} cancelEventDefinition",
        _PLAIN,
    ),
    "intermediateThrowEvent": of_bpmn(
        "name",
        f"{_IN_THROW} messageEventDefinition signalEventDefinition escalationEventDefinition "
        "compensateEventDefinition linkEventDefinition",
        _JOB,
    ),
    "endEvent": of_bpmn(
        "name",
        f"{_IN_THROW} messageEventDefinition signalEventDefinition {_UP} cancelEventDefinition "
        "terminateEventDefinition",
        _JOB,
    ),
    "eventDefinitionRef": of_bpmn(),
    "messageEventDefinition": of_bpmn("messageRef"),
    "timerEventDefinition": of_bpmn("", "timeDate timeDuration timeCycle"),
    "signalEventDefinition": of_bpmn("signalRef"),
    "errorEventDefinition": of_bpmn("errorRef"),
    "escalationEventDefinition": of_bpmn("escalationRef"),
    "terminateEventDefinition": of_bpmn(),
    "conditionalEventDefinition": of_bpmn("", "condition", "conditionalFilter"),
    "condition": of_bpmn("language=feel|FEEL"),
    "linkEventDefinition": of_bpmn("name", "source target"),
    "source": of_bpmn(),
    "target": of_bpmn(),
    "compensateEventDefinition": of_bpmn("activityRef waitForCompletion?"),
    "cancelEventDefinition": of_bpmn(),
    "timeDate": of_bpmn("language=feel|FEEL"),
    "timeDuration": of_bpmn("language=feel|FEEL"),
    "timeCycle": of_bpmn("language=feel|FEEL"),
    # gateways
    "exclusiveGateway": of_bpmn(f"{_GATEWAY} default", _NODE, _ON_GATEWAY),
    "inclusiveGateway": of_bpmn(f"{_GATEWAY} default", _NODE, _ON_GATEWAY),
    "parallelGateway": of_bpmn(_GATEWAY, _NODE, _ON_GATEWAY),
    "complexGateway": of_bpmn(f"{_GATEWAY} default", f"{_NODE} activationCondition", _ON_GATEWAY),
    "activationCondition": of_bpmn("language=feel|FEEL"),
    "eventBasedGateway": of_bpmn(f"{_GATEWAY} instantiate? eventGatewayType=Exclusive|Parallel", _NODE, _ON_GATEWAY),
    "extensionElements": of_bpmn(),
}

_CONFIGURED = "modelerConfigurationTemplate modelerConfigurationName"  # notes of the modelling tool
_BINDING = "bindingType=latest|deployment|versionTag versionTag"
_ZEEBE: dict[str, Rule] = {
    "ioMapping": of_zeebe("", "input output"),
    "input": of_zeebe(f"source target {_CONFIGURED}"),
    "output": of_zeebe("source target"),
    "properties": of_zeebe("", "property"),
    "property": of_zeebe(f"name value {_CONFIGURED}"),
    "taskDefinition": of_zeebe("type retries"),
    "taskHeaders": of_zeebe("", "header"),
    "header": of_zeebe("id key value"),
    "priorityDefinition": of_zeebe("priority"),
    "jobPriorityDefinition": of_zeebe("priority"),
    "script": of_zeebe("expression resultVariable"),
    "calledDecision": of_zeebe(f"decisionId resultVariable {_BINDING}"),
    "calledElement": of_zeebe(f"processId propagateAllChildVariables? propagateAllParentVariables? {_BINDING}"),
    "loopCharacteristics": of_zeebe("inputCollection inputElement outputCollection outputElement"),
    "userTask": of_zeebe(),
    "formDefinition": of_zeebe(f"formId {_BINDING}"),
    "assignmentDefinition": of_zeebe("assignee candidateGroups candidateUsers"),
    "taskSchedule": of_zeebe("dueDate followUpDate"),
    "subscription": of_zeebe("correlationKey"),
    "versionTag": of_zeebe("value"),
    "adHoc": of_zeebe("activeElementsCollection outputCollection outputElement"),
    "conditionalFilter": of_zeebe("variableNames variableEvents"),
    "executionListeners": of_zeebe("", "executionListener"),
    "executionListener": of_zeebe("eventType type retries", "taskHeaders"),
    "taskListeners": of_zeebe("", "taskListener"),
    "taskListener": of_zeebe("eventType type retries"),
}

RULES: Mapping[str, Rule] = {bpmn(name): rule for name, rule in _BPMN.items()} | {
    zeebe(name): rule for name, rule in _ZEEBE.items()
}

CONVERSATIONS = (
    "conversation subConversation callConversation conversationLink conversationAssociation globalConversation"
)
CHOREOGRAPHIES = "choreography choreographyTask subChoreography callChoreography globalChoreographyTask choreographyRef"

# Refusals that can say more than "not supported": what to draw or write instead.
INSTEAD: Mapping[str, str] = {
    "calledElement": "bpmn_called_element_attribute",
    "script": "bpmn_script_element",
    "scriptFormat": "bpmn_script_element",
    "humanPerformer": "bpmn_performer",
    "performer": "bpmn_performer",
    "potentialOwner": "bpmn_performer",
    "resourceRole": "bpmn_performer",
    "ioSpecification": "bpmn_io_specification",
    "loopDataInputRef": "bpmn_loop_data",
    "loopDataOutputRef": "bpmn_loop_data",
    "inputDataItem": "bpmn_loop_data",
    "outputDataItem": "bpmn_loop_data",
    "formKey": "bpmn_form_key",
    "externalReference": "bpmn_form_key",
    "userTaskForm": "bpmn_form_key",
    "operationRef": "bpmn_operation",
    "interface": "bpmn_operation",
    "import": "bpmn_import",
    **dict.fromkeys(CONVERSATIONS.split(), "bpmn_conversation"),
    **dict.fromkeys(CHOREOGRAPHIES.split(), "bpmn_choreography"),
}
