"""Who looks at a page: logged in by a cookie, in which language and theme, and whether a post is really theirs."""

import hmac
import secrets
from typing import cast
from urllib.parse import urlsplit

from flask import current_app, g, redirect, request, session, url_for
from werkzeug.wrappers import Response

import engine
from web import asking
from web.asking import Language
from web.pages.asked import refuse_unusable

SESSION, LANGUAGE, THEME = "trunkline_session", "trunkline_language", "trunkline_theme"
THEMES = ("auto", "light", "dark")
A_YEAR = 365 * 24 * 3600


def enter() -> Response | None:
    """Before each page: find out who looks; who has to log in is sent there, a post without its word is refused."""
    identify()
    if request.method not in ("GET", "HEAD", "OPTIONS") and not _is_theirs():
        raise engine.Forbidden("page_is_old")
    # Only now: what comes without the word is refused whatever it says.
    refuse_unusable()
    view = current_app.view_functions[request.endpoint or ""]
    if "principal" in g or getattr(view, "for_anybody", False):
        return None
    if wants_json():
        raise engine.Unauthorized("login_over")
    # Nobody can be sent back into the middle of a post.
    there = request.full_path.rstrip("?") if request.method == "GET" else None
    return redirect(url_for("login.form", next=there))


def identify() -> None:
    """Find the person behind the session's cookie; a page for everybody may have none."""
    token = request.cookies.get(SESSION)
    if token and "principal" not in g:
        with engine.transaction() as store:
            found = engine.session_of(store, token)
            person = _person(store, found.person) if found is not None else None
        if found is not None and person is not None:
            g.csrf = found.csrf
            asking.act_as(person)
    g.language = language()


def _person(store: engine.Session, person: str) -> engine.Principal | None:
    try:
        return engine.principal_of(store, person, "web")
    except engine.NotFound:
        # Somebody who has left since is logged in no longer.
        return None


def is_known() -> bool:
    """Whether somebody is logged in."""
    return "principal" in g


def csrf() -> str:
    """The word that every post of this visitor carries."""
    if "csrf" in g:
        return cast(str, g.csrf)
    return cast(str, session.setdefault("csrf", secrets.token_urlsafe(24)))


def _is_theirs() -> bool:
    given = request.headers.get("X-CSRF-Token") or request.form.get("csrf", "")
    known = g.csrf if "csrf" in g else session.get("csrf", "")
    return bool(known) and hmac.compare_digest(known.encode(), given.encode(errors="surrogatepass"))


def language() -> Language:
    """The language chosen here, else the person's, else the browser's, else Chinese."""
    chosen = request.cookies.get(LANGUAGE)
    if chosen in ("zh", "en"):
        return cast(Language, chosen)
    if is_known():
        return "en" if asking.principal().language == "en" else "zh"
    return "en" if request.accept_languages.best_match(["zh", "en"]) == "en" else "zh"


def theme() -> str:
    """light, dark, or auto: as the system has it."""
    chosen = request.cookies.get(THEME, "auto")
    return chosen if chosen in THEMES else "auto"


def keep(response: Response, name: str, value: str, seconds: int | None = A_YEAR) -> None:
    """Set one of our cookies; without `seconds` it ends with the browser."""
    response.set_cookie(name, value, max_age=seconds, httponly=True, samesite="Lax", secure=request.is_secure)


def wants_json() -> bool:
    """Whether a script asks, which reads problems as JSON."""
    return request.headers.get("HX-Request") == "true" or request.accept_mimetypes.best == "application/json"


def back(otherwise: str) -> str:
    """The page a form was on, if it is one of ours."""
    came = urlsplit(request.referrer or "")
    if came.netloc != request.host or not came.path.startswith("/"):
        return otherwise
    return local(came.path + (f"?{came.query}" if came.query else ""), otherwise)


def local(address: str, otherwise: str) -> str:
    """The address if it leads to this site, whatever somebody has put into a link."""
    # Browsers take // and /\ for the beginning of another host's address.
    plain = address.startswith("/") and not address.startswith(("//", "/\\")) and address.isprintable()
    return address if plain and "\\" not in address else otherwise
