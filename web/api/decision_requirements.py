"""DMN files by version: searched, told, given back."""

from collections.abc import Mapping
from typing import Any

from flask import Response

import engine
from web.parsing import Blueprint
from web.schemas.decision_instances import DecisionRequirements, DecisionRequirementsPage, DecisionRequirementsSearch
from web.schemas.search import found, order, page, wanted

blueprint = Blueprint(
    "decision-requirements", __name__, url_prefix="/v2/decision-requirements", description="DMN files by version"
)


@blueprint.route("/search", methods=["POST"])
@blueprint.body(DecisionRequirementsSearch)
@blueprint.answer(200, DecisionRequirementsPage)
def search_decision_requirements(body: Mapping[str, Any]) -> dict[str, Any]:
    """Search versions of DMN files."""
    filter_ = engine.queries.DecisionRequirementsFilter(**wanted(body))
    with engine.transaction() as session:
        return found(engine.queries.decision_requirements.search(session, filter_, order(body), page(body)))


@blueprint.route("/<requirements_key>", methods=["GET"])
@blueprint.answer(200, DecisionRequirements)
def get_decision_requirements(requirements_key: int) -> Any:
    """One version of a DMN file."""
    with engine.transaction() as session:
        return engine.queries.decision_requirements.get(session, requirements_key)


@blueprint.route("/<requirements_key>/xml", methods=["GET"])
@blueprint.answer(200, content_type="text/xml", description="The file as it was deployed")
def get_decision_requirements_xml(requirements_key: int) -> Response:
    """The DMN file itself."""
    with engine.transaction() as session:
        file = engine.queries.decision_requirements.get(session, requirements_key)
        return Response(engine.definition_xml(session, file.decision_key), content_type="text/xml; charset=utf-8")
