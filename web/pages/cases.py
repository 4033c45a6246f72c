"""The cases a reader sees: searched by number, process and state."""

from collections.abc import Mapping
from typing import Any

from flask import Response, request

import engine
from web.asking import principal
from web.pages import visitor
from web.pages.asked import number as number_of
from web.pages.asked import page_number
from web.pages.frame import Pages, page
from web.pages.naming import Directory

ON_A_PAGE = 25
FARTHEST = 400  # pages; the engine counts no further than ten thousand
STATES: Mapping[str, Mapping[str, Any]] = {
    "active": {"state": "active"},
    "stuck": {"state": "active", "has_incident": True},
    "completed": {"state": "completed"},
    "canceled": {"state": "canceled"},
    "all": {},
}

pages = Pages("case_list", __name__)


@pages.get("/cases")
def cases() -> Response:
    """A page of the list."""
    asked = {name: request.args.get(name, "").replace("\x00", "").strip() for name in ("text", "process", "version")}
    state, number, version = request.args.get("state", "active"), page_number(FARTHEST), number_of(asked["version"])
    if state not in STATES or (asked["version"] and version is None):
        raise engine.NotFound("route_unknown", path=request.full_path)
    language = visitor.language()
    wanted = engine.queries.ProcessInstanceFilter(
        text=asked["text"] or None,
        process_id=asked["process"] or None,
        version=version,
        # What a case called is shown with it; somebody who looks for one by its number finds it here, too.
        parent_key=None if asked["text"] or asked["process"] or state == "stuck" else {"$exists": False},
        **STATES[state],
    )
    page_of = engine.queries.PageRequest(start=(number - 1) * ON_A_PAGE, limit=ON_A_PAGE)
    with engine.transaction() as session:
        found = engine.queries.process_instances.search(session, wanted, [("key", "DESC")], page_of, principal())
        names = {row.key: engine.process_name(session, row.definition_key, language) for row in found.items}
        customers = _customers(session, [row.key for row in found.items])
        processes = _processes(session, language)
        directory = Directory(session, language)
    return page(
        "cases.html",
        cases=found.items,
        total=found.total,
        has_more=found.has_more,
        names=names,
        directory=directory,
        customers=customers,
        processes=processes,
        asked={**asked, "state": state},
        states=tuple(STATES),
        number=number,
        more=found.total > number * ON_A_PAGE,
    )


def _processes(session: engine.Session, language: Any) -> list[tuple[str, str]]:
    wanted = engine.queries.ProcessDefinitionFilter(latest=True)
    rows = engine.queries.process_definitions.search(session, wanted, [("id", "ASC")]).items
    return [(row.id, engine.process_name(session, row.key, language)) for row in rows]


def _customers(session: engine.Session, keys: list[int]) -> dict[int, str]:
    wanted = engine.queries.VariableFilter(scope_key={"$in": keys}, instance_key={"$in": keys}, name="customer")
    rows = engine.queries.variables.search(session, wanted).items
    values = {row.instance_key: row.value for row in rows}
    labels = {key: value.get("label") if isinstance(value, dict) else value for key, value in values.items()}
    return {key: label for key, label in labels.items() if isinstance(label, str)}
