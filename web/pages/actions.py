"""An action of a case: its form, drafts, and sending it (decision 15)."""

from typing import Any

from flask import Response, flash, jsonify, request, url_for

import engine
from web.asking import principal
from web.pages import visitor
from web.pages.forms import asked_json, form_data, with_labels
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
        schema = engine.form_in(session, opened.form_key, language) if opened.form_key is not None else None
        name = engine.process_name(session, found.definition_key, language)
    addresses = {
        "send": url_for("case_actions.send", case_key=case_key, action_key=action_key),
        "draft": url_for("case_actions.save_draft", case_key=case_key, action_key=action_key),
    }
    island = form_data(
        schema or {"type": "default", "components": []},
        draft[0] if draft else opened.variables,
        addresses,
        kept=draft and draft[1],
    )
    return page("action.html", case=found, name=name, action=opened.action, island=island, has_form=schema is not None)


@pages.put("/cases/<case_key>/actions/<action_key>/draft")
def save_draft(case_key: int, action_key: int) -> Response:
    """Keep what is filled in so far."""
    data = asked_json()
    with engine.transaction() as session:
        engine.action_form(session, principal(), case_key, str(action_key))
        kept = engine.save_draft(session, principal().id, engine.action_place(action_key), data)
    return jsonify({"kept": kept.isoformat()})


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
