"""Commands between cases that were given up: told, tried again. Ours; Camunda has no such thing."""

from typing import Any

from flask import Response

import engine
from web.answers import nothing
from web.asking import principal
from web.parsing import Blueprint
from web.rights import require_operator
from web.schemas.failed_commands import FailedCommands

blueprint = Blueprint(
    "failed-commands", __name__, url_prefix="/v2/failed-commands", description="What cases could not tell each other"
)


@blueprint.route("", methods=["GET"])
@blueprint.answer(200, FailedCommands)
def get_failed_commands() -> dict[str, Any]:
    """The oldest hundred, of cases one may see. For operators."""
    require_operator()
    with engine.transaction() as session:
        found = engine.queries.failed_commands.search(session, principal())
    return {"items": [row._asdict() for row in found]}


@blueprint.route("/<int:command_id>/retry", methods=["POST"])
@blueprint.answer(204)
def retry_failed_command(command_id: int) -> Response:
    """Have one tried again, as often as a new one. For operators."""
    require_operator()
    with engine.transaction() as session:
        engine.queries.failed_commands.get(session, command_id, principal())
        engine.retry_command(session, command_id)
    return nothing()
