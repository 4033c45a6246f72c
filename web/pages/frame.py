"""What all pages share: their blueprint, their headers, and what every template may use."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any, TypeVar

from flask import Blueprint, Flask, Response, current_app, g, render_template, request
from flask.sessions import SecureCookieSessionInterface
from markupsafe import Markup

import engine
from web import asking
from web.pages import assets, errors, visitor
from web.pages.headers import protect
from web.pages.menu import entries
from web.pages.words import said_below, say

# Where the demo reads its mails; web/serve.py sets it.
MAILS = "TRUNKLINE_DEMO_MAILS"

View = TypeVar("View", bound=Callable[..., Any])


class Pages(Blueprint):
    """A family of pages. They are for whoever has logged in, unless a view is marked `for_anybody`."""

    def __init__(self, name: str, import_name: str) -> None:
        super().__init__(name, import_name)
        self.before_request(visitor.enter)
        self.after_request(protect)
        self.after_request(_without_leaving)
        self.register_error_handler(engine.TrunklineError, errors.refused)

    def add_url_rule(
        self, rule: str, endpoint: str | None = None, view_func: Any = None, *args: Any, **more: Any
    ) -> None:
        """As Flask's. The API's own authentication leaves pages alone; `visitor.enter` sees to theirs."""
        if view_func is not None:
            asking.public(view_func)
        super().add_url_rule(rule, endpoint, view_func, *args, **more)


def _without_leaving(response: Response) -> Response:
    """A script that keeps a form until it is taken cannot see where a redirection leads: it is told."""
    if request.headers.get("X-Form-Kept") and response.status_code == 302:
        response.set_data(current_app.json.dumps({"next": response.headers.pop("Location")}))
        response.status_code, response.content_type = 200, "application/json"
    return response


def for_anybody(view: View) -> View:
    """Mark a page that needs no login."""
    view.for_anybody = True  # type: ignore[attr-defined]
    return view


def page(template: str, *, status: int = 200, **values: Any) -> Response:
    """A page made of a template of `templates/pages`."""
    response = current_app.make_response(render_template(f"pages/{template}", **values))
    response.status_code = status
    return response


class VisitSession(SecureCookieSessionInterface):
    """Flask's cookie, which never leaves HTTPS once it came by it."""

    def get_cookie_secure(self, app: Flask) -> bool:
        return request.is_secure


def install(app: Flask) -> None:
    """Give the templates what every page needs, and sessions of visitors their key."""
    app.secret_key = app.config["SETTINGS"].secret_key()
    app.config.update(SESSION_COOKIE_NAME="trunkline_visit", SESSION_COOKIE_SAMESITE="Lax")
    app.session_interface = VisitSession()
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.globals.update(entry=assets.entry, plain_asset=assets.plain, icon=icon, t=_say, texts_below=_below)
    app.jinja_env.filters.update(local_time=local_time, instant=_instant, first_day=_first_day, last_day=_last_day)
    app.context_processor(_around)


@dataclass(frozen=True, slots=True)
class CaseClock:
    """Case time as a page shows it; `pinned`: it stands still."""

    now: datetime
    pinned: bool


def case_clock(session: engine.Session) -> CaseClock:
    """For pages with countdowns: handed to the template as `clock`."""
    return CaseClock(engine.case_time(), engine.is_case_clock_pinned(session))


def icon(name: str, label: str = "") -> Markup:
    """A picture of the sprite; with a label it says something itself, without it stands beside words that do."""
    told = Markup('role="img" aria-label="{}"').format(label) if label else Markup('aria-hidden="true"')
    address = assets.plain("icons.svg")
    return Markup('<svg class="icon" {}><use href="{}#{}"></use></svg>').format(told, address, name)


def local_time(moment: datetime | None, form: str = "%Y-%m-%d %H:%M") -> str:
    """A time in the zone of the installation."""
    return moment.astimezone(current_app.config["SETTINGS"].timezone).strftime(form) if moment else "—"


def _first_day(moment: datetime | None) -> str:
    """The day on which something begins; its time where that is not the day's own."""
    return _day(moment, timedelta(0))


def _last_day(moment: datetime | None) -> str:
    """The day with which something ends, which is the one before a midnight."""
    return _day(moment, timedelta(days=1))


def _day(moment: datetime | None, back: timedelta) -> str:
    if moment is None:
        return ""
    here = moment.astimezone(current_app.config["SETTINGS"].timezone)
    return f"{here - back:%Y-%m-%d}" if here.time() == time() else f"{here:%Y-%m-%d %H:%M}"


def _instant(moment: datetime | None) -> str:
    return moment.isoformat(timespec="seconds") if moment else ""


def _say(name: str, /, **parameters: Any) -> str:
    return say(name, g.language, **parameters)


def _below(prefix: str) -> dict[str, str]:
    return said_below(prefix, g.language)


def _around() -> dict[str, Any]:
    """Values of every template, those of the API's one page apart."""
    if "language" not in g:
        return {}
    known = visitor.is_known()
    return {
        "language": g.language,
        "theme": visitor.theme(),
        "csrf": visitor.csrf(),
        "person": asking.principal() if known else None,
        "menu": entries(asking.principal(), request.path) if known else [],
        "demo": current_app.config["SETTINGS"].demo,
        "version": engine.VERSION,
        **(_demo() if known and current_app.config["SETTINGS"].demo else {}),
    }


def _demo() -> dict[str, Any]:
    """What the demo bar shows."""
    with engine.transaction() as session:
        people = engine.all_people(session)
        return {"demo_people": people, "demo_now": engine.case_time(), "demo_mails": os.environ.get(MAILS)}
