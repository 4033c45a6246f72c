"""Evaluated decisions: searched, told with their trace."""

from collections.abc import Mapping
from typing import Any

import engine
from web.asking import key_of, language, principal
from web.parsing import Blueprint
from web.schemas.decision_instances import DecisionInstancePage, DecisionInstanceSearch, DecisionInstanceWhole
from web.schemas.decisions import rules_told
from web.schemas.search import found, order, page, wanted

blueprint = Blueprint(
    "decision-instances", __name__, url_prefix="/v2/decision-instances", description="What decisions said"
)


@blueprint.route("/search", methods=["POST"])
@blueprint.body(DecisionInstanceSearch)
@blueprint.answer(200, DecisionInstancePage)
def search_decision_instances(body: Mapping[str, Any]) -> dict[str, Any]:
    """Search the evaluated decisions of cases one may see, and those that one's units asked for."""
    filter_ = engine.queries.DecisionInstanceFilter(**wanted(body))
    with engine.transaction() as session:
        told = engine.queries.decision_instances.search(session, filter_, order(body), page(body), principal())
        return found(told, [_told(row) for row in told.items])


@blueprint.route("/<evaluation>", methods=["GET"])
@blueprint.answer(200, DecisionInstanceWhole)
def get_decision_instance(evaluation: str) -> dict[str, Any]:
    """One evaluated decision, `<decisionEvaluationKey>-<number>`, with its inputs and the rules that matched."""
    first, _, number = evaluation.partition("-")
    with engine.transaction() as session:
        key = key_of(first) + int(number if number.isascii() and number.isdigit() and len(number) < 10 else "0") - 1
        told = _told(engine.queries.decision_instances.get(session, key, principal()))
    # Several sums come to the same key (7-2 is 8-1): only the row's own name is its name.
    if told["id"] != evaluation:
        raise engine.NotFound("decision_instance_unknown", key=evaluation)
    return told


def _told(row: Any) -> dict[str, Any]:
    failure = row.failure
    message = failure and engine.words(engine.Finding(failure["code"], failure["parameters"]), language())
    return {**row._mapping, "message": message, "rules": rules_told(row.rules)}
