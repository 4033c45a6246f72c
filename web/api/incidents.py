"""Incidents: searched, told, resolved."""

from collections.abc import Mapping
from typing import Any

from flask import Response

import engine
from web.answers import nothing
from web.asking import language, principal
from web.parsing import Blueprint
from web.rights import require_operator
from web.schemas.cases import Incident, IncidentPage, IncidentSearch
from web.schemas.process_instances import Operation
from web.schemas.search import found, order, page, wanted

blueprint = Blueprint("incidents", __name__, url_prefix="/v2/incidents", description="Where cases cannot go on")


@blueprint.route("/search", methods=["POST"])
@blueprint.body(IncidentSearch)
@blueprint.answer(200, IncidentPage)
def search_incidents(body: Mapping[str, Any]) -> dict[str, Any]:
    """Search the incidents of cases one may see."""
    with engine.transaction() as session:
        return incidents_of(session, body)


@blueprint.route("/<incident_key>", methods=["GET"])
@blueprint.answer(200, Incident)
def get_incident(incident_key: int) -> dict[str, Any]:
    """One incident."""
    with engine.transaction() as session:
        return _told(engine.queries.incidents.get(session, incident_key, principal()))


@blueprint.route("/<incident_key>/resolution", methods=["POST"])
@blueprint.body(Operation)
@blueprint.answer(204)
def resolve_incident(body: Mapping[str, Any], incident_key: int) -> Response:
    """Try again where the case stands."""
    with engine.transaction() as session:
        # Seen first, allowed second: whoever does not see the case is not told that it is there.
        engine.queries.incidents.get(session, incident_key, principal())
        require_operator()
        engine.resolve_incident(session, incident_key)
    return nothing()


def incidents_of(session: engine.Session, body: Mapping[str, Any], **also: Any) -> dict[str, Any]:
    """The answer to a search for incidents; `also` are conditions beside those of the body."""
    filter_ = engine.queries.IncidentFilter(**{**wanted(body), **also})
    told = engine.queries.incidents.search(session, filter_, order(body), page(body), principal())
    return found(told, [_told(row) for row in told.items])


def _told(row: Any) -> dict[str, Any]:
    message = engine.words(engine.Finding(row.code, row.parameters), language())
    return {**row._mapping, "message": message}
