"""Logging in and out: a name, a password, a cookie; attempts are counted."""

from flask import flash, redirect, request, url_for
from flask import session as visit
from werkzeug.wrappers import Response

import engine
from web.credentials import checking
from web.pages import visitor
from web.pages.frame import Pages, for_anybody, page
from web.pages.words import say

pages = Pages("login", __name__)


@pages.get("/login")
@for_anybody
def form() -> Response:
    """The form; who is logged in already goes on."""
    if visitor.is_known():
        return redirect(_next())
    return _form("", None, 200)


@pages.post("/login")
@for_anybody
def login() -> Response:
    """Check name and password; both wrong ways look the same."""
    person, password = request.form.get("person", "").strip(), request.form.get("password", "")
    try:
        token = authenticate(person, password)
    except (engine.Unauthorized, engine.Throttled) as error:
        status = 401 if isinstance(error, engine.Unauthorized) else 429
        return _form(person, engine.words(error, visitor.language()), status)
    # A visitor's word from before the login is worth nothing after it.
    visit.clear()
    response = redirect(_next())
    visitor.keep(response, visitor.SESSION, token, None)
    return response


@pages.post("/logout")
def logout() -> Response:
    """End this browser's session."""
    with engine.transaction() as session:
        engine.close_session(session, request.cookies[visitor.SESSION])
    response = redirect(url_for("login.form"))
    response.delete_cookie(visitor.SESSION)
    flash(say("login.logged_out", visitor.language()), "success")
    return response


def authenticate(person: str, password: str) -> str:
    """The cookie's text of a new session. Raises Unauthorized, Throttled."""
    address = request.remote_addr or ""
    # Committed before the password is looked at, so that a failed attempt stays counted.
    with engine.transaction() as session:
        until = engine.count_attempt(session, person, address)
    if until is not None:
        raise engine.throttled(until)
    # In this order: who waits to be checked holds no connection.
    with checking, engine.transaction() as session:
        found = engine.authenticate(session, person, password, "web")
        engine.forgive_attempts(session, person, address)
        with engine.acting(found):
            return engine.open_session(session, found.id)


def _form(person: str, error: str | None, status: int) -> Response:
    return page("login.html", status=status, name=person, error=error, next=_next())


def _next() -> str:
    given = request.values.get("next", "")
    return visitor.local(given, url_for("inbox.inbox"))
