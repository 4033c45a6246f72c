"""Messages, signals and variables for conditional starts, as other systems send them, and what is waited for."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import engine
from web.asking import principal
from web.parsing import Blueprint
from web.rights import require_service
from web.schemas.messages import (
    ConditionalEvaluated,
    ConditionalEvaluation,
    MessageCorrelated,
    MessageCorrelation,
    MessagePublication,
    MessagePublished,
    SignalBroadcast,
    SignalSent,
)
from web.schemas.search import found, order, page, wanted
from web.schemas.subscriptions import MessageSubscriptionPage, MessageSubscriptionSearch

blueprint = Blueprint("messages", __name__, url_prefix="/v2", description="Messages and signals")


@blueprint.route("/messages/publication", methods=["POST"])
@blueprint.body(MessagePublication)
@blueprint.answer(200, MessagePublished)
def publish_message(body: Mapping[str, Any]) -> dict[str, Any]:
    """Send a message to whoever waits for it, and keep it for others as long as it lives."""
    require_service()
    ttl = timedelta(milliseconds=body.get("time_to_live", 0))
    key, variables = body.get("correlation_key", ""), body.get("variables")
    with engine.transaction() as session:
        sent = engine.publish_message(session, body["name"], key, variables, ttl, body.get("message_id") or None)
    return {"message_key": sent}


@blueprint.route("/messages/correlation", methods=["POST"])
@blueprint.body(MessageCorrelation)
@blueprint.answer(200, MessageCorrelated)
def correlate_message(body: Mapping[str, Any]) -> dict[str, Any]:
    """Send a message to one who waits for it now; 404 where nobody does."""
    require_service()
    with engine.transaction() as session:
        sent, instance = engine.correlate_message(
            session, body["name"], body.get("correlation_key", ""), body.get("variables")
        )
    return {"message_key": sent, "process_instance_key": instance}


@blueprint.route("/signals/broadcast", methods=["POST"])
@blueprint.body(SignalBroadcast)
@blueprint.answer(200, SignalSent)
def broadcast_signal(body: Mapping[str, Any]) -> dict[str, Any]:
    """Send a signal to all who wait for it."""
    require_service()
    with engine.transaction() as session:
        return {"signal_key": engine.broadcast_signal(session, body["signal_name"], body.get("variables"))}


@blueprint.route("/conditionals/evaluation", methods=["POST"])
@blueprint.body(ConditionalEvaluation)
@blueprint.answer(200, ConditionalEvaluated)
def evaluate_conditionals(body: Mapping[str, Any]) -> dict[str, Any]:
    """Open an instance at every conditional start event that these variables fulfil."""
    require_service()
    with engine.transaction() as session:
        found = engine.evaluate_conditions(session, body["variables"], body.get("process_definition_key"))
    opened = [{"process_definition_key": definition, "process_instance_key": key} for definition, key in found.opened]
    return {"conditional_evaluation_key": found.key, "process_instances": opened}


@blueprint.route("/message-subscriptions/search", methods=["POST"])
@blueprint.body(MessageSubscriptionSearch)
@blueprint.answer(200, MessageSubscriptionPage)
def search_message_subscriptions(body: Mapping[str, Any]) -> dict[str, Any]:
    """Search the messages that cases wait for."""
    filter_ = engine.queries.SubscriptionFilter(**wanted(body), kind="message")
    with engine.transaction() as session:
        return found(engine.queries.subscriptions.search(session, filter_, order(body), page(body), principal()))
