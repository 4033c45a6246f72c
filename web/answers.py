"""Answers that several resources give."""

from flask import Response


def nothing() -> Response:
    """Done; there is nothing to tell (204)."""
    return Response(status=204)
