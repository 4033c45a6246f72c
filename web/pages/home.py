"""The address without a path leads to the inbox."""

from flask import redirect, url_for
from werkzeug.wrappers import Response

from web.pages.frame import Pages

pages = Pages("home", __name__)


@pages.get("/")
def home() -> Response:
    """To the inbox."""
    return redirect(url_for("inbox.inbox"))
