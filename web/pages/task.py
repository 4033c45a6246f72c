"""One task: what it is about, its form, drafts, completing, and on to the next."""

from typing import Any

from flask import Response, current_app, flash, jsonify, request, url_for

import engine
from web.asking import principal
from web.pages import visitor
from web.pages.forms import asked_json, form_data, with_labels
from web.pages.frame import Pages, case_clock, page
from web.pages.words import say

pages = Pages("task", __name__)


@pages.get("/tasks/<task_key>")
def task(task_key: int) -> Response:
    """The task with its form: open for whoever has claimed it, to read for those who may."""
    language = visitor.language()
    with engine.transaction() as session:
        found = engine.queries.inbox.task(session, principal(), task_key, language)
        is_mine = found.assignee == principal().id and found.state == "created"
        data = engine.task_variables(session, task_key) if found.state == "created" else {}
        draft = engine.draft_of(session, principal().id, engine.task_place(task_key)) if is_mine else None
        form = engine.form_in(session, found.form_key, language) if found.form_key is not None else None
        clock = case_clock(session)
    island = None
    if form is not None and found.state == "created":
        addresses = {
            "send": url_for("task.complete", task_key=task_key),
            "draft": url_for("task.save_draft", task_key=task_key),
        }
        island = form_data(form, draft[0] if draft else data, addresses, editable=is_mine, kept=draft and draft[1])
    return page("task.html", task=found, is_mine=is_mine, island=island, clock=clock, draft=draft)


@pages.put("/tasks/<task_key>/draft")
def save_draft(task_key: int) -> Response:
    """Keep what is filled in so far."""
    data = asked_json()
    with engine.transaction() as session:
        _require_mine(session, task_key)
        kept = engine.save_draft(session, principal().id, engine.task_place(task_key), data)
    return jsonify({"kept": kept.isoformat()})


@pages.delete("/tasks/<task_key>/draft")
def drop_draft(task_key: int) -> Response:
    """Begin anew."""
    with engine.transaction() as session:
        engine.drop_drafts(session, engine.task_place(task_key), principal().id)
    return current_app.response_class(status=204)


@pages.post("/tasks/<task_key>/complete")
def complete(task_key: int) -> Response:
    """Check the form once more, complete the task, and say where the person goes next."""
    sent = asked_json() if request.is_json else {}
    engine.retrying(lambda session: _complete(session, task_key, sent))
    with engine.transaction() as session:
        left = engine.queries.inbox.tasks(session, principal(), "mine", visitor.language(), limit=1)
    flash(say("task.completed", visitor.language()), "success")
    address = url_for("task.task", task_key=left[0].key) if left else url_for("inbox.inbox")
    return jsonify({"next": address})


def _complete(session: engine.Session, key: int, sent: dict[str, Any]) -> None:
    found = _require_mine(session, key)
    engine.bind_documents(session, principal(), sent, found.instance_key)
    try:
        engine.complete_task(session, principal(), key, sent if found.form_key is not None else {})
    except engine.Invalid as error:
        raise with_labels(session, found.form_key, error) from None
    engine.drop_drafts(session, engine.task_place(key))


def _require_mine(session: engine.Session, key: int) -> Any:
    found = engine.queries.inbox.task(session, principal(), key)
    if found.state != "created":
        raise engine.Conflict("task_ended", key=str(key))
    if found.assignee != principal().id:
        raise engine.Forbidden("task_of_another", key=str(key))
    return found
