"""A person's own page: the password, and language and theme, which anybody may choose."""

from flask import flash, redirect, request, url_for
from werkzeug.wrappers import Response

import engine
from web.asking import principal
from web.credentials import checking
from web.pages import visitor
from web.pages.frame import Pages, for_anybody, page
from web.pages.words import say

SHORTEST = 8

pages = Pages("person", __name__)


@pages.get("/me")
def me() -> Response:
    """Who one is, and the form for a new password."""
    return page("me.html", error=None, shortest=SHORTEST)


@pages.post("/me/password")
def change_password() -> Response:
    """Set a new password; every other browser of this person is logged out."""
    old, new = request.form.get("old", ""), request.form.get("new", "")
    refusal = _refusal(new, request.form.get("again", ""))
    if refusal is None:
        refusal = _change(old, new)
    if refusal is not None:
        told = say(f"me.{refusal}", visitor.language(), shortest=SHORTEST)
        return page("me.html", status=400, error=told, shortest=SHORTEST)
    flash(say("me.password_changed", visitor.language()), "success")
    return redirect(url_for("person.me"))


def _refusal(new: str, again: str) -> str | None:
    if len(new) < SHORTEST or "\x00" in new:
        return "password_short"
    return None if new == again else "password_twice"


def _change(old: str, new: str) -> str | None:
    person, address = principal().id, request.remote_addr or ""
    with engine.transaction() as session:
        until = engine.count_attempt(session, person, address)
    if until is not None:
        raise engine.throttled(until)
    try:
        with checking, engine.transaction() as session:
            engine.authenticate(session, person, old, "web")
            engine.forgive_attempts(session, person, address)
            engine.set_password(session, person, new)
            engine.close_other_sessions(session, person, request.cookies[visitor.SESSION])
    except engine.Unauthorized:
        return "password_wrong"
    return None


@pages.post("/language")
@for_anybody
def choose_language() -> Response:
    """Show the pages in a language from now on, and write to the person in it."""
    chosen = request.form.get("language", "")
    if chosen not in ("zh", "en"):
        raise engine.Invalid("request_malformed")
    if visitor.is_known():
        with engine.transaction() as session:
            engine.set_language(session, principal().id, chosen)
    response = redirect(visitor.back(url_for("home.home")))
    visitor.keep(response, visitor.LANGUAGE, chosen)
    return response


@pages.post("/theme")
@for_anybody
def choose_theme() -> Response:
    """Light, dark, or as the system has it."""
    chosen = request.form.get("theme", "")
    if chosen not in visitor.THEMES:
        raise engine.Invalid("request_malformed")
    response = redirect(visitor.back(url_for("home.home")))
    visitor.keep(response, visitor.THEME, chosen)
    return response
