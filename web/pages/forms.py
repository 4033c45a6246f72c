"""Forms on pages: what the browser needs to show one with form-js, and what it sends back."""

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from flask import current_app, g, request, url_for

import engine
from web.pages.words import said_below

# What form-js says → our finding for the same, so that browser and server use the same words.
SAME_WORDS: Mapping[str, tuple[str, Mapping[str, str]]] = {
    "Field is required.": ("form_required", {}),
    "Value is not a number.": ("form_not_a_number", {}),
    "Value is expected to be an integer.": ("form_too_precise", {"digits": "0"}),
    "Value is expected to have at most 1 decimal digit.": ("form_too_precise", {"digits": "1"}),
    "Value is expected to have at most {value} decimal digits.": ("form_too_precise", {"digits": "{value}"}),
    "Field must match pattern {value}.": ("form_pattern", {"pattern": "{value}"}),
    "Field must have minimum value of {value}.": ("form_too_small", {"smallest": "{value}"}),
    "Field must have maximum value of {value}.": ("form_too_large", {"largest": "{value}"}),
    "Field must have minimum length of {value}.": ("form_too_short", {"shortest": "{value}"}),
    "Field must have maximum length of {value}.": ("form_too_long", {"longest": "{value}"}),
    "Field must be a valid email.": ("form_pattern", {"pattern": "email"}),
    "Field must be a valid international phone number. (e.g. +4930664040900)": ("form_pattern", {"pattern": "phone"}),
}


def form_data(
    form: Mapping[str, Any],
    data: Mapping[str, Any],
    addresses: Mapping[str, str],
    *,
    editable: bool = True,
    kept: datetime | None = None,
) -> dict[str, Any]:
    """What the form's script reads: schema, values, where to send them, and its words."""
    return {
        "schema": form,
        "data": data,
        "editable": editable,
        "addresses": {
            **addresses,
            "lookup": url_for("lookups.look_up", kind="KIND"),
            "documents": url_for("documents.add"),
            "document": url_for("documents.read", document_id="ID"),
        },
        "kept": kept.isoformat() if kept else None,
        "words": said_below("forms.", g.language),
        "translations": translations(),
        "limits": {"bytes": engine.LARGEST_DOCUMENT, "types": sorted(engine.DOCUMENT_TYPES)},
    }


def translations() -> dict[str, str]:
    """form-js's sentences in the reader's language."""
    language = g.language
    same = {
        sentence: engine.words(engine.Finding(code, parameters), language)
        for sentence, (code, parameters) in SAME_WORDS.items()
    }
    return {**said_below("formjs.", language), **same}


def with_labels(session: engine.Session, form_key: int | None, error: engine.Invalid) -> engine.Invalid:
    """What a form is refused for, with its fields called as the reader sees them."""
    if form_key is None or error.code != "form_invalid":
        return error
    labels = engine.form_labels(session, form_key, g.language)
    findings = tuple(_labelled(finding, labels) for finding in error.findings)
    return engine.Invalid(error.code, findings=findings, **error.parameters)


def _labelled(finding: engine.Finding, labels: Mapping[str, str]) -> engine.Finding:
    label = labels.get(re.sub(r"\[\d+\]", "", finding.element), finding.parameters.get("label", ""))
    return replace(finding, parameters={**finding.parameters, "label": label})


def asked_json() -> dict[str, Any]:
    """The object a script has sent. Raises Invalid."""
    try:
        sent = current_app.json.loads(request.get_data())
    except (ValueError, RecursionError) as error:
        raise engine.Invalid("request_not_json", reason=str(error)) from None
    if not isinstance(sent, dict):
        raise engine.Invalid("variables_not_an_object")
    return sent
