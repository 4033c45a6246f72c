"""Who asks, in which language and under which request id; set when a request begins, read anywhere in it."""

import re
from collections.abc import Callable
from contextlib import ExitStack
from typing import Literal, TypeVar, cast

from flask import current_app, g, request

import engine

Language = Literal["zh", "en"]
View = TypeVar("View", bound=Callable[..., object])

# It comes back in a header and stands in history and every line of the log.
_REQUEST_ID = re.compile(r"[A-Za-z0-9._:-]{1,100}")
_LARGEST_KEY = 2**63 - 1


def begin() -> None:
    """Take the caller's request id if it is a plain word, else make one."""
    given = request.headers.get("X-Request-Id", "")
    g.until_end = ExitStack()
    g.until_end.enter_context(engine.with_request_id(given if _REQUEST_ID.fullmatch(given) else ""))


def end(_error: BaseException | None) -> None:
    """Leave what was entered for the request."""
    if "until_end" in g:
        g.pop("until_end").close()


def public(view: View) -> View:
    """Mark a view that anybody may call."""
    view.is_public = True  # type: ignore[attr-defined]
    return view


def is_public() -> bool:
    """Whether the route asked for answers anybody; routes that do not exist tell so to anybody, too."""
    if request.endpoint is None:
        return True
    return bool(getattr(current_app.view_functions[request.endpoint], "is_public", False))


def act_as(principal: engine.Principal) -> None:
    """Let everything in this request be done by this principal."""
    g.principal = principal
    g.until_end.enter_context(engine.acting(principal))


def principal() -> engine.Principal:
    """Who asks; only in routes that are not public."""
    return cast(engine.Principal, g.principal)


def language() -> Language:
    """The reader's language: that of the page, else the one its program asks for, the person's, or Chinese."""
    if "language" in g:
        return cast(Language, g.language)
    asked = request.accept_languages.best_match(["zh", "en"])
    if asked is None and "principal" in g:
        asked = principal().language
    return "en" if asked == "en" else "zh"


def refuse_other_sites() -> None:
    """A page of another site may not use the password a browser keeps for ours."""
    if request.method in ("GET", "HEAD", "OPTIONS"):
        return
    # Browsers say it to HTTPS and to their own machine, and no script can change it; programs do not send it.
    site = request.headers.get("Sec-Fetch-Site")
    is_ours = _is_our_origin() if site is None else site in ("none", "same-origin")
    if not is_ours:
        raise engine.Forbidden("request_from_other_site")


def _is_our_origin() -> bool:
    """Whether the page that asks is ours. Over plain HTTP browsers say only this much, programs nothing.

    The host is compared and not the scheme, which a proxy need not tell us; a page without an origin (`null`) is not
    ours, whose pages all have one.
    """
    origin = request.headers.get("Origin")
    return origin is None or origin.partition("://")[2].lower() == request.host.lower()


def read_keys() -> None:
    """Keys in a path are numbers from here on."""
    for name, text in (request.view_args or {}).items():
        if name.endswith("_key"):
            cast(dict[str, int], request.view_args)[name] = key_of(text)


def key_of(text: str) -> int:
    """The number a key's text means. Raises Invalid."""
    # Its length first: Python takes long over an int of very many digits, or refuses it.
    if not text.isascii() or not text.isdecimal() or len(text) > 19 or int(text) > _LARGEST_KEY:
        raise engine.Invalid("request_key_malformed", key=text)
    return int(text)
