"""For operators: incidents with their cause and a retry, cases by version, workers and queues."""

from collections.abc import Mapping
from typing import Any

from flask import Response, flash, redirect, request, url_for
from werkzeug.wrappers import Response as Answer

import engine
from web.asking import principal
from web.pages import asked, visitor
from web.pages.frame import Pages, case_clock, page
from web.pages.words import say
from web.rights import require_operator

ON_A_PAGE = 25
FARTHEST = 400  # pages
# Seconds. Workers tell of themselves each minute; one that misses three has a reason.
SILENT_AFTER = 180
CAUSE = ("definition", "element", "code")

pages = Pages("operations", __name__)


@pages.before_request
def only_for_operators() -> None:
    """Whatever lies below is refused to others with a sentence."""
    require_operator()


@pages.get("/operations")
def incidents() -> Response:
    """Open incidents of the cases one sees: by their causes, and one by one, the oldest first."""
    number = asked.page_number(FARTHEST)
    language = visitor.language()
    queries = engine.queries
    page_of = queries.PageRequest(start=(number - 1) * ON_A_PAGE, limit=ON_A_PAGE)
    cause = {name: request.args[name].replace("\x00", "") for name in CAUSE if request.args.get(name)}
    with engine.transaction() as session:
        wanted = queries.IncidentFilter(state="active", **_cause(cause))
        found = queries.incidents.search(session, wanted, [("key", "ASC")], page_of, principal())
        rows = [(row, *_names(session, row, language)) for row in found.items]
        holidays = _unknown_holidays(session)
        groups = [] if cause else queries.incidents.groups(session, principal())
        causes = [(row, *_names(session, row, language)) for row in groups]
    return page(
        "operations.html",
        part="incidents",
        rows=rows,
        causes=causes,
        asked=cause,
        total=found.total,
        number=number,
        more=found.total > number * ON_A_PAGE,
        words=lambda row: engine.words(engine.Finding(row.code, row.parameters), language),
        holidays=holidays,
    )


def _cause(cause: Mapping[str, str]) -> dict[str, Any]:
    """What of a filter a cause is. A key that is none is not there."""
    wanted: dict[str, Any] = {name: cause[name] for name in ("element", "code") if name in cause}
    if key := cause.get("definition"):
        if not (key.isascii() and key.isdecimal() and len(key) < 19):
            raise engine.NotFound("route_unknown", path=request.path)
        wanted["definition_key"] = int(key)
    return wanted


@pages.get("/operations/incidents/<incident_key>")
def incident(incident_key: int) -> Response:
    """One incident: what is wrong, what the element sees, and trying again."""
    language = visitor.language()
    with engine.transaction() as session:
        row = engine.queries.incidents.get(session, incident_key, principal())
        element, process = _names(session, row, language)
        wanted = engine.queries.VariableFilter(instance_key=row.instance_key)
        found = engine.queries.variables.search(session, wanted, (), engine.queries.PageRequest(limit=1000)).items
        # What lies in the element's own scope stands in front: it is what the element sees first.
        own = sorted((one for one in found if one.scope_key == row.element_key), key=lambda one: one.name)
        outer = sorted((one for one in found if one.scope_key == row.instance_key), key=lambda one: one.name)
        job = _job(session, row.job_key)
    cause = engine.words(engine.Finding(row.code, row.parameters), language)
    return page("incident.html", row=row, element=element, process=process, own=own, outer=outer, job=job, cause=cause)


@pages.post("/operations/incidents/<incident_key>/retry")
def retry(incident_key: int) -> Answer:
    """Try again where the case stands."""

    def apply(session: engine.Session) -> int:
        row = engine.queries.incidents.get(session, incident_key, principal())
        engine.resolve_incident(session, incident_key)
        return int(row.instance_key)

    case = engine.retrying(apply)
    flash(say("operations.retried", visitor.language()), "success")
    return redirect(url_for("case.case", case_key=case))


@pages.post("/operations/incidents/<incident_key>/variables")
def correct(incident_key: int) -> Answer:
    """Set one variable of the case, so that another try can succeed."""
    name, value = asked.variable()
    where = asked.one_of("scope", ("case", "own"))

    def apply(session: engine.Session) -> None:
        row = engine.queries.incidents.get(session, incident_key, principal())
        scope = row.element_key if where == "own" else row.instance_key
        # In the scope that the operator has looked at: without `local` another around it might take the value.
        engine.set_variables(session, scope, {name: value}, local=True)

    engine.retrying(apply)
    flash(say("operations.corrected", visitor.language(), name=name), "success")
    return redirect(url_for("operations.incident", incident_key=incident_key))


@pages.get("/operations/cases")
def versions() -> Response:
    """How many cases each version of each process has."""
    with engine.transaction() as session:
        found = engine.queries.operations.versions(session, principal(), visitor.language())
    return page("operations.html", part="versions", versions=found)


@pages.get("/operations/workers")
def workers() -> Response:
    """Handlers, work by topic, and the queue's numbers."""
    queries = engine.queries.operations
    language = visitor.language()
    with engine.transaction() as session:
        values: dict[str, Any] = {
            "handlers": queries.handlers(session),
            "topics": queries.jobs_by_topic(session, principal()),
            "queue": queries.queue(session),
            "failed": engine.queries.failed_commands.search(session, principal()),
            "machine_now": engine.machine_time(),
            "silent_after": SILENT_AFTER,
        }
    return page("operations.html", part="workers", language_of=language, **values)


@pages.get("/operations/waiting")
def waiting() -> Response:
    """Timers that fall due next, messages nobody has received, and what cases wait for."""
    pending, language = engine.queries.pending, visitor.language()
    with engine.transaction() as session:
        timers = pending.timers(session, principal())
        names = {row.key: _names(session, row, language) for row in timers.next}
        values: dict[str, Any] = {
            "timers": timers,
            "names": names,
            "buffered": pending.buffered(session),
            "awaited": pending.awaited(session, principal()),
            "clock": case_clock(session),
        }
    return page("operations.html", part="waiting", **values)


@pages.post("/operations/commands/<int:command_id>/retry")
def retry_command(command_id: int) -> Answer:
    """Have a command between cases that was given up tried again."""

    def apply(session: engine.Session) -> None:
        engine.queries.failed_commands.get(session, command_id, principal())
        engine.retry_command(session, command_id)

    engine.retrying(apply)
    flash(say("operations.command_retried", visitor.language()), "success")
    return redirect(url_for("operations.workers"))


def _unknown_holidays(session: engine.Session) -> dict[str, Any] | None:
    """While the calendar ends soon: until when holidays are known, and how many tasks are due later."""
    until = engine.holidays_ending(engine.case_time())
    if until is None:
        return None
    return {"until": until.isoformat(), "later": engine.queries.operations.due_after(session, until, principal())}


def _names(session: engine.Session, row: Any, language: Any) -> tuple[str, str]:
    element = engine.element_name(session, row.definition_key, row.element, language)
    return element, engine.process_name(session, row.definition_key, language)


def _job(session: engine.Session, key: int | None) -> Any:
    if key is None:
        return None
    found = engine.queries.jobs.search(session, engine.queries.JobFilter(key=key)).items
    return found[0] if found else None
