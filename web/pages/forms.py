"""Forms on pages: drawn on the server as they stand, and what of them changes while somebody fills them in."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from flask import Response, g, jsonify, request, url_for

import engine
from web.json import read
from web.pages.form_look import changing
from web.pages.words import said_below


@dataclass(frozen=True, slots=True)
class ShownForm:
    """A form for a template: its parts, and what its script reads. Somebody who may not fill it in reads it."""

    parts: tuple[engine.FormPart, ...]
    island: Mapping[str, Any]
    editable: bool


def shown_form(
    parts: tuple[engine.FormPart, ...],
    addresses: Mapping[str, str],
    *,
    editable: bool = True,
    kept: datetime | None = None,
) -> ShownForm:
    """`addresses` are `send` (POST of the values as JSON; answers `{"next": address}`) and `draft` (PUT, DELETE)."""
    island = {
        "addresses": {
            **addresses,
            "lookup": url_for("lookups.look_up", kind="KIND"),
            "documents": url_for("documents.add"),
            "document": url_for("documents.read", document_id="ID"),
        },
        "kept": kept.isoformat() if kept else None,
        "words": said_below("forms.", g.language),
        "bytes": engine.LARGEST_DOCUMENT,
    }
    return ShownForm(parts, island, editable)


def kept_draft(
    kept: datetime, parts: tuple[engine.FormPart, ...] = (), findings: Sequence[engine.Finding] = ()
) -> Response:
    """The answer to a draft: when it was kept, how the form stands with it, and what it would be refused for."""
    told = [{"element": one.element, "message": engine.words(one, g.language)} for one in findings]
    return jsonify({"kept": kept.isoformat(), "state": changing(parts), "findings": told})


def answered(
    session: engine.Session, form_key: int | None, sent: Mapping[str, Any], data: Mapping[str, Any]
) -> tuple[tuple[engine.FormPart, ...], tuple[engine.Finding, ...]]:
    """How a form stands with what was sent so far, and the findings with its fields' names."""
    if form_key is None:
        return (), ()
    parts = engine.form_parts(session, form_key, sent, data, g.language)
    labels = engine.form_labels(session, form_key, g.language)
    findings = engine.form_findings(session, form_key, sent, data)
    return parts, tuple(_labelled(one, labels) for one in findings)


def with_labels(session: engine.Session, form_key: int | None, error: engine.Invalid) -> engine.Invalid:
    """What a form is refused for, with its fields called as the reader sees them."""
    if form_key is None or error.code != "form_invalid":
        return error
    labels = engine.form_labels(session, form_key, g.language)
    findings = tuple(_labelled(finding, labels) for finding in error.findings)
    return engine.Invalid(error.code, findings=findings, **error.parameters)


def asked_json() -> dict[str, Any]:
    """The object a script has sent. Raises Invalid."""
    sent = read(request.get_data())
    if not isinstance(sent, dict):
        raise engine.Invalid("variables_not_an_object")
    return sent


def text_of(sent: dict[str, Any], name: str) -> str:
    """A text that was sent. Raises Invalid."""
    found = sent.get(name, "")
    if not isinstance(found, str) or "\x00" in found:
        raise engine.Invalid("model_not_text", name=name)
    try:
        found.encode()
    except UnicodeEncodeError:
        raise engine.Invalid("model_not_text", name=name) from None
    return found


def _labelled(finding: engine.Finding, labels: Mapping[str, str]) -> engine.Finding:
    # Labels are the form's, which knows a list's columns; findings number its rows.
    label = labels.get(re.sub(r"\[\d+\]", "", finding.element), finding.parameters.get("label", ""))
    return replace(finding, parameters={**finding.parameters, "label": label})
