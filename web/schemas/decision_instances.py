"""Evaluated decisions, and DMN files."""

import engine
from web.schemas.decisions import TYPES, EvaluatedInput, MatchedRule
from web.schemas.fields import Anything, Choice, Inner, Key, Made, Moment, Several, Shape, Text, Whole
from web.schemas.search import Filter, default_tenant, key_filter, page_of, search_body, text_filter

STATES = {"EVALUATED": "evaluated", "FAILED": "failed"}
_KINDS = {told: kind for kind, told in TYPES.items()}


class DecisionInstance(Shape):
    """One evaluated decision, without a case null where the case is named; `result` is JSON text."""

    decision_evaluation_instance_key = Text(attribute="id")
    decision_evaluation_key = Key(attribute="evaluation_key")
    state = Choice(STATES)
    evaluation_date = Moment(attribute="evaluated_at")
    evaluation_failure = Text(attribute="message")
    decision_definition_id = Text(attribute="decision_id")
    decision_definition_key = Key(attribute="decision_key")
    decision_definition_name = Text(attribute="decision_name")
    decision_definition_type = Made(lambda row: TYPES.get(row["type"], "UNSPECIFIED"))
    decision_definition_version = Whole(attribute="decision_version")
    decision_requirements_key = Key(attribute="drg_key")
    root_decision_definition_key = Key(attribute="asked_key")
    process_definition_key = Key(attribute="definition_key")
    process_instance_key = Key(attribute="instance_key")
    root_process_instance_key = Key(attribute="root_key")
    element_id = Text(attribute="element")
    element_instance_key = Key(attribute="element_key")
    result = Made(lambda row: engine.dump_json(row["output"]))
    tenant_id = default_tenant()


class DecisionInstanceWhole(DecisionInstance):
    """With its trace. `tables` are ours: those inside a context or a called function."""

    evaluated_inputs = Several(Inner(EvaluatedInput), attribute="inputs")
    matched_rules = Several(Inner(MatchedRule), attribute="rules")
    tables = Several(Anything(metadata={"type": "object"}))


DecisionInstanceSearch = search_body(
    "DecisionInstance",
    {
        "decision_evaluation_instance_key": text_filter("id"),
        "decision_evaluation_key": key_filter("evaluation_key"),
        "state": Filter(Choice(STATES), "state"),
        "evaluation_date": Filter(Moment(), "evaluated_at"),
        "decision_definition_id": text_filter("decision_id"),
        "decision_definition_key": key_filter("decision_key"),
        "decision_definition_name": text_filter("decision_name"),
        "decision_definition_type": Filter(Choice(_KINDS), "type"),
        "decision_definition_version": Whole(attribute="decision_version"),
        "decision_requirements_key": key_filter("drg_key"),
        "root_decision_definition_key": key_filter("asked_key"),
        "process_definition_key": key_filter("definition_key"),
        "process_instance_key": key_filter("instance_key"),
        "root_process_instance_key": key_filter("root_key"),
        "element_instance_key": key_filter("element_key"),
    },
    {
        "decisionEvaluationInstanceKey": "key",
        "decisionEvaluationKey": "evaluation_key",
        "decisionDefinitionId": "decision_id",
        "decisionDefinitionKey": "decision_key",
        "decisionDefinitionName": "decision_name",
        "decisionDefinitionType": "type",
        "decisionDefinitionVersion": "decision_version",
        "rootDecisionDefinitionKey": "asked_key",
        "evaluationDate": "evaluated_at",
        "state": "state",
        "processDefinitionKey": "definition_key",
        "processInstanceKey": "instance_key",
        "elementInstanceKey": "element_key",
    },
)
DecisionInstancePage = page_of(DecisionInstance)


class DecisionRequirements(Shape):
    """A DMN file; its id and name are the file's."""

    decision_requirements_id = Text(attribute="resource")
    decision_requirements_key = Key(attribute="key")
    # Only told: marshmallow refuses two members that are read into the same attribute.
    decision_requirements_name = Text(attribute="resource", dump_only=True)
    resource_name = Text(attribute="resource", dump_only=True)
    tenant_id = default_tenant()
    version = Whole()


DecisionRequirementsSearch = search_body(
    "DecisionRequirements",
    {
        "decision_requirements_id": text_filter("resource"),
        "decision_requirements_key": key_filter("key"),
        "version": Whole(),
    },
    {
        "decisionRequirementsId": "resource",
        "decisionRequirementsName": "resource",
        "decisionRequirementsKey": "key",
        "version": "version",
    },
)
DecisionRequirementsPage = page_of(DecisionRequirements)
