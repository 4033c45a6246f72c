"""Variables of the cases one may see."""

from collections.abc import Mapping
from typing import Any

import engine
from web.asking import principal
from web.parsing import Blueprint
from web.schemas.search import found, order, page, wanted
from web.schemas.variables import (
    NAME_NUMBERS,
    Variable,
    VariablePage,
    VariableQuery,
    VariableSearch,
    told,
    variable_key,
)

blueprint = Blueprint("variables", __name__, url_prefix="/v2/variables", description="What cases know")


@blueprint.route("/search", methods=["POST"])
@blueprint.body(VariableSearch)
@blueprint.body(VariableQuery, location="query")
@blueprint.answer(200, VariablePage)
def search_variables(body: Mapping[str, Any], query: Mapping[str, Any]) -> dict[str, Any]:
    """Search variables by case, scope, name and value."""
    filter_ = engine.queries.VariableFilter(**wanted(body))
    with engine.transaction() as session:
        rows = engine.queries.variables.search(session, filter_, order(body), page(body), principal())
    cut = query.get("truncate_values", True)
    return found(rows, [told(row, cut) for row in rows.items])


@blueprint.route("/<number>", methods=["GET"])
@blueprint.answer(200, Variable)
def get_variable(number: str) -> dict[str, Any]:
    """One variable by the key that searches tell."""
    # Longer than other keys: the scope's, and eight digits for the name.
    scope_key = int(number) // NAME_NUMBERS if number.isascii() and number.isdecimal() and len(number) < 28 else 2**63
    rows: list[Any] = []
    if scope_key < 2**63:
        with engine.transaction() as session:
            filter_ = engine.queries.VariableFilter(instance_key=scope_key >> 24 << 24, scope_key=scope_key)
            everything = engine.queries.PageRequest(limit=10_000)
            # The name cannot be reckoned back from its digits: all names of the scope are tried.
            there = engine.queries.variables.search(session, filter_, (), everything, principal()).items
            rows = [row for row in there if str(variable_key(row.scope_key, row.name)) == number]
    if not rows:
        raise engine.NotFound("variable_unknown", key=number[:40])
    # Two names may have the same digits; neither is told as if it were the one meant.
    if len(rows) > 1:
        raise engine.Conflict("variable_key_ambiguous", key=number, names=", ".join(row.name for row in rows))
    return told(rows[0], cut=False)
