"""Answers that several resources give."""

from collections.abc import Mapping
from typing import Any

from flask import Response

import engine
from web.asking import language


def nothing() -> Response:
    """Done; there is nothing to tell (204)."""
    return Response(status=204)


def form_told(session: engine.Session, key: int) -> dict[str, Any]:
    """A form by its key, as Camunda tells it, in the reader's language."""
    definition = engine.definition(session, key)
    schema = engine.dump_json(engine.form_in(session, key, language()))
    return {"form_id": definition.id, "schema": schema, "version": definition.version, "form_key": key}


def refuse(body: Mapping[str, Any], *names: str) -> None:
    """Raise Invalid for members that Camunda has and this version does not serve, where they ask for something."""
    for name in names:
        if body.get(name):
            raise engine.Invalid("not_supported", what=name)
