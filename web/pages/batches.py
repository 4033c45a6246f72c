"""The same done to many cases: cancelled, tried again, brought to another version; and what came of it for each."""

from typing import Any

from flask import Response, abort, flash, redirect, request, url_for
from werkzeug.wrappers import Response as Answer

import engine
from web.asking import principal
from web.pages import mapping, visitor
from web.pages.asked import number
from web.pages.frame import Pages, page
from web.pages.words import say
from web.rights import require_operator

KINDS = ("cancel", "resolve", "migrate")
ON_A_PAGE = 50

pages = Pages("batches", __name__)


@pages.before_request
def only_for_operators() -> None:
    """Whatever lies below is refused to others with a sentence."""
    require_operator()


@pages.get("/operations/batches")
def batches() -> Response:
    """The latest batches of one's units."""
    page_of = engine.queries.PageRequest(limit=ON_A_PAGE)
    with engine.transaction() as session:
        found = engine.queries.batches.search(session, None, [("key", "DESC")], page_of, principal())
        people = {one.id: one.name for one in engine.queries.staff.everybody(session)}
    return page("operations.html", part="batches", rows=found.items, people=people)


@pages.get("/operations/batches/<batch_key>")
def batch(batch_key: int) -> Response:
    """One batch: how far it is, and the cases that refused, with why."""
    language = visitor.language()
    page_of = engine.queries.PageRequest(limit=ON_A_PAGE)
    with engine.transaction() as session:
        found = engine.queries.batches.get(session, batch_key, principal())
        wanted = engine.queries.BatchItemFilter(batch_key=batch_key, state="failed")
        failed = engine.queries.batches.search_items(session, wanted, (), page_of, principal())
    return page("batch.html", batch=found, failed=failed.items, why=lambda row: _why(row, language))


@pages.post("/operations/batches/<batch_key>/cancel")
def cancel(batch_key: int) -> Answer:
    """Leave alone what is not done yet."""
    with engine.transaction() as session:
        engine.queries.batches.get(session, batch_key, principal())
        engine.cancel_batch(session, batch_key)
    flash(say("operations.batch_stopped", visitor.language()), "success")
    return redirect(url_for("batches.batch", batch_key=batch_key))


@pages.get("/operations/batches/new")
def plan() -> Response:
    """What would be done, to how many cases; asked once more before it is."""
    kind, process, version = _asked(request.args)
    language = visitor.language()
    with engine.transaction() as session:
        here = engine.latest(session, "process", process, version)
        count = len(_keys(session, kind, process, version, request.args))
        values: dict[str, Any] = {"name": engine.process_name(session, here.key, language)}
        if kind == "migrate":
            versions = engine.queries.models.versions(session, "process", process, language)
            values["others"] = [one for one in versions if one.version != version]
            target = number(request.args.get("to")) or (values["others"][0].version if values["others"] else None)
            if target is not None:
                there = engine.latest(session, "process", process, target)
                values |= {"to": target, "lines": mapping.lines(session, here.key, there.key, language)}
        if code := request.args.get("code"):
            values["element_name"] = engine.element_name(session, here.key, request.args.get("element", ""), language)
            values["code"] = code
    return page("batch_plan.html", kind=kind, process=process, process_version=version, count=count, **values)


@pages.post("/operations/batches")
def begin() -> Answer:
    """Have workers do it."""
    kind, process, version = _asked(request.form)
    with engine.transaction() as session:
        here = engine.latest(session, "process", process, version)
        # Looked for once more: between the plan and this, cases have begun and ended.
        keys = _keys(session, kind, process, version, request.form)
        if not keys:
            raise engine.Conflict("batch_of_nothing")
        work: dict[str, Any] = {}
        if kind == "migrate":
            there = engine.latest(session, "process", process, number(request.form.get("to")) or abort(404))
            work = {"definition_key": there.key, "mapping": dict(mapping.asked())}
            engine.check_mapping(session, here.key, there.key, work["mapping"])
        key = engine.create_batch(session, kind, keys, work)
    flash(say("operations.batch_begun", visitor.language(), count=len(keys)), "success")
    return redirect(url_for("batches.batch", batch_key=key))


def _asked(given: Any) -> tuple[str, str, int]:
    kind, process, version = given.get("kind", ""), given.get("process", ""), number(given.get("version"))
    if kind not in KINDS or not process or "\x00" in process or version is None:
        raise engine.NotFound("route_unknown", path=request.path)
    return kind, process, version


def _keys(session: engine.Session, kind: str, process: str, version: int, given: Any) -> list[int]:
    """Running cases of a version; to be tried again, those with an incident: of one cause where one is named."""
    wanted: dict[str, Any] = {"process_id": process, "version": version}
    if kind == "resolve":
        code, element = given.get("code"), given.get("element")
        if bool(code) != bool(element):
            raise engine.NotFound("route_unknown", path=request.path)
        if code and element:
            return _stuck(session, process, version, code.replace("\x00", ""), element.replace("\x00", ""))
        wanted["has_incident"] = True
    filter_ = engine.queries.ProcessInstanceFilter(**wanted)
    return engine.queries.process_instances.keys(session, filter_, principal(), roots=kind == "cancel")


def _stuck(session: engine.Session, process: str, version: int, code: str, element: str) -> list[int]:
    here = engine.latest(session, "process", process, version)
    wanted = engine.queries.IncidentFilter(definition_key=here.key, code=code, element=element, state="active")
    page_of = engine.queries.PageRequest(limit=10_000)
    found = engine.queries.incidents.search(session, wanted, (), page_of, principal())
    return sorted({row.instance_key for row in found.items})


def _why(row: Any, language: Any) -> str:
    told = (engine.Finding(one["code"], one["parameters"]) for one in (row.error or {}).get("findings", ()))
    return " ".join(engine.words(one, language) for one in told)
