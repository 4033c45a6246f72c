"""One task: what it is about, its form, drafts, completing, and on to the next."""

from typing import Any

from flask import Response, current_app, flash, jsonify, request, url_for

import engine
from web.asking import Language, principal
from web.pages import visitor
from web.pages.forms import ShownForm, answered, asked_json, kept_draft, shown_form, with_labels
from web.pages.frame import Pages, case_clock, page
from web.pages.naming import Directory
from web.pages.words import say
from web.waiting import agreed

pages = Pages("task", __name__)


@pages.get("/tasks/<task_key>")
def task(task_key: int) -> Response:
    """The task with its form: open for whoever has claimed it, to read for those who may."""
    language = visitor.language()
    with engine.transaction() as session:
        found = engine.queries.inbox.task(session, principal(), task_key, language)
        is_mine = found.assignee in principal().people() and found.state == "created"
        data = engine.task_variables(session, task_key) if found.state == "created" else {}
        draft = engine.draft_of(session, principal().id, engine.task_place(task_key)) if is_mine else None
        form = _form(session, found, data, draft, is_mine)
        names = Directory(session, language)
        colleagues = _colleagues(session, found) if found.state == "created" and (is_mine or not found.assignee) else {}
        sees_root = found.root_key == found.instance_key or _sees(session, found.root_key)
        filled = _filled(session, found, language)
        comments = engine.queries.comments.of_case(session, found.root_key, principal())
        clock = case_clock(session)
    return page(
        "task.html",
        task=found,
        is_mine=is_mine,
        form=form,
        names=names,
        colleagues=colleagues,
        filled=filled,
        sees_root=sees_root,
        comments=comments,
        longest=engine.LONGEST_COMMENT,
        clock=clock,
    )


def _sees(session: engine.Session, key: int) -> bool:
    """Whether a case that called this one is the reader's to see; it may be another unit's."""
    try:
        engine.queries.process_instances.get(session, key, principal())
    except engine.NotFound:
        return False
    return True


def _filled(session: engine.Session, found: Any, language: Language) -> Any:
    """What was filled in for a task that is done, as far as the case still holds it."""
    if found.state != "completed":
        return None
    variables = engine.queries.variables.visible_from(session, found.instance_key, [found.instance_key])
    done = engine.queries.filled_forms.of_case(session, found.instance_key, variables, language)
    return next((one for one in done if one.task_key == found.key), None)


def _colleagues(session: engine.Session, found: Any) -> dict[str, str]:
    """Whom the task can be handed to: who may claim it, but for whoever has it."""
    people = {
        one.id: one.name
        for group in found.candidate_groups
        if "*" not in group
        for one in engine.members(session, group)
    }
    named = {one.id: one.name for one in engine.all_people(session) if one.id in found.candidate_users}
    others = {**people, **named}.items()
    return {person: name for person, name in others if person not in (found.assignee, principal().id)}


def _form(session: engine.Session, found: Any, data: Any, draft: Any, is_mine: bool) -> ShownForm | None:
    if found.form_key is None or found.state != "created":
        return None
    filled, kept = draft or (data, None)
    language = visitor.language()
    parts = engine.form_parts(session, found.form_key, filled, data, language, is_fixed=not is_mine)
    addresses = {
        "send": url_for("task.complete", task_key=found.key),
        "draft": url_for("task.save_draft", task_key=found.key),
    }
    return shown_form(parts, addresses, editable=is_mine, kept=kept)


@pages.put("/tasks/<task_key>/draft")
def save_draft(task_key: int) -> Response:
    """Keep what is filled in so far; how the form stands with it."""
    sent = asked_json()
    with engine.transaction() as session:
        found = _require_mine(session, task_key)
        kept = engine.save_draft(session, principal().id, engine.task_place(task_key), sent)
        parts, findings = answered(session, found.form_key, sent, engine.task_variables(session, task_key))
    return kept_draft(kept, parts, findings)


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
    if not engine.retrying(lambda session: _complete(session, task_key, sent)):
        agreed(task_key)
    with engine.transaction() as session:
        # Only now: where a listener says no, what was filled in is still wanted.
        engine.drop_drafts(session, engine.task_place(task_key))
        left = engine.queries.inbox.tasks(session, principal(), "mine", visitor.language(), limit=1)
    flash(say("task.completed", visitor.language()), "success")
    address = url_for("task.task", task_key=left[0].key) if left else url_for("inbox.inbox")
    return jsonify({"next": address})


def _complete(session: engine.Session, key: int, sent: dict[str, Any]) -> bool:
    found = _require_mine(session, key)
    engine.bind_documents(session, principal(), sent, found.instance_key)
    try:
        # Where there is no form nothing checks what a script sends, so nothing of it is taken.
        return engine.complete_task(session, principal(), key, sent if found.form_key is not None else {})
    except engine.Invalid as error:
        raise with_labels(session, found.form_key, error) from None


def _require_mine(session: engine.Session, key: int) -> Any:
    found = engine.queries.inbox.task(session, principal(), key)
    if found.state != "created":
        raise engine.Conflict("task_ended", key=str(key))
    if found.assignee not in principal().people():
        raise engine.Forbidden("task_of_another", key=str(key))
    return found
