"""Whether this process is alive, and whether it can serve: for supervisors and load balancers."""

from flask import Blueprint, Response, jsonify

import engine
from web.asking import public

blueprint = Blueprint("health", __name__)


@blueprint.get("/healthz")
@public
def alive() -> Response:
    """The process answers."""
    return jsonify({"status": "ok"})


@blueprint.get("/readyz")
@public
def ready() -> Response:
    """The database answers and has this version's schema; 503 otherwise."""
    try:
        with engine.transaction() as session:
            engine.require_still_current(session)
    except engine.Conflict as error:
        raise engine.Unavailable(error.code, **error.parameters) from error
    return jsonify({"status": "ready"})
