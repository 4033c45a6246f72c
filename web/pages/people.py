"""People and their groups: operators read them, administrators change them."""

import secrets

from flask import Response, flash, redirect, request, url_for
from werkzeug.wrappers import Response as Answer

import engine
from web.asking import principal
from web.pages import visitor
from web.pages.asked import one_of
from web.pages.frame import Pages, page
from web.pages.naming import Directory
from web.pages.words import say
from web.rights import require_operator

pages = Pages("people", __name__)


@pages.before_request
def only_for_operators() -> None:
    """Whatever lies below is refused to others with a sentence; what changes something, to all but administrators."""
    require_operator()
    if request.method == "POST":
        engine.require_admin(principal())


@pages.get("/operations/people")
def everybody() -> Response:
    """All people, by unit."""
    with engine.transaction() as session:
        found = engine.queries.staff.everybody(session)
        names = Directory(session, visitor.language())
        units = engine.all_units(session)
    changes = principal().is_admin()
    return page(
        "operations.html",
        part="people",
        people=found,
        names=names,
        units=units,
        changes=changes,
        roles=engine.PLATFORM_ROLES,
    )


@pages.post("/operations/people")
def add() -> Response:
    """A new person, with a first password that is shown once."""
    person, given = request.form.get("person", "").strip(), request.form.get("group", "").strip()
    # Twelve characters, for somebody types them once.
    password = secrets.token_urlsafe(9)
    with engine.transaction() as session:
        engine.hire(
            session,
            principal(),
            person,
            request.form.get("name", ""),
            one_of("unit", {one.id for one in engine.all_units(session)}),
            password=password,
            mail=request.form.get("mail", "").strip() or None,
            roles=[role for role in request.form.getlist("role") if role],
            groups=[given] if given else [],
        )
    return _told(person, password)


@pages.post("/operations/people/<person>/password")
def reset(person: str) -> Response:
    """A new password for somebody who has forgotten theirs."""
    password = secrets.token_urlsafe(9)
    with engine.transaction() as session:
        engine.reset_password(session, principal(), person, password)
    return _told(person, password)


@pages.post("/operations/people/<person>/roles")
def roles(person: str) -> Answer:
    """The platform roles somebody has from now on."""
    with engine.transaction() as session:
        engine.give_roles(session, principal(), person, [role for role in request.form.getlist("role") if role])
    flash(say("operations.roles_changed", visitor.language(), person=person), "success")
    return redirect(url_for("people.everybody"))


@pages.post("/operations/people/<person>/<any(deactivate, activate):what>")
def switch(person: str, what: str) -> Answer:
    """Let somebody go, or come back."""
    with engine.transaction() as session:
        (engine.let_go if what == "deactivate" else engine.take_back)(session, principal(), person)
    flash(say(f"operations.person_{what}d", visitor.language(), person=person), "success")
    return redirect(url_for("people.everybody"))


@pages.post("/operations/people/<person>/groups")
def group(person: str) -> Answer:
    """Put somebody into a group, or take them out of it."""
    named = request.form.get("group", "").strip()
    leaves = one_of("what", ("join", "leave")) == "leave"
    with engine.transaction() as session:
        (engine.leave_group if leaves else engine.enter_group)(session, principal(), person, named)
    word = "group_left" if leaves else "group_joined"
    flash(say(f"operations.{word}", visitor.language(), person=person, group=named), "success")
    return redirect(url_for("people.everybody"))


def _told(person: str, password: str) -> Response:
    """The password stands on this page alone, and is gone with it: no cookie or address carries it."""
    return page("secret.html", title="person_password", who=person, secret=password, back=url_for("people.everybody"))
