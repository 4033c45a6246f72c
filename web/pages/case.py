"""A case: its number, its state, and what it waits for."""

from flask import Response

import engine
from web.asking import principal
from web.pages import visitor
from web.pages.frame import Pages, case_clock, page

pages = Pages("case", __name__)


@pages.get("/cases/<case_key>")
def case(case_key: int) -> Response:
    """One case, for whoever sees it."""
    language = visitor.language()
    with engine.transaction() as session:
        found = engine.queries.process_instances.get(session, case_key, principal())
        name = engine.process_name(session, found.definition_key, language)
        waiting = engine.queries.inbox.tasks_of_family(session, case_key, language)
        clock = case_clock(session)
    return page("case.html", case=found, name=name, tasks=waiting, clock=clock)
