"""What belongs to one case: its actions (decision 15), incidents and history."""

from collections.abc import Mapping
from typing import Any

from flask import Response

import engine
from web.answers import nothing
from web.api.incidents import incidents_of
from web.asking import principal
from web.parsing import Blueprint
from web.schemas.cases import ActionSent, ActionsOpen, EventPage, HistoryQuery, IncidentPage, IncidentSearch
from web.schemas.search import found

blueprint = Blueprint("cases", __name__, url_prefix="/v2/process-instances/<instance_key>", description="One case")


@blueprint.route("/actions", methods=["GET"])
@blueprint.answer(200, ActionsOpen)
def get_actions(instance_key: int) -> dict[str, Any]:
    """What the asker may send to the case now."""
    with engine.transaction() as session:
        engine.queries.process_instances.get(session, instance_key, principal())
        return {"items": engine.open_actions(session, principal(), instance_key)}


@blueprint.route("/actions", methods=["POST"])
@blueprint.body(ActionSent)
@blueprint.answer(204)
def send_action(body: Mapping[str, Any], instance_key: int) -> Response:
    """Send one, with what its form was filled in with."""
    with engine.transaction() as session:
        engine.queries.process_instances.get(session, instance_key, principal())
        engine.send_action(session, principal(), instance_key, body["action"], body.get("variables", {}))
    return nothing()


@blueprint.route("/history", methods=["GET"])
@blueprint.body(HistoryQuery, location="query")
@blueprint.answer(200, EventPage)
def get_history(query: Mapping[str, Any], instance_key: int) -> dict[str, Any]:
    """What happened in the case, in order."""
    with engine.transaction() as session:
        engine.queries.process_instances.get(session, instance_key, principal())
        wanted = engine.queries.EventFilter(instance_key=instance_key)
        page = engine.queries.PageRequest(**query)
        return found(engine.queries.events.search(session, wanted, (), page, principal()))


@blueprint.route("/incidents/search", methods=["POST"])
@blueprint.body(IncidentSearch)
@blueprint.answer(200, IncidentPage)
def search_incidents(body: Mapping[str, Any], instance_key: int) -> dict[str, Any]:
    """The incidents of the case."""
    with engine.transaction() as session:
        engine.queries.process_instances.get(session, instance_key, principal())
        return incidents_of(session, body, instance_key=instance_key)
