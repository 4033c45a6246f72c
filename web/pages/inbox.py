"""The inbox: a person's tasks, their groups', and what is late; claiming and giving back."""

from typing import Any, cast

from flask import flash, redirect, request, url_for
from werkzeug.wrappers import Response

import engine
from web.asking import principal
from web.pages import visitor
from web.pages.frame import Pages, case_clock, page
from web.pages.words import say
from web.waiting import agreed

TABS = ("mine", "groups", "overdue")
ON_A_PAGE = 25

pages = Pages("inbox", __name__)


@pages.get("/inbox")
def inbox() -> Response:
    """A tab of the inbox; a script asks for its list alone."""
    tab = request.args.get("tab", "mine")
    number = request.args.get("page", "1")
    if tab not in TABS or not (number.isascii() and number.isdecimal() and 1 <= int(number[:9]) <= 10_000):
        raise engine.NotFound("route_unknown", path=request.full_path)
    values = _list(tab, int(number))
    return page("_tasks.html" if request.headers.get("HX-Request") else "inbox.html", **values)


def _list(tab: str, number: int) -> dict[str, Any]:
    with engine.transaction() as session:
        box = engine.queries.inbox
        counts = box.counts(session, principal())
        found = box.tasks(
            session,
            principal(),
            cast(Any, tab),
            visitor.language(),
            limit=ON_A_PAGE + 1,
            offset=(number - 1) * ON_A_PAGE,
            counted=counts,
        )
        clock = case_clock(session)
    return {
        "tab": tab,
        "tabs": TABS,
        "counts": counts,
        "most": engine.queries.inbox.MOST_COUNTED,
        "tasks": found[:ON_A_PAGE],
        "number": number,
        "more": len(found) > ON_A_PAGE,
        "clock": clock,
    }


@pages.post("/tasks/<task_key>/claim")
def claim(task_key: int) -> Response:
    """Take a task and open it; who comes second is told who was first."""
    try:
        if not engine.retrying(lambda session: _claim(session, task_key)):
            agreed(task_key)
    except engine.Conflict as error:
        flash(_who_was_first(task_key, error), "warning")
        return redirect(visitor.back(url_for("inbox.inbox", tab="groups")))
    return redirect(url_for("task.task", task_key=task_key))


def _claim(session: engine.Session, key: int) -> bool:
    return engine.claim_task(session, principal(), key)


def _who_was_first(key: int, error: engine.Conflict) -> str:
    with engine.transaction() as session:
        found = engine.queries.inbox.task(session, principal(), key, visitor.language())
    if found.state == "created" and found.assignee_name:
        return say("inbox.taken", visitor.language(), name=found.assignee_name, task=found.name)
    return engine.words(error, visitor.language())


@pages.post("/tasks/<task_key>/release")
def release(task_key: int) -> Response:
    """Give a task back to its group; what was filled in stays with this person."""
    if not engine.retrying(lambda session: _release(session, task_key)):
        agreed(task_key)
    flash(say("inbox.released", visitor.language()), "success")
    return redirect(url_for("inbox.inbox", tab="groups"))


def _release(session: engine.Session, key: int) -> bool:
    found = engine.queries.inbox.task(session, principal(), key)
    if found.assignee != principal().id:
        raise engine.Forbidden("task_of_another", key=str(key))
    return engine.unassign_task(session, principal(), key)
