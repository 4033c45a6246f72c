"""Decisions: searched, told, evaluated. Whoever is known sees them all."""

from collections.abc import Mapping
from typing import Any

from flask import Response

import engine
from web.asking import language
from web.parsing import Blueprint
from web.schemas.decisions import EvaluatedDecisions, told
from web.schemas.definitions import (
    DecisionDefinition,
    DecisionDefinitionPage,
    DecisionDefinitionSearch,
    DecisionEvaluation,
)
from web.schemas.search import found, order, page, wanted

blueprint = Blueprint(
    "decision-definitions", __name__, url_prefix="/v2/decision-definitions", description="Decisions by version"
)


@blueprint.route("/search", methods=["POST"])
@blueprint.body(DecisionDefinitionSearch)
@blueprint.answer(200, DecisionDefinitionPage)
def search_decision_definitions(body: Mapping[str, Any]) -> dict[str, Any]:
    """Search versions of decisions."""
    filter_ = engine.queries.DecisionDefinitionFilter(**wanted(body))
    with engine.transaction() as session:
        return found(engine.queries.decision_definitions.search(session, filter_, order(body), page(body)))


@blueprint.route("/<definition_key>", methods=["GET"])
@blueprint.answer(200, DecisionDefinition)
def get_decision_definition(definition_key: int) -> Any:
    """One version of a decision."""
    with engine.transaction() as session:
        return engine.queries.decision_definitions.get(session, definition_key)


@blueprint.route("/<definition_key>/xml", methods=["GET"])
@blueprint.answer(200, content_type="text/xml", description="The file as it was deployed")
def get_decision_definition_xml(definition_key: int) -> Response:
    """The DMN file a version came in."""
    with engine.transaction() as session:
        engine.queries.decision_definitions.get(session, definition_key)
        return Response(engine.definition_xml(session, definition_key), content_type="text/xml; charset=utf-8")


@blueprint.route("/evaluation", methods=["POST"])
@blueprint.body(DecisionEvaluation)
@blueprint.answer(200, EvaluatedDecisions)
def evaluate_decision(body: Mapping[str, Any]) -> dict[str, Any]:
    """Evaluate a decision on variables, without a case."""
    decision_id, key = body.get("decision_definition_id"), body.get("decision_definition_key")
    if (decision_id is None) == (key is None):
        raise engine.Invalid("decision_not_named")
    with engine.transaction() as session:
        evaluated = engine.evaluate_decision(session, body.get("variables", {}), decision_id=decision_id, key=key)
    return told(evaluated, language())
