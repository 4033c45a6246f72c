"""Files in forms: handed in one at a time, fetched as downloads."""

from urllib.parse import quote

from flask import Response, current_app, jsonify, request

import engine
from web.asking import principal
from web.pages.frame import Pages

pages = Pages("documents", __name__)


@pages.post("/documents")
def add() -> Response:
    """Keep a file; its reference goes into the form's field."""
    file = request.files.get("file")
    if file is None:
        raise engine.Invalid("document_missing")
    with engine.transaction() as session:
        document = engine.add_document(
            session,
            principal(),
            file.read(),
            file_name=file.filename or "",
            content_type=file.mimetype or "application/octet-stream",
        )
        return jsonify(engine.document_reference(document))


@pages.get("/documents/<document_id>")
def read(document_id: str) -> Response:
    """The file, to be saved: nothing of it is shown here."""
    with engine.transaction() as session:
        document, content = engine.read_document(session, principal(), document_id)
    response = current_app.response_class(content, content_type=document.content_type)
    response.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(document.file_name)}"
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response
