"""The answer of an evaluated decision, with every decision it asked and the rules that matched."""

from typing import Any

import engine
from web.asking import Language
from web.schemas.fields import Anything, Inner, Key, Made, Several, Shape, Text, Whole
from web.schemas.search import default_tenant


class EvaluatedInput(Shape):
    """An input column and its value, as JSON text."""

    input_id = Text(attribute="id")
    input_name = Text(attribute="name")
    input_value = Made(lambda given: engine.dump_json(given["value"]))


class EvaluatedOutput(Shape):
    """An output column of a rule and its value, as JSON text."""

    output_id = Text(attribute="id")
    output_name = Text(attribute="name")
    output_value = Made(lambda given: engine.dump_json(given["value"]))
    rule_id = Text()
    rule_index = Whole()


class MatchedRule(Shape):
    """A rule that matched, by its number from 1. `annotations` are ours: the cells of the annotation columns."""

    rule_id = Text(attribute="id")
    rule_index = Whole(attribute="index")
    evaluated_outputs = Several(Inner(EvaluatedOutput), attribute="outputs")
    annotations = Anything(metadata={"type": "object"})


class EvaluatedDecision(Shape):
    """One decision on the way."""

    decision_definition_id = Text(attribute="id")
    decision_definition_name = Text(attribute="name")
    decision_definition_version = Whole(attribute="version")
    decision_definition_type = Text(attribute="type")
    decision_definition_key = Key(attribute="key")
    decision_evaluation_instance_key = Text(attribute="instance")
    output = Text()
    tenant_id = default_tenant()
    matched_rules = Several(Inner(MatchedRule), attribute="rules")
    evaluated_inputs = Several(Inner(EvaluatedInput), attribute="inputs")


class EvaluatedDecisions(Shape):
    """The answer; `output` is JSON text. Camunda has two names for the evaluation's key."""

    decision_definition_id = Text(attribute="id")
    decision_definition_key = Key(attribute="key")
    decision_definition_name = Text(attribute="name")
    decision_definition_version = Whole(attribute="version")
    # Only told: marshmallow refuses two members that are read into the same attribute.
    decision_evaluation_key = Key(attribute="evaluation_key", dump_only=True)
    decision_instance_key = Key(attribute="evaluation_key", dump_only=True)
    decision_requirements_id = Text(attribute="resource")
    decision_requirements_key = Key(attribute="drg_key")
    evaluated_decisions = Several(Inner(EvaluatedDecision), attribute="decisions")
    failed_decision_definition_id = Text(attribute="failed")
    failure_message = Text(attribute="failure")
    output = Text()
    tenant_id = default_tenant()


TYPES = {"decisionTable": "DECISION_TABLE", "literalExpression": "LITERAL_EXPRESSION"}


def told(evaluated: engine.EvaluatedDecision, language: Language) -> dict[str, Any]:
    """The members of the answer. A table that allows no answer is told as a failure, as Camunda does."""
    definition, result = evaluated.definition, evaluated.result
    trace = [
        _decision(one, evaluated.beside.get(one["id"]), definition, f"{evaluated.key}-{number}")
        for number, one in enumerate(result.trace_to_json(), 1)
    ]
    failure = result.error and engine.Finding(**result.error.told())
    return {
        "id": definition.id,
        "key": definition.key,
        "evaluation_key": evaluated.key,
        "name": definition.name,
        "version": definition.version,
        "resource": definition.resource,
        "drg_key": definition.drg_key,
        "decisions": trace,
        "failed": definition.id if failure else None,
        "failure": engine.words(failure, language) if failure else None,
        "output": engine.dump_json(engine.to_json(result.value)),
    }


def _decision(one: dict[str, Any], own: Any, asked: Any, instance: str) -> dict[str, Any]:
    """One decision on the way; one of an imported model is told with the key of the one asked for."""
    return {
        **one,
        "rules": rules_told(one["rules"]),
        "version": (own or asked).version,
        "key": (own or asked).key,
        "instance": instance,
        "type": TYPES.get(one["type"], "UNSPECIFIED"),
        "output": engine.dump_json(one["output"]),
    }


def rules_told(rules: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The rules of a trace; in Camunda's answers each output names its rule again."""
    told = []
    for rule in rules:
        place = {"rule_id": rule["id"], "rule_index": rule["index"]}
        told.append({**rule, "outputs": [{**output, **place} for output in rule["outputs"]]})
    return told
