"""Process definitions: searched, told, their diagram and start form. Whoever is known sees them all."""

from collections.abc import Mapping
from typing import Any

from flask import Response

import engine
from web.answers import form_told, nothing
from web.parsing import Blueprint
from web.schemas.definitions import Form, ProcessDefinition, ProcessDefinitionPage, ProcessDefinitionSearch
from web.schemas.search import found, order, page, wanted

blueprint = Blueprint(
    "process-definitions", __name__, url_prefix="/v2/process-definitions", description="Processes by version"
)


@blueprint.route("/search", methods=["POST"])
@blueprint.body(ProcessDefinitionSearch)
@blueprint.answer(200, ProcessDefinitionPage)
def search_process_definitions(body: Mapping[str, Any]) -> dict[str, Any]:
    """Search versions of processes."""
    filter_ = engine.queries.ProcessDefinitionFilter(**wanted(body))
    with engine.transaction() as session:
        told = engine.queries.process_definitions.search(session, filter_, order(body), page(body))
        return found(told, [_told(session, row) for row in told.items])


@blueprint.route("/<definition_key>", methods=["GET"])
@blueprint.answer(200, ProcessDefinition)
def get_process_definition(definition_key: int) -> dict[str, Any]:
    """One version of a process."""
    with engine.transaction() as session:
        return _told(session, engine.queries.process_definitions.get(session, definition_key))


@blueprint.route("/<definition_key>/xml", methods=["GET"])
@blueprint.answer(200, content_type="text/xml", description="The file as it was deployed")
def get_process_definition_xml(definition_key: int) -> Response:
    """The BPMN file a version came in."""
    with engine.transaction() as session:
        engine.queries.process_definitions.get(session, definition_key)
        return Response(engine.definition_xml(session, definition_key), content_type="text/xml; charset=utf-8")


@blueprint.route("/<definition_key>/form", methods=["GET"])
@blueprint.answer(200, Form)
@blueprint.also(204, "The process has no start form")
def get_start_process_form(definition_key: int) -> dict[str, Any] | Response:
    """The form that is filled in to start the process."""
    with engine.transaction() as session:
        engine.queries.process_definitions.get(session, definition_key)
        form_id = start_form_id(session, definition_key)
        if form_id is None:
            return nothing()
        return form_told(session, engine.latest(session, "form", form_id).key)


def _told(session: engine.Session, row: Any) -> dict[str, Any]:
    return {**row._mapping, "has_start_form": start_form_id(session, row.key) is not None}


def start_form_id(session: engine.Session, definition_key: int) -> str | None:
    """The id of the form that property `form` of a start event names."""
    spec = engine.process_spec(session, definition_key)
    sources = [spec.elements[entry].properties.get("form") for entry in spec.entries(spec.root.id)]
    return next((source.text for source in sources if source is not None), None)
