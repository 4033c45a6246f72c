"""FEEL expressions, tried out by themselves."""

from collections.abc import Mapping
from typing import Any

import engine
from web.asking import language
from web.parsing import Blueprint
from web.schemas.expressions import ExpressionEvaluated, ExpressionEvaluation

blueprint = Blueprint("expressions", __name__, url_prefix="/v2/expression", description="Expressions")


@blueprint.route("/evaluation", methods=["POST"])
@blueprint.body(ExpressionEvaluation)
@blueprint.answer(200, ExpressionEvaluated)
def evaluate_expression(body: Mapping[str, Any]) -> dict[str, Any]:
    """Evaluate an expression on variables, without a case."""
    # `now()` of an expression is case time, which belongs to a transaction.
    with engine.transaction():
        evaluated = engine.evaluate_expression(body["expression"], body.get("variables") or {})
    return {
        "expression": body["expression"],
        "result": evaluated.value,
        "warnings": [{"message": engine.words(warning, language())} for warning in evaluated.warnings],
    }
