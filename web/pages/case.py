"""A case: where it stands and the path it took, what it waits for and for whom, what happened, what it holds."""

from typing import Any

from flask import Response, abort, current_app, flash, redirect, request, url_for
from werkzeug.wrappers import Response as Answer

import engine
from web.asking import Language, principal
from web.pages import visitor
from web.pages.case_news import newest
from web.pages.decision_tables import MOST_RULES, annotation_name, shown_rules
from web.pages.frame import Pages, case_clock, page
from web.pages.naming import Directory
from web.pages.timeline import timeline
from web.pages.words import say
from web.rights import require_operator

TABS = ("timeline", "variables", "forms", "decisions", "called", "comments")
MOST_VARIABLES = 1000

pages = Pages("case", __name__)


@pages.get("/cases/<case_key>")
def case(case_key: int) -> Response:
    """One case, for whoever sees it; a script asks for the part that changes."""
    tab = request.args.get("tab", "timeline")
    if tab not in TABS:
        raise engine.NotFound("route_unknown", path=request.full_path)
    language = visitor.language()
    with engine.transaction() as session:
        found = engine.queries.process_instances.get(session, case_key, principal())
        known = newest(session, case_key)
        values = _around(session, found, language)
        values |= _OF_TAB[tab](session, found, values["names"], language)
        clock = case_clock(session)
    template = "_case.html" if request.headers.get("HX-Request") else "case.html"
    return page(template, case=found, known=known, tab=tab, tabs=TABS, clock=clock, **values)


@pages.get("/cases/<case_key>/diagram.bpmn")
def diagram(case_key: int) -> Response:
    """The diagram of the case's version, for the viewer."""
    with engine.transaction() as session:
        found = engine.queries.process_instances.get(session, case_key, principal())
        content = engine.definition_xml(session, found.definition_key)
    response = current_app.response_class(content, content_type="application/xml; charset=utf-8")
    # Opened by itself it is saved, never shown: what an analyst wrote into it is not ours.
    response.headers["Content-Disposition"] = f'attachment; filename="{found.process_id}.bpmn"'
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


@pages.post("/cases/<case_key>/comments")
def comment(case_key: int) -> Answer:
    """Say something about the case."""
    with engine.transaction() as session:
        engine.add_comment(session, principal(), case_key, request.form.get("text", ""))
    flash(say("case.commented", visitor.language()), "success")
    return redirect(visitor.back(url_for("case.case", case_key=case_key, tab="comments")))


@pages.post("/cases/<case_key>/<any(cancel, suspend, resume):what>")
def operate(case_key: int, what: str) -> Answer:
    """What operators may do with a case."""
    commands = {"cancel": engine.cancel, "suspend": engine.suspend, "resume": engine.resume}

    def apply(session: engine.Session) -> None:
        engine.queries.process_instances.get(session, case_key, principal())
        require_operator()
        commands[what](session, case_key)

    engine.retrying(apply)
    flash(say(f"case.done_{what}", visitor.language()), "success")
    return redirect(url_for("case.case", case_key=case_key))


def _around(session: engine.Session, found: Any, language: Language) -> dict[str, Any]:
    """What stands beside every tab."""
    names = Directory(session, language)
    queries = engine.queries
    waiting = queries.waiting.of_case(session, found.key, language)
    return {
        "name": engine.process_name(session, found.definition_key, language),
        "names": names,
        "waiting": waiting,
        "candidates": {task.key: names.candidates(task) for task in waiting.tasks},
        "past": _past(session, found, language),
        "actions": engine.open_actions(session, principal(), found.key, language),
        "units": queries.process_instances.units_of(session, found.key),
        "root": _root(session, found),
        "drawing": drawing(session, found, language),
        "customer": _customer(session, found),
        "may_operate": principal().may_operate(),
        "words": lambda finding: engine.words(finding, language),
        "may_open": lambda task: _may_open(task),
    }


def _may_open(task: Any) -> bool:
    return principal().may_work_on(task.candidate_groups, task.candidate_users, task.assignee)


def _root(session: engine.Session, found: Any) -> Any:
    """The case this one was called by in the end, if the reader sees it."""
    if found.root_key == found.key:
        return None
    try:
        return engine.queries.process_instances.get(session, found.root_key, principal())
    except engine.NotFound:
        # It belongs to another unit.
        return None


def drawing(session: engine.Session, found: Any, language: Language) -> dict[str, Any]:
    """What the viewer's script reads."""
    path = engine.queries.case_path.case_path(session, found.key)
    return {
        "address": url_for("case.diagram", case_key=found.key),
        "active": path.active,
        "completed": path.completed,
        "flows": path.flows,
        "incidents": path.incidents,
        "texts": dict(engine.texts_of(session, found.definition_key, language)),
        "words": {"failed": say("case.no_drawing", language), "here": say("case.legend_now", language)},
    }


def _customer(session: engine.Session, found: Any) -> str | None:
    wanted = engine.queries.VariableFilter(instance_key=found.key, scope_key=found.key, name="customer")
    rows = engine.queries.variables.search(session, wanted).items
    value = rows[0].value if rows else None
    label = value.get("label") if isinstance(value, dict) else value
    return label if isinstance(label, str) else None


def _past(session: engine.Session, found: Any, language: Language) -> list[tuple[Any, str]]:
    """Limits that ran out and escalations of the case and all it called, the newest first."""
    kinds = ("task_warning", "task_due", "task_reminder", "escalation_thrown", "timer_fired")
    # Only of those the reader sees: the family names others too, without what happened in them.
    keys = [one.key for one in engine.queries.family.family(session, found.root_key, principal(), language) if one.seen]
    wanted = engine.queries.EventFilter(instance_key={"$in": keys}, kind={"$in": kinds})
    page_of = engine.queries.PageRequest(limit=12)
    rows = engine.queries.events.search(session, wanted, [("key", "DESC")], page_of).items
    definitions = {found.key: found.definition_key}
    told = []
    for row in rows:
        if row.instance_key not in definitions:
            other = engine.queries.process_instances.get(session, row.instance_key, principal())
            definitions[row.instance_key] = other.definition_key
        told.append((row, engine.element_name(session, definitions[row.instance_key], row.element, language)))
    return told


def _timeline(session: engine.Session, found: Any, names: Directory, language: Language) -> dict[str, Any]:
    before = _before()
    details = request.args.get("details") == "1"
    lines, older = timeline(session, found, names, language, before=before, details=details)
    return {"lines": lines, "older": older, "details": details, "before": before}


def _before() -> int | None:
    """The key that a page of older entries stands before."""
    before = request.args.get("before", "")
    if before and not (before.isascii() and before.isdecimal() and len(before) <= 18):
        abort(404)
    return int(before) if before else None


def _variables(session: engine.Session, found: Any, names: Directory, language: Language) -> dict[str, Any]:
    """By scope: the case's own first, then each element's."""
    page_of = engine.queries.PageRequest(limit=MOST_VARIABLES)
    rows = engine.queries.variables.search(
        session, engine.queries.VariableFilter(instance_key=found.key), [("scope_key", "ASC")], page_of, principal()
    ).items
    scopes: dict[int, list[Any]] = {}
    for row in rows:
        scopes.setdefault(row.scope_key, []).append(row)
    return {"scopes": [(_scope(session, found, key, language), held) for key, held in scopes.items()]}


def _scope(session: engine.Session, found: Any, key: int, language: Language) -> str | None:
    """The element a scope belongs to; None for the case itself."""
    if key == found.key:
        return None
    wanted = engine.queries.EventFilter(instance_key=found.key, element_key=key)
    rows = engine.queries.events.search(session, wanted, (), engine.queries.PageRequest(limit=1)).items
    return engine.element_name(session, found.definition_key, rows[0].element, language) if rows else str(key)


def _forms(session: engine.Session, found: Any, names: Directory, language: Language) -> dict[str, Any]:
    variables = engine.queries.variables.visible_from(session, found.key, [found.key])
    return {"filled": engine.queries.filled_forms.of_case(session, found.key, variables, language)}


def _decisions(session: engine.Session, found: Any, names: Directory, language: Language) -> dict[str, Any]:
    before = _before()
    evaluations, older = engine.queries.case_decisions.of_case(session, found.key, language, before=before)
    return {
        "evaluations": evaluations,
        "older": older,
        "before": before,
        "whole": request.args.get("whole", ""),
        "shown_rules": shown_rules,
        "most_rules": MOST_RULES,
        "annotation": lambda name: annotation_name(name, language),
    }


def _called(session: engine.Session, found: Any, names: Directory, language: Language) -> dict[str, Any]:
    return {"family": engine.queries.family.family(session, found.root_key, principal(), language)}


def _comments(session: engine.Session, found: Any, names: Directory, language: Language) -> dict[str, Any]:
    comments = engine.queries.comments.of_case(session, found.root_key, principal())
    return {"comments": comments, "longest": engine.LONGEST_COMMENT}


_OF_TAB = {
    "timeline": _timeline,
    "variables": _variables,
    "forms": _forms,
    "decisions": _decisions,
    "called": _called,
    "comments": _comments,
}
