"""An action of a case: its form, drafts, and sending it (decision 15)."""

from typing import Any

from flask import Response, flash, jsonify, request, url_for

import engine
from web.asking import principal
from web.pages import visitor
from web.pages.forms import answered, asked_json, kept_draft, shown_form, with_labels
from web.pages.frame import Pages, page
from web.pages.words import say

pages = Pages("case_actions", __name__)


@pages.get("/cases/<case_key>/actions/<action_key>")
def form(case_key: int, action_key: int) -> Response:
    """What the action asks for, with what the case holds of it."""
    language = visitor.language()
    with engine.transaction() as session:
        found = engine.queries.process_instances.get(session, case_key, principal())
        opened = engine.action_form(session, principal(), case_key, str(action_key), language)
        draft = engine.draft_of(session, principal().id, engine.action_place(action_key))
        filled, kept = draft or (opened.variables, None)
        key = opened.form_key
        parts = engine.form_parts(session, key, filled, opened.variables, language) if key is not None else ()
        name = engine.process_name(session, found.definition_key, language)
    addresses = {
        "send": url_for("case_actions.send", case_key=case_key, action_key=action_key),
        "draft": url_for("case_actions.save_draft", case_key=case_key, action_key=action_key),
    }
    form = shown_form(parts, addresses, kept=kept)
    return page("action.html", case=found, name=name, action=opened.action, form=form, has_form=key is not None)


@pages.put("/cases/<case_key>/actions/<action_key>/draft")
def save_draft(case_key: int, action_key: int) -> Response:
    """Keep what is filled in so far; how the form stands with it."""
    sent = asked_json()
    with engine.transaction() as session:
        opened = engine.action_form(session, principal(), case_key, str(action_key))
        kept = engine.save_draft(session, principal().id, engine.action_place(action_key), sent)
        parts, findings = answered(session, opened.form_key, sent, opened.variables)
    return kept_draft(kept, parts, findings)


@pages.delete("/cases/<case_key>/actions/<action_key>/draft")
def drop_draft(case_key: int, action_key: int) -> tuple[str, int]:
    """Begin anew."""
    with engine.transaction() as session:
        engine.drop_drafts(session, engine.action_place(action_key), principal().id)
    return "", 204


@pages.post("/cases/<case_key>/actions/<action_key>")
def send(case_key: int, action_key: int) -> Response:
    """Check the form once more and send the action."""
    sent = asked_json() if request.is_json else {}
    label = engine.retrying(lambda session: _send(session, case_key, action_key, sent))
    flash(say("case.action_sent", visitor.language(), action=label), "success")
    return jsonify({"next": url_for("case.case", case_key=case_key)})


def _send(session: engine.Session, case_key: int, action_key: int, sent: dict[str, Any]) -> str:
    opened = engine.action_form(session, principal(), case_key, str(action_key), visitor.language())
    engine.bind_documents(session, principal(), sent, opened.action.instance_key)
    try:
        engine.send_action(session, principal(), case_key, str(action_key), sent)
    except engine.Invalid as error:
        raise with_labels(session, opened.form_key, error) from None
    engine.drop_drafts(session, engine.action_place(action_key))
    return opened.action.label
