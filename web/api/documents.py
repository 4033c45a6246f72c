"""Documents: files with an owner, handed in, fetched and forgotten; what a file field refers to."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from flask import Response, current_app, request
from marshmallow import ValidationError
from werkzeug.datastructures import FileStorage

import engine
from web.answers import nothing
from web.asking import principal
from web.json import read
from web.parsing import Blueprint
from web.schemas.documents import Metadata, Reference

blueprint = Blueprint("documents_api", __name__, url_prefix="/v2/documents", description="Documents")
LONGEST_ID = 200


@blueprint.route("", methods=["POST"])
@blueprint.answer(201, Reference)
def create_document() -> dict[str, Any]:
    """Keep the part `file`; the part `metadata` (JSON) may say its name, type, end and the case it belongs to."""
    file = request.files.get("file")
    if file is None:
        raise engine.Invalid("document_missing")
    document_id = request.args.get("documentId")
    if document_id is not None and not (0 < len(document_id) <= LONGEST_ID and document_id.isprintable()):
        raise engine.Invalid("document_id_malformed")
    _require_store()
    told = _metadata()
    content = file.read()
    with engine.transaction() as session:
        case = told.get("process_instance_key")
        if case is not None:
            # Whoever sees a case reads its documents: nobody puts one into a case that they do not see.
            engine.queries.process_instances.get(session, case, principal())
        document = engine.add_document(
            session,
            principal(),
            content,
            file_name=told.get("file_name") or file.filename or "",
            content_type=told.get("content_type") or file.mimetype or "application/octet-stream",
            document_id=document_id,
            instance_key=case,
            process_id=told.get("process_definition_id"),
            expires_at=told.get("expires_at"),
            properties=told.get("custom_properties"),
        )
        return engine.document_reference(document)


@blueprint.route("/<document_id>")
def get_document(document_id: str) -> Response:
    """The bytes, for the owner and whoever sees the case; with `contentHash` only if they are still those."""
    _require_store()
    with engine.transaction() as session:
        document, content = engine.read_document(session, principal(), document_id)
    digest = request.args.get("contentHash")
    if digest is not None and digest != document.content_hash:
        raise engine.Invalid("document_hash_differs", document=document_id)
    response = current_app.response_class(content, content_type=document.content_type)
    # The form of RFC 6266 for names that are not ASCII.
    response.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(document.file_name)}"
    return response


@blueprint.route("/<document_id>", methods=["DELETE"])
@blueprint.answer(204)
def delete_document(document_id: str) -> Response:
    """Forget a document of one's own; its bytes go with the last document that has them."""
    _require_store()
    with engine.transaction() as session:
        engine.delete_document(session, principal(), document_id)
    return nothing()


def _require_store() -> None:
    """There is one store; Camunda's clients may name it."""
    store = request.args.get("storeId", engine.DOCUMENT_STORE)
    if store != engine.DOCUMENT_STORE:
        raise engine.NotFound("document_store_unknown", store=store)


def _metadata() -> Mapping[str, Any]:
    part: FileStorage | None = request.files.get("metadata")
    text = part.read() if part is not None else request.form.get("metadata")
    if not text:
        return {}
    given = read(text)
    try:
        loaded: Mapping[str, Any] = Metadata().load(given)
    except ValidationError as error:
        raise engine.Invalid("document_metadata_invalid", members=", ".join(error.messages_dict)) from None
    return loaded
