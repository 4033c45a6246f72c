"""The demo bar: moves the case clock and changes the person, on a machine that shows Trunkline and does no work."""

from datetime import timedelta

from flask import abort, current_app, flash, redirect, request, url_for
from werkzeug.wrappers import Response

import engine
from web.pages import visitor
from web.pages.asked import one_of
from web.pages.frame import Pages, for_anybody, local_time
from web.pages.words import say

STEPS = {"10min": timedelta(minutes=10), "1h": timedelta(hours=1)}

pages = Pages("demo", __name__)


@pages.before_request
def only_in_demo() -> None:
    """Elsewhere there are no such addresses."""
    if not current_app.config["SETTINGS"].demo:
        abort(404)


@pages.post("/demo/clock")
def shift() -> Response:
    """Put case time forward: by a step, or to when the next timer is due. It runs on from there."""
    chosen = one_of("step", ("reset", "timer", *STEPS))
    language = visitor.language()
    with engine.transaction() as session:
        if chosen == "reset":
            engine.reset_case_clock(session)
        elif chosen in STEPS:
            engine.move_case_clock(session, engine.case_time() + STEPS[chosen])
        else:
            due = engine.next_timer(session)
            if due is None:
                flash(say("demo.no_timer", language), "info")
                return redirect(visitor.back(url_for("inbox.inbox")))
            engine.move_case_clock(session, max(due, engine.case_time()))
    # A transaction keeps the case time that it has read first: the one moved to is told by the next.
    with engine.transaction():
        now = local_time(engine.case_time(), "%Y-%m-%d %H:%M:%S")
    flash(say("demo.shifted", language, time=now), "info")
    return redirect(visitor.back(url_for("inbox.inbox")))


@pages.post("/demo/person")
@for_anybody
def switch() -> Response:
    """Become somebody else, without a password: theirs are public anyhow."""
    with engine.transaction() as session:
        person = engine.principal_of(session, request.form.get("person", ""), "web")
        if old := request.cookies.get(visitor.SESSION):
            engine.close_session(session, old)
        token = engine.open_session(session, person.id)
    response = redirect(url_for("inbox.inbox"))
    visitor.keep(response, visitor.SESSION, token, None)
    # What was chosen here would go before the new person's own language.
    response.delete_cookie(visitor.LANGUAGE)
    return response
