"""A token endpoint for clients that know OAuth's client credentials only, such as Camunda's SDKs.

The client's secret is an API token of ours; it is what they are given back. Nothing is issued here.
"""

from flask import Blueprint, Response, jsonify, request

import engine
from web.asking import public

# Clients ask again after this time, so that a token that was withdrawn is told soon.
SECONDS = 300

blueprint = Blueprint("oauth", __name__)


@blueprint.post("/oauth/token")
@public
def token() -> Response:
    """The access token for a client's secret (RFC 6749, 4.4), or the error of its section 5.2."""
    if request.form.get("grant_type") != "client_credentials":
        return _refused("unsupported_grant_type", 400)
    given = request.authorization
    # Clients may put it into the body or into the Basic header (RFC 6749, 2.3.1).
    secret = request.form.get("client_secret") or (given.password if given is not None else None) or ""
    try:
        with engine.transaction() as session:
            engine.principal_of_token(session, secret)
    except engine.Unauthorized:
        return _refused("invalid_client", 401)
    return jsonify({"access_token": secret, "token_type": "Bearer", "expires_in": SECONDS})


def _refused(error: str, status: int) -> Response:
    response = jsonify({"error": error})
    response.status_code = status
    return response
