"""What the search-select of a `ref` field asks."""

from flask import Response, jsonify, request

import engine
from web.asking import principal
from web.pages.frame import Pages

LONGEST = 100

pages = Pages("lookups", __name__)


@pages.get("/lookups/<kind>")
def look_up(kind: str) -> Response:
    """Records whose name or number holds the text, as {id, label}."""
    text = request.args.get("text", "").replace("\x00", "")[:LONGEST]
    with engine.transaction() as session:
        return jsonify(engine.look_up(session, principal(), kind, text))
