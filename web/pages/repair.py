"""A case that went astray, put right by an operator: variables, where it stands, and which version it follows."""

from collections.abc import Callable
from typing import Any

from flask import Response, abort, flash, redirect, request, url_for
from werkzeug.wrappers import Response as Answer

import engine
from web import problems
from web.asking import Language, principal
from web.pages import asked, mapping, visitor
from web.pages.case import drawing
from web.pages.frame import Pages, page
from web.pages.words import say
from web.rights import require_operator

MOST_VARIABLES = 500
MOST_SAID, MOST_CHARACTERS = 5, 1000
PATH = "/operations/cases/<case_key>"

pages = Pages("repair", __name__)


@pages.before_request
def only_for_operators() -> None:
    """Whatever lies below is refused to others with a sentence."""
    require_operator()


@pages.get(PATH)
def case(case_key: int) -> Response:
    """Where the case stands, what it holds, and what can be changed of it."""
    language = visitor.language()
    with engine.transaction() as session:
        found = engine.queries.process_instances.get(session, case_key, principal())
        standing = engine.queries.case_path.case_path(session, case_key).active
        versions = engine.queries.models.versions(session, "process", found.process_id, language)
        values: dict[str, Any] = {
            "name": engine.process_name(session, found.definition_key, language),
            "standing": [(one, _name(session, found, one, language), count) for one, count in standing.items()],
            "targets": _targets(session, found, language),
            "scopes": _scopes(session, found, language),
            "versions": [one for one in versions if one.version != found.version],
            "drawing": drawing(session, found, language),
        }
        chosen = _chosen(versions)
        if chosen is not None and chosen.version != found.version:
            values["chosen"] = chosen
            values["lines"] = mapping.lines(session, found.definition_key, chosen.key, language, standing)
    return page("repair.html", case=found, **values)


@pages.post(f"{PATH}/variables")
def correct(case_key: int) -> Answer:
    """Set a variable of the case, or of one of its elements."""
    (name, value), scope = asked.variable(), request.form.get("scope", "")
    if not (scope.isascii() and scope.isdecimal() and len(scope) < 19):
        raise engine.Invalid("choice_unknown", value=scope[: asked.TOLD])

    def apply(session: engine.Session) -> None:
        # A scope's key is the case's own number with a counter: another case's is none of this one's.
        if int(scope) >> 24 != case_key >> 24:
            raise engine.NotFound("route_unknown", path=request.path)
        engine.set_variables(session, int(scope), {name: value}, local=True)

    return _do(case_key, apply, say("operations.variable_set", visitor.language(), name=name))


@pages.post(f"{PATH}/move")
def move(case_key: int) -> Answer:
    """End what stands at an element, begin at another, or both."""
    source, target = request.form.get("source", ""), request.form.get("target", "")
    if source and target:
        command = engine.Modify(move=(engine.Move(source, target),))
    elif target:
        command = engine.Modify(start=(engine.Activate(target),))
    elif source:
        command = engine.Modify(cancel=(source,))
    else:
        raise engine.Invalid("move_of_nothing")
    said = say("operations.moved", visitor.language())
    return _do(case_key, lambda session: engine.modify(session, case_key, command), said)


@pages.post(f"{PATH}/migrate")
def migrate(case_key: int) -> Answer:
    """Have the case follow another version of its process."""
    wanted, version = mapping.asked(), asked.number(request.form.get("version"))
    if version is None:
        raise engine.Invalid("version_missing")

    def apply(session: engine.Session) -> None:
        found = engine.queries.process_instances.get(session, case_key, principal())
        new = engine.latest(session, "process", found.process_id, version)
        engine.migrate(session, case_key, new.key, wanted)

    return _do(case_key, apply, say("operations.migrated", visitor.language(), version=version))


def _do(case_key: int, apply: Callable[[engine.Session], None], said: str) -> Answer:
    """Do something to a case that one sees; what the engine finds against it is said where it was asked for."""

    def applied(session: engine.Session) -> None:
        engine.queries.process_instances.get(session, case_key, principal())
        apply(session)

    try:
        engine.retrying(applied)
    except engine.Invalid as refused:
        # What is flashed travels in a cookie, which browsers keep to four kilobytes.
        told = [problems.told(finding) for finding in refused.findings[:MOST_SAID]]
        lines = [f"{one.get('element', '')} {one['message']}".strip() for one in told]
        flash(" ".join([engine.words(refused, visitor.language()), *lines])[:MOST_CHARACTERS], "danger")
        version = request.form.get("version") or None
        return redirect(url_for("repair.case", case_key=case_key, version=version))
    flash(said, "success")
    return redirect(url_for("repair.case", case_key=case_key))


def _name(session: engine.Session, found: Any, element: str, language: Language) -> str:
    return engine.element_name(session, found.definition_key, element, language)


def _targets(session: engine.Session, found: Any, language: Language) -> list[tuple[str, str]]:
    """Elements a case can be moved to: what is attached to others or begins by an event is not gone to."""
    elements = engine.process_spec(session, found.definition_key).elements
    left_out = {"ProcessRoot", "BoundaryEvent", "StartEvent"}
    wanted = [element for element, drawn in elements.items() if type(drawn).__name__ not in left_out]
    return sorted(((one, _name(session, found, one, language)) for one in wanted), key=lambda pair: pair[1])


def _scopes(session: engine.Session, found: Any, language: Language) -> list[tuple[int, str, list[Any]]]:
    """The case's variables by scope, its own first: key, what it is called, variables."""
    wanted = engine.queries.VariableFilter(instance_key=found.key)
    page_of = engine.queries.PageRequest(limit=MOST_VARIABLES)
    held: dict[int, list[Any]] = {found.key: []}
    for row in engine.queries.variables.search(session, wanted, [("name", "ASC")], page_of, principal()).items:
        held.setdefault(row.scope_key, []).append(row)
    names = {found.key: say("operations.outer", language)}
    for key in held.keys() - names.keys():
        wanted_event = engine.queries.EventFilter(instance_key=found.key, element_key=key)
        rows = engine.queries.events.search(session, wanted_event, (), engine.queries.PageRequest(limit=1)).items
        names[key] = _name(session, found, rows[0].element, language) if rows else str(key)
    return [(key, names[key], rows) for key, rows in held.items()]


def _chosen(versions: list[Any]) -> Any:
    given = request.args.get("version")
    if given is None:
        return None
    found = next((one for one in versions if str(one.version) == given), None)
    return found or abort(404)
