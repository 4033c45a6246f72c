"""A person's own page: groups, substitutes, the password; and language and theme, which anybody may choose."""

from datetime import date, datetime, time, timedelta

from flask import current_app, flash, redirect, request, url_for
from werkzeug.wrappers import Response

import engine
from web.asking import principal
from web.credentials import checking
from web.pages import visitor
from web.pages.asked import one_of
from web.pages.frame import Pages, for_anybody, page
from web.pages.naming import Directory
from web.pages.words import say

SHORTEST = 8

pages = Pages("person", __name__)


@pages.get("/me")
def me() -> Response:
    """Who one is, who stands in, and the form for a new password."""
    return _page(None)


def _page(error: str | None) -> Response:
    person = principal()
    with engine.transaction() as session:
        names = Directory(session, visitor.language())
        standing = engine.queries.staff.substitutes(session, person.id)
        colleagues = [one for one in engine.all_people(session) if one.unit == person.unit and one.id != person.id]
        today = engine.case_time().astimezone(current_app.config["SETTINGS"].timezone).date()
    return page(
        "me.html",
        status=400 if error else 200,
        error=error,
        shortest=SHORTEST,
        names=names,
        standing=standing,
        colleagues=colleagues,
        today=today.isoformat(),
    )


@pages.post("/me/substitutes")
def name_substitute() -> Response:
    """Somebody stands in from the first day to the last, both included."""
    begins, ends = _day("begins", timedelta(0)), _day("ends", timedelta(days=1))
    other = request.form.get("person", "")
    with engine.transaction() as session:
        engine.name_substitute(session, principal(), other, begins, ends)
    flash(say("me.substitute_named", visitor.language()), "success")
    return redirect(url_for("person.me"))


@pages.post("/me/substitutes/end")
def end_substitute() -> Response:
    """One's substitute stands in no more."""
    number = request.form.get("number", "")
    if not (number.isascii() and number.isdecimal() and len(number) < 10):
        raise engine.NotFound("substitute_unknown")
    with engine.transaction() as session:
        engine.end_substitute(session, principal(), int(number))
    flash(say("me.substitute_ended", visitor.language()), "success")
    return redirect(url_for("person.me"))


def _day(field: str, more: timedelta) -> datetime:
    """The beginning of a day here. Raises Invalid."""
    try:
        day = date.fromisoformat(request.form.get(field, "")) + more
    except (ValueError, OverflowError):
        raise engine.Invalid("date_malformed") from None
    return datetime.combine(day, time(), current_app.config["SETTINGS"].timezone)


@pages.post("/me/password")
def change_password() -> Response:
    """Set a new password; every other browser of this person is logged out."""
    old, new = request.form.get("old", ""), request.form.get("new", "")
    refusal = _refusal(new, request.form.get("again", ""))
    if refusal is None:
        refusal = _change(old, new)
    if refusal is not None:
        return _page(say(f"me.{refusal}", visitor.language(), shortest=SHORTEST))
    flash(say("me.password_changed", visitor.language()), "success")
    return redirect(url_for("person.me"))


def _refusal(new: str, again: str) -> str | None:
    if len(new) < SHORTEST:
        return "password_short"
    return None if new == again else "password_twice"


def _change(old: str, new: str) -> str | None:
    person, address = principal().id, request.remote_addr or ""
    with engine.transaction() as session:
        # Counted like a login: a browser left open is no place to guess a password at.
        until = engine.count_attempt(session, person, address)
    if until is not None:
        raise engine.throttled(until)
    try:
        # In this order: who waits to be checked holds no connection.
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
    chosen = one_of("language", ("zh", "en"))
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
    chosen = one_of("theme", visitor.THEMES)
    response = redirect(visitor.back(url_for("home.home")))
    visitor.keep(response, visitor.THEME, chosen)
    return response
