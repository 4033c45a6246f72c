"""Errors on pages: a page in the reader's language that says what to do; scripts and the API get problem details."""

from collections.abc import Callable
from typing import cast

from flask import Flask, Response, current_app, g, render_template, request
from werkzeug.exceptions import HTTPException

import engine
from web import problems
from web.asking import Language
from web.pages import visitor
from web.pages.headers import protect
from web.pages.words import say, texts

# Addresses of the API: whatever goes wrong there is told as problem details.
API = ("/v2", "/oauth", "/tmf-api", "/api", "/openapi.json", "/healthz", "/readyz", "/assets")
ICONS = {
    401: "lock",
    403: "lock",
    404: "map-question",
    409: "refresh-alert",
    429: "hourglass",
    503: "plug-off",
    504: "hourglass",
}

MOST_SAID = 5  # findings on a page


def register(app: Flask) -> None:
    """Tell errors by who asks: after the API has registered its own way."""
    app.register_error_handler(HTTPException, _not_served)
    app.register_error_handler(Exception, _failed)


def refused(error: engine.TrunklineError) -> Response:
    """What the engine or a page refuses."""
    _identify()
    language = _language()
    said = [engine.words(finding, language) for finding in error.findings[:MOST_SAID]]
    sentence = _helped(error.code, engine.words(error, language))
    return _told(problems.refused(error), " ".join([sentence, *said]))


def _not_served(error: HTTPException) -> Response:
    return _for_reader(lambda: problems.not_served(error))


def _failed(error: Exception) -> Response:
    return _for_reader(lambda: problems.failed(error))


def _for_reader(problem: Callable[[], Response]) -> Response:
    """Words are made once it is known who reads them."""
    if request.path.startswith(API):
        return problem()
    _identify()
    made = problem()
    told = current_app.json.loads(made.get_data())
    return _told(made, _helped(told.get("code", ""), told["detail"]))


def _helped(code: str, sentence: str) -> str:
    """The API's own sentences help programmers; readers of pages get others."""
    name = f"error.help_{code}"
    return say(name, _language()) if name in texts() else sentence


def _told(problem: Response, sentence: str) -> Response:
    """The problem itself for a script, else a page that says the same."""
    # A browser would answer it with a window of its own that asks for a password.
    problem.headers.pop("WWW-Authenticate", None)
    if visitor.wants_json():
        return problem
    status = problem.status_code
    icon = ICONS.get(status, "alert-triangle")
    # Whoever has sent something goes back to where they sent it from.
    back = visitor.back("") if request.method == "POST" else ""
    body = render_template(
        "pages/error.html", status=status, sentence=sentence, symbol=icon, request_id=engine.request_id(), back=back
    )
    response = current_app.make_response(body)
    response.status_code = status
    for name in ("Retry-After", "Allow"):
        if name in problem.headers:
            response.headers[name] = problem.headers[name]
    return protect(response)


def _identify() -> None:
    """What is refused before a page has begun is told in the reader's language, too."""
    if "language" in g:
        return
    try:
        visitor.identify()
    except engine.Unavailable:
        # Who reads this cannot be found out while the database is away, and must not keep it from being said.
        g.language = visitor.language()


def _language() -> Language:
    return cast(Language, g.language)
