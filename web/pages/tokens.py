"""API tokens: for administrators, who hand them to the people of other systems."""

from datetime import timedelta

from flask import Response, flash, redirect, request, url_for
from werkzeug.wrappers import Response as Answer

import engine
from web.asking import principal
from web.pages import visitor
from web.pages.asked import number, one_of
from web.pages.frame import Pages, page
from web.pages.naming import Directory
from web.pages.words import say
from web.rights import require_operator

pages = Pages("tokens", __name__)


@pages.before_request
def only_for_operators() -> None:
    """Whatever lies below is refused to others with a sentence; what changes something, to all but administrators."""
    require_operator()
    if request.method == "POST":
        engine.require_admin(principal())


@pages.get("/operations/tokens")
def tokens() -> Response:
    """All tokens: of whom, with which rights, until when."""
    with engine.transaction() as session:
        found = engine.issued_tokens(session, principal())
        names = Directory(session, visitor.language())
        units = engine.all_units(session)
    return page(
        "operations.html",
        part="tokens",
        tokens=found,
        names=names,
        units=units,
        roles=engine.TOKEN_ROLES,
        machine_now=engine.machine_time(),
    )


@pages.post("/operations/tokens")
def issue() -> Response:
    """A new token. Its text stands on this page alone, and is gone with it."""
    given, days = request.form.get("group", "").strip(), number(request.form.get("days"))
    with engine.transaction() as session:
        text = engine.issue_token(
            session,
            principal(),
            request.form.get("name", ""),
            one_of("unit", {one.id for one in engine.all_units(session)}),
            roles=[role for role in request.form.getlist("role") if role],
            groups=[given] if given else [],
            lifetime=timedelta(days=days or 0),
        )
    return page("secret.html", title="token_issued", secret=text, back=url_for("tokens.tokens"))


@pages.post("/operations/tokens/<token>/withdraw")
def withdraw(token: str) -> Answer:
    """Let nobody in with it any more."""
    with engine.transaction() as session:
        engine.withdraw_token(session, principal(), token)
    flash(say("operations.token_withdrawn", visitor.language()), "success")
    return redirect(url_for("tokens.tokens"))
