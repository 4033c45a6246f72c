"""OpenAPI at /openapi.json, and at /api a page to try it: Swagger UI, served from here with a script of our own."""

from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path

from flask import Blueprint, Flask, Response, render_template, send_from_directory, url_for
from flask_smorest import Api

import engine
from web import parsing
from web.asking import public
from web.schemas.fields import Anything, Choice, Flag, Key, Made, Moment, Shape, Text, Variables, Whole

SWAGGER = Path(str(files("flask_swagger_ui") / "dist"))
OURS = Path(__file__).parent / "static"
# The page loads its own files only; Swagger UI draws its icons from data: addresses.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self';"
    " frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
)
DESCRIPTION = (
    "Camunda 8.9's Orchestration Cluster REST API, as far as Trunkline serves it, and Trunkline's own actions."
    " Log in with a person's name and password, or with an API token as bearer."
)

blueprint = Blueprint("documentation", __name__)


class Problem(Shape):
    """An error: RFC 9457 with Camunda's fields; `detail` is a sentence in the reader's language."""

    type = Text(required=True)
    title = Text(required=True)
    status = Whole(required=True)
    detail = Text(required=True)
    instance = Text(required=True)
    request_id = Text()
    code = Text()
    findings = Anything(metadata={"type": "array", "items": {"type": "object"}})


def register(app: Flask, blueprints: Sequence[parsing.Blueprint]) -> None:
    """Serve the resources and tell what they are."""
    app.config.update(
        API_TITLE="Trunkline",
        API_VERSION=engine.VERSION,
        OPENAPI_VERSION="3.0.3",
        OPENAPI_URL_PREFIX="/",
        OPENAPI_JSON_PATH="openapi.json",
    )
    told = {"info": {"description": DESCRIPTION}, "security": [{"basic": []}, {"bearer": []}]}
    api = Documentation(app, spec_kwargs=told)
    for resource in blueprints:
        api.register_blueprint(resource)
    app.register_blueprint(blueprint)


class Documentation(Api):  # type: ignore[misc]
    """flask-smorest with our fields, our errors and the ways to log in."""

    ERROR_SCHEMA = Problem

    def _init_spec(self, **options: object) -> None:
        super()._init_spec(**options)
        for field, kind, form in (
            (Text, "string", None),
            (Key, "string", None),
            (Choice, "string", None),
            (Whole, "integer", "int32"),
            (Flag, "boolean", None),
            (Moment, "string", "date-time"),
            (Variables, "object", None),
            (Anything, None, None),
            (Made, None, None),
        ):
            self.register_field(field, kind, form)
        self.spec.components.security_scheme("basic", {"type": "http", "scheme": "basic"})
        self.spec.components.security_scheme("bearer", {"type": "http", "scheme": "bearer"})

    @public
    def _openapi_json(self) -> Response:
        response: Response = super()._openapi_json()
        return response


@blueprint.get("/api")
@public
def page() -> Response:
    """The page to try the API."""
    response = Response(render_template("api.html", specification=url_for("api-docs.openapi_json")))
    response.headers["Content-Security-Policy"] = POLICY
    return response


@blueprint.get("/api/<any('swagger-ui-bundle.js', 'swagger-ui.css', 'favicon-32x32.png'):name>")
@public
def swagger_file(name: str) -> Response:
    """A file of Swagger UI."""
    return send_from_directory(SWAGGER, name, max_age=3600)


@blueprint.get("/api/try.js")
@public
def script() -> Response:
    """What starts Swagger UI on the page."""
    return send_from_directory(OURS, "try.js", max_age=3600)
