"""Starting: the processes a person may start, their forms, and the case that opens."""

from typing import Any

from flask import Response, flash, jsonify, url_for

import engine
from web.asking import principal
from web.pages import visitor
from web.pages.forms import answered, asked_json, kept_draft, shown_form, with_labels
from web.pages.frame import Pages, page
from web.pages.words import say

pages = Pages("start", __name__)


@pages.get("/start")
def start() -> Response:
    """What this person may start."""
    with engine.transaction() as session:
        found = engine.queries.startable.all_startable(session, principal(), visitor.language())
    return page("start.html", processes=found)


@pages.get("/start/<process_id>")
def form(process_id: str) -> Response:
    """The start form of a process, with the draft of it."""
    language = visitor.language()
    with engine.transaction() as session:
        found = engine.queries.startable.startable(session, principal(), process_id, language)
        place = engine.start_place(process_id)
        draft = engine.draft_of(session, principal().id, place)
        filled, kept = draft or ({}, None)
        key = found.form_key
        parts = engine.form_parts(session, key, filled, {}, language) if key is not None else ()
    addresses = {
        "send": url_for("start.begin", process_id=process_id),
        "draft": url_for("start.save_draft", process_id=process_id),
    }
    return page("start_form.html", process=found, form=shown_form(parts, addresses, kept=kept))


@pages.put("/start/<process_id>/draft")
def save_draft(process_id: str) -> Response:
    """Keep what is filled in so far; how the form stands with it."""
    sent = asked_json()
    with engine.transaction() as session:
        found = engine.queries.startable.startable(session, principal(), process_id)
        kept = engine.save_draft(session, principal().id, engine.start_place(process_id), sent)
        parts, findings = answered(session, found.form_key, sent, {})
    return kept_draft(kept, parts, findings)


@pages.delete("/start/<process_id>/draft")
def drop_draft(process_id: str) -> tuple[str, int]:
    """Begin anew."""
    with engine.transaction() as session:
        engine.drop_drafts(session, engine.start_place(process_id), principal().id)
    return "", 204


@pages.post("/start/<process_id>")
def begin(process_id: str) -> Response:
    """Check the form and start the process; the new case opens."""
    sent = asked_json()
    started = engine.retrying(lambda session: _begin(session, process_id, sent))
    flash(say("start.started", visitor.language(), number=started.case_no or started.key), "success")
    return jsonify({"next": url_for("case.case", case_key=started.key)})


def _begin(session: engine.Session, process_id: str, sent: dict[str, Any]) -> engine.Instance:
    found = engine.queries.startable.startable(session, principal(), process_id)
    values = _checked(session, found.form_key, sent)
    started = engine.start(session, definition_key=found.definition_key, variables=values)
    # After the start, which gives the case its key.
    engine.bind_documents(session, principal(), values, started.key)
    engine.drop_drafts(session, engine.start_place(process_id), principal().id)
    return started


def _checked(session: engine.Session, form_key: int | None, sent: dict[str, Any]) -> dict[str, Any]:
    if form_key is None:
        return {}
    try:
        return engine.check_start_form(session, form_key, sent)
    except engine.Invalid as error:
        raise with_labels(session, form_key, error) from None
