"""Element instances: each visit of a token to an element; and variables set from one on."""

from collections.abc import Mapping
from functools import cache, partial
from typing import Any

from flask import Response

import engine
from web.answers import nothing
from web.api.incidents import incidents_of
from web.asking import language, principal
from web.kinds import element_kind
from web.parsing import Blueprint
from web.rights import require_operator
from web.schemas.cases import (
    ElementInstance,
    ElementInstancePage,
    ElementInstanceSearch,
    IncidentPage,
    IncidentSearch,
)
from web.schemas.modifications import AdHocActivation
from web.schemas.search import found, order, page, wanted
from web.schemas.variables import VariablesSet

blueprint = Blueprint(
    "element-instances", __name__, url_prefix="/v2/element-instances", description="Where the tokens of cases were"
)


@blueprint.route("/search", methods=["POST"])
@blueprint.body(ElementInstanceSearch)
@blueprint.answer(200, ElementInstancePage)
def search_element_instances(body: Mapping[str, Any]) -> dict[str, Any]:
    """Search the element instances of a case."""
    filter_ = engine.queries.ElementInstanceFilter(**_of_one_case(wanted(body)))
    with engine.transaction() as session:
        told = engine.queries.element_instances.search(session, filter_, order(body), page(body), principal())
        # All are of one case, whose versions are asked for once.
        versions = cache(partial(engine.queries.Versions, session))
        return found(told, [_told(session, row, versions(row.instance_key, row.definition_key)) for row in told.items])


@blueprint.route("/<element_key>", methods=["GET"])
@blueprint.answer(200, ElementInstance)
def get_element_instance(element_key: int) -> dict[str, Any]:
    """One element instance."""
    with engine.transaction() as session:
        row = engine.queries.element_instances.get(session, element_key, principal())
        return _told(session, row, engine.queries.Versions(session, row.instance_key, row.definition_key))


@blueprint.route("/<element_key>/incidents/search", methods=["POST"])
@blueprint.body(IncidentSearch)
@blueprint.answer(200, IncidentPage)
def search_element_instance_incidents(body: Mapping[str, Any], element_key: int) -> dict[str, Any]:
    """The incidents of an element instance."""
    with engine.transaction() as session:
        engine.queries.process_instances.get(session, element_key >> 24 << 24, principal())
        return incidents_of(session, body, element_key=element_key)


@blueprint.route("/<element_key>/variables", methods=["PUT"])
@blueprint.body(VariablesSet)
@blueprint.answer(204)
def set_variables(body: Mapping[str, Any], element_key: int) -> Response:
    """Set variables from a scope on: an element instance's, or with the case's own key the case's."""
    with engine.transaction() as session:
        engine.queries.process_instances.get(session, element_key >> 24 << 24, principal())
        # Seen first, allowed second: whoever does not see the case is not told that it is there.
        require_operator()
        engine.set_variables(session, element_key, body["variables"], body.get("local", False))
    return nothing()


@blueprint.route("/ad-hoc-activities/<element_key>/activation", methods=["POST"])
@blueprint.body(AdHocActivation)
@blueprint.answer(204)
def activate_inside(body: Mapping[str, Any], element_key: int) -> Response:
    """Begin activities inside a running ad-hoc sub-process; what runs in it may be ended first."""
    elements = [(one["element_id"], one.get("variables") or {}) for one in body["elements"]]
    with engine.transaction() as session:
        engine.queries.process_instances.get(session, element_key >> 24 << 24, principal())
        require_operator()
        engine.activate_inside(session, element_key, elements, body.get("cancel_remaining_instances", False))
    return nothing()


def _of_one_case(conditions: dict[str, Any]) -> dict[str, Any]:
    """The conditions with the case they are about: the history of all cases is not read for a search."""
    for name in ("instance_key", "key"):
        value = conditions.get(name)
        key = value.get("$eq") if isinstance(value, dict) else value
        if key is not None:
            return {**conditions, "instance_key": conditions.get("instance_key", key >> 24 << 24)}
    raise engine.Invalid("search_needs_instance")


def _told(session: engine.Session, row: Any, versions: engine.queries.Versions) -> dict[str, Any]:
    incident_key = None
    if row.has_incident:
        open_ = engine.queries.IncidentFilter(element_key=row.key, state="active")
        incident_key = next((one.key for one in engine.queries.incidents.search(session, open_).items), None)
    drawn = versions.with_element(row.element)
    return {
        **row._mapping,
        "name": engine.element_name(session, drawn, row.element, language()),
        "type": element_kind(session, drawn, row.element),
        "incident_key": incident_key,
    }
