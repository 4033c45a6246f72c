"""The case clock: pinned and reset as Camunda's, for demos and tests. Machine time is never moved."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from flask import Response, current_app

import engine
from web.answers import nothing
from web.asking import principal
from web.parsing import Blueprint
from web.schemas.cluster import ClockPin

blueprint = Blueprint("clock", __name__, url_prefix="/v2/clock", description="Case time")


@blueprint.route("", methods=["PUT"])
@blueprint.body(ClockPin)
@blueprint.answer(204)
def pin_clock(body: Mapping[str, Any]) -> Response:
    """Let case time stand at a moment. In demo mode, or for operators."""
    _require_right()
    # A sum, since `fromtimestamp` reckons in floats and within the bounds of the platform.
    moment = datetime.fromtimestamp(0, UTC) + timedelta(milliseconds=body["timestamp"])
    with engine.transaction() as session:
        engine.pin_case_clock(session, moment)
    return nothing()


@blueprint.route("/reset", methods=["POST"])
@blueprint.answer(204)
def reset_clock() -> Response:
    """Let case time be real time again. In demo mode, or for operators."""
    _require_right()
    with engine.transaction() as session:
        engine.reset_case_clock(session)
    return nothing()


def _require_right() -> None:
    if not current_app.config["SETTINGS"].demo and not principal().may_operate():
        raise engine.Forbidden("may_not_set_clock")
