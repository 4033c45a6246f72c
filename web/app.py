"""The application: what happens around every request, and the routes."""

import logging
import time

from flask import Flask, Response, g, request

import engine
from web import asking, credentials, documentation, health, oauth, pages, problems
from web.api import BLUEPRINTS
from web.json import ExactJson

# The largest body taken; deployments and variables are far below it.
BODY_BYTES = 10 * 1024 * 1024
# Answers of the API are data: nothing in them is ever run, framed or kept. Pages say themselves what they load.
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}

logger = logging.getLogger(__name__)


def create_app(settings: engine.Settings) -> Flask:
    """The WSGI application. The store has to be configured before its first request."""
    app = Flask("web", static_folder=None, template_folder="templates")
    app.json_provider_class = ExactJson
    app.json = ExactJson(app)
    app.config.update(MAX_CONTENT_LENGTH=BODY_BYTES, MAX_FORM_PARTS=200, SETTINGS=settings)
    app.url_map.strict_slashes = False
    # In this order: whatever is refused has a request id already, and no password is looked at for another site's page.
    app.before_request(_begin)
    app.before_request(asking.refuse_other_sites)
    app.before_request(credentials.identify)
    app.before_request(asking.read_keys)
    app.after_request(_finish)
    app.teardown_request(asking.end)
    app.register_blueprint(health.blueprint)
    app.register_blueprint(oauth.blueprint)
    documentation.register(app, BLUEPRINTS)
    # After flask-smorest has set its own, so that ours are the ones that answer.
    problems.register(app)
    pages.register(app)
    return app


def _begin() -> None:
    g.began = time.monotonic()
    asking.begin()


def _finish(response: Response) -> Response:
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    response.headers["X-Request-Id"] = engine.request_id()
    spent = round((time.monotonic() - g.began) * 1000)
    told = {"method": request.method, "path": request.path, "status": response.status_code, "milliseconds": spent}
    logger.info("%s %s %s", request.method, request.path, response.status_code, extra=told)
    return response
