"""Headers of pages: what a page may load, and what others may do with it."""

from flask import Response

# Scripts are files of ours, never part of a page; styles may stand in elements, as form-js and bpmn-js need.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:;"
    " font-src 'self' data:; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)


def protect(response: Response) -> Response:
    """Set them, where the page has not set its own."""
    response.headers.setdefault("Content-Security-Policy", POLICY)
    response.headers.setdefault("Referrer-Policy", "same-origin")
    return response
