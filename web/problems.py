"""Errors as answers: RFC 9457 problem details with the fields of Camunda's, in the reader's language."""

import json
import logging
from collections.abc import Mapping
from typing import Any

from flask import Flask, Response, current_app, request
from werkzeug.exceptions import HTTPException

import engine
from web import asking

# What went wrong → HTTP status and Camunda's title.
KINDS: Mapping[str, tuple[int, str]] = {
    "invalid": (400, "INVALID_ARGUMENT"),
    "unauthorized": (401, "UNAUTHORIZED"),
    "forbidden": (403, "FORBIDDEN"),
    "not_found": (404, "NOT_FOUND"),
    "conflict": (409, "INVALID_STATE"),
    "too_large": (413, "PAYLOAD_TOO_LARGE"),
    "throttled": (429, "RESOURCE_EXHAUSTED"),
    "unavailable": (503, "UNAVAILABLE"),
    "timed_out": (504, "DEADLINE_EXCEEDED"),
}
# Refusals of the framework → the code of our sentence.
REFUSALS: Mapping[int, str] = {
    400: "request_malformed",
    404: "route_unknown",
    405: "method_unknown",
    413: "request_too_large",
    415: "request_content_type",
}

# PostgreSQL's class of errors for values it cannot take.
UNUSABLE_VALUE = "22"

logger = logging.getLogger(__name__)


def register(app: Flask) -> None:
    """Answer every error of the application with a problem body."""
    app.register_error_handler(engine.TrunklineError, refused)
    app.register_error_handler(HTTPException, not_served)
    app.register_error_handler(Exception, failed)


def refused(error: engine.TrunklineError) -> Response:
    """What the engine or the web refuses, with its findings."""
    status, title = KINDS[error.kind]
    language = asking.language()
    findings = [told(finding) for finding in error.findings]
    detail = " ".join([engine.words(error, language), *map(_placed, findings)])
    response = problem(status, title, detail, code=error.code, findings=findings)
    if status == 401:
        # SDKs and browsers learn from it how to log in; the name of the realm is shown to people.
        response.headers["WWW-Authenticate"] = 'Basic realm="Trunkline", charset="UTF-8"'
    if status in (429, 503):
        response.headers["Retry-After"] = str(error.parameters.get("minutes", 0) * 60 or 1)
    return response


def not_served(error: HTTPException) -> Response:
    """What the framework refuses: no such route or method, a body that is too large or cannot be read."""
    status = error.code or 500
    if status >= 500:
        return failed(error)
    code = REFUSALS.get(status, "request_malformed")
    limit = (current_app.config["MAX_CONTENT_LENGTH"] or 0) // 1024 // 1024
    told = engine.Invalid(code, method=request.method, path=request.path, megabytes=limit)
    title = next((title for number, title in KINDS.values() if number == status), error.name.upper().replace(" ", "_"))
    response = problem(status, title, engine.words(told, asking.language()), code=code)
    if status == 405 and (allowed := getattr(error, "valid_methods", None)):
        response.headers["Allow"] = ", ".join(sorted(allowed))
    return response


def failed(error: Exception) -> Response:
    """What nobody expected. The log has all of it, the answer only the request id to find it by."""
    state = engine.sqlstate(error) or ""
    if state in engine.WORTH_ANOTHER_TRY:
        return refused(engine.Unavailable("database_busy", attempts=1))
    if state.startswith(UNUSABLE_VALUE):
        return refused(engine.Invalid("value_unusable"))
    logger.error("a request failed", exc_info=error, extra={"method": request.method, "path": request.path})
    told = engine.Invalid("request_failed", request_id=engine.request_id())
    return problem(500, "INTERNAL_ERROR", engine.words(told, asking.language()), code="request_failed")


def problem(status: int, title: str, detail: str, **more: Any) -> Response:
    """The problem body; `more` members beside Camunda's five are left out where empty."""
    body = {
        "type": "about:blank",
        "title": title,
        "status": status,
        "detail": detail,
        "instance": request.path,
        "requestId": engine.request_id(),
        **{name: value for name, value in more.items() if value},
    }
    # What was asked comes back in the answer; our JSON refuses characters that the database would not hold.
    text = json.dumps(body, ensure_ascii=False, default=str).encode(errors="replace")
    return Response(text, status, content_type="application/problem+json")


def _placed(finding: Mapping[str, Any]) -> str:
    """One finding as a sentence that begins with its place: file:line element."""
    where = ":".join(str(finding[name]) for name in ("file", "line") if name in finding)
    place = " ".join(part for part in (where, finding.get("element", "")) if part)
    return f"{place}: {finding['message']}" if place else str(finding["message"])


def told(finding: engine.Finding) -> dict[str, Any]:
    """A finding as a member of an answer, in the reader's language."""
    message = engine.words(finding, asking.language())
    place = {"file": finding.file, "element": finding.element, "line": finding.line}
    known = {name: value for name, value in place.items() if value}
    return {"code": finding.code, "severity": finding.severity, "message": message, **known}
