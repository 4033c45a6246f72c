"""The inbox: a person's tasks, their groups', and what is late; claiming and giving back."""

from typing import Any, cast

from flask import flash, redirect, request, url_for
from werkzeug.wrappers import Response

import engine
from web.asking import key_of, principal
from web.pages import live, visitor
from web.pages.asked import page_number
from web.pages.frame import Pages, case_clock, page
from web.pages.naming import Directory
from web.pages.words import say
from web.waiting import agreed

TABS = ("mine", "groups", "overdue", "done")
ORDERS = ("due", "newest")
LONGEST = 100
ON_A_PAGE = 25
FARTHEST = 10_000  # pages
MOST_TOLD = 5

pages = Pages("inbox", __name__)


@pages.get("/inbox")
def inbox() -> Response:
    """A tab of the inbox; a script asks for its list alone."""
    tab = request.args.get("tab", "mine")
    number, order = page_number(FARTHEST), request.args.get("order", "due")
    if tab not in TABS or order not in ORDERS:
        raise engine.NotFound("route_unknown", path=request.full_path)
    asked = {name: request.args.get(name, "").replace("\x00", "").strip()[:LONGEST] for name in ("text", "process")}
    values = _list(tab, number, {**asked, "order": order})
    return page("_tasks.html" if request.headers.get("HX-Request") else "inbox.html", **values)


def _list(tab: str, number: int, asked: dict[str, Any]) -> dict[str, Any]:
    language = visitor.language()
    with engine.transaction() as session:
        box = engine.queries.inbox
        counts = box.counts(session, principal())
        found = box.tasks(
            session,
            principal(),
            cast(Any, tab),
            language,
            # One more says whether there is a next page: what is counted ends at a thousand.
            limit=ON_A_PAGE + 1,
            offset=(number - 1) * ON_A_PAGE,
            counted=counts,
            wanted=box.Wanted(asked["text"], asked["process"], asked["order"]),
        )
        processes = box.processes(session, principal(), language)
        names = Directory(session, language)
        clock = case_clock(session)
    return {
        "tab": tab,
        "tabs": TABS,
        "orders": ORDERS,
        "asked": asked,
        "filters": {name: value for name, value in asked.items() if value and value != "due"},
        "processes": processes,
        "names": names,
        "counts": counts,
        "seen": live.seen(counts),
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


@pages.post("/inbox/claim")
def claim_many() -> Response:
    """Take several tasks at once, each by itself: what another was first at is told, the rest is one's own."""
    keys = [key_of(text) for text in dict.fromkeys(request.form.getlist("task"))][:ON_A_PAGE]
    if not keys:
        raise engine.Invalid("tasks_not_picked")
    missed = [sentence for key in keys if (sentence := _missed(key))]
    if claimed := len(keys) - len(missed):
        flash(say("inbox.claimed", visitor.language(), count=claimed), "success")
    for sentence in missed[:MOST_TOLD]:
        flash(sentence, "warning")
    return redirect(url_for("inbox.inbox", tab="mine" if claimed else "groups"))


def _missed(key: int) -> str | None:
    """Claim one of several; why it could not be."""
    try:
        if not engine.retrying(lambda session: _claim(session, key)):
            agreed(key)
    except engine.Conflict as error:
        return _who_was_first(key, error)
    except (engine.NotFound, engine.Forbidden) as error:
        return engine.words(error, visitor.language())
    return None


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
    if found.assignee not in principal().people():
        raise engine.Forbidden("task_of_another", key=str(key))
    return engine.unassign_task(session, principal(), key)


@pages.post("/tasks/<task_key>/assign")
def assign(task_key: int) -> Response:
    """Hand a task over to a colleague who may work on it."""
    person = request.form.get("person", "")
    if not engine.retrying(lambda session: engine.hand_over_task(session, principal(), task_key, person)):
        agreed(task_key)
    with engine.transaction() as session:
        name = Directory(session, visitor.language()).actor(person)
    flash(say("inbox.handed_over", visitor.language(), name=name), "success")
    return redirect(url_for("inbox.inbox"))
