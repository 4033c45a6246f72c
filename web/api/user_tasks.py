"""User tasks: searched, told, assigned, updated, completed; their form and variables."""

from collections.abc import Mapping
from typing import Any

from flask import Response

import engine
from web.answers import form_told, nothing
from web.asking import language, principal
from web.parsing import Blueprint
from web.schemas.definitions import Form
from web.schemas.search import found, order, page, wanted
from web.schemas.user_tasks import (
    UserTask,
    UserTaskAssignment,
    UserTaskCompletion,
    UserTaskPage,
    UserTaskSearch,
    UserTaskUpdate,
    changes,
)
from web.schemas.variables import VariablePage, VariableQuery, VariableSearch, told
from web.waiting import agreed

LATE = "Its listeners have not answered in time; it is done when they agree"
blueprint = Blueprint("user-tasks", __name__, url_prefix="/v2/user-tasks", description="Work for people")


@blueprint.route("/search", methods=["POST"])
@blueprint.body(UserTaskSearch)
@blueprint.answer(200, UserTaskPage)
def search_user_tasks(body: Mapping[str, Any]) -> dict[str, Any]:
    """Search the tasks one may see."""
    filter_ = engine.queries.UserTaskFilter(**wanted(body))
    with engine.transaction() as session:
        told = engine.queries.user_tasks.search(session, filter_, order(body), page(body), principal())
        return found(told, [_told(session, row) for row in told.items])


@blueprint.route("/<task_key>", methods=["GET"])
@blueprint.answer(200, UserTask)
def get_user_task(task_key: int) -> dict[str, Any]:
    """One task."""
    with engine.transaction() as session:
        return _told(session, _seen(session, task_key))


@blueprint.route("/<task_key>/form", methods=["GET"])
@blueprint.answer(200, Form)
@blueprint.also(204, "The task has no form")
def get_user_task_form(task_key: int) -> dict[str, Any] | Response:
    """The form to fill in."""
    with engine.transaction() as session:
        task = _seen(session, task_key)
        return nothing() if task.form_key is None else form_told(session, task.form_key)


@blueprint.route("/<task_key>/assignment", methods=["POST"])
@blueprint.body(UserTaskAssignment)
@blueprint.answer(204)
@blueprint.also(504, LATE)
def assign_user_task(body: Mapping[str, Any], task_key: int) -> Response:
    """Give the task to somebody; to oneself where nobody is named."""
    # Camunda's rule: what somebody has is taken from them unless the caller says otherwise.
    override = body.get("allow_override") is not False
    with engine.transaction() as session:
        _seen(session, task_key)
        assignee = body.get("assignee", principal().id)
        done = engine.assign_task(session, principal(), task_key, assignee, override, body.get("action") or "assign")
    return _when_agreed(task_key, done)


@blueprint.route("/<task_key>/assignee", methods=["DELETE"])
@blueprint.answer(204)
@blueprint.also(504, LATE)
def unassign_user_task(task_key: int) -> Response:
    """Give the task back to its candidates."""
    with engine.transaction() as session:
        _seen(session, task_key)
        done = engine.unassign_task(session, principal(), task_key)
    return _when_agreed(task_key, done)


@blueprint.route("/<task_key>", methods=["PATCH"])
@blueprint.body(UserTaskUpdate)
@blueprint.answer(204)
@blueprint.also(504, LATE)
def update_user_task(body: Mapping[str, Any], task_key: int) -> Response:
    """Change the candidates, dates or priority of a task; its limit's clock goes on as it was."""
    with engine.transaction() as session:
        _seen(session, task_key)
        wanted = changes(body.get("changeset"))
        done = engine.update_task(session, principal(), task_key, wanted, body.get("action") or "update")
    return _when_agreed(task_key, done)


@blueprint.route("/<task_key>/completion", methods=["POST"])
@blueprint.body(UserTaskCompletion)
@blueprint.answer(204)
@blueprint.also(504, LATE)
def complete_user_task(body: Mapping[str, Any], task_key: int) -> Response:
    """The task is done; what was sent is checked against its form."""
    with engine.transaction() as session:
        _seen(session, task_key)
        sent, action = body.get("variables") or {}, body.get("action") or "complete"
        done = engine.complete_task(session, principal(), task_key, sent, action)
    return _when_agreed(task_key, done)


@blueprint.route("/<task_key>/variables/search", methods=["POST"])
@blueprint.body(VariableSearch)
@blueprint.body(VariableQuery, location="query")
@blueprint.answer(200, VariablePage)
def search_user_task_variables(body: Mapping[str, Any], query: Mapping[str, Any], task_key: int) -> dict[str, Any]:
    """The variables in the scopes of the task, one of a name in several scopes in each."""
    with engine.transaction() as session:
        task = _seen(session, task_key)
        filter_ = engine.queries.VariableFilter(
            **{**wanted(body), "instance_key": task.instance_key, "scope_key": {"$in": list(task.scopes)}}
        )
        rows = engine.queries.variables.search(session, filter_, order(body), page(body))
    cut = query.get("truncate_values", True)
    return found(rows, [told(row, cut) for row in rows.items])


@blueprint.route("/<task_key>/effective-variables/search", methods=["POST"])
@blueprint.body(VariableSearch)
@blueprint.body(VariableQuery, location="query")
@blueprint.answer(200, VariablePage)
def search_effective_variables(body: Mapping[str, Any], query: Mapping[str, Any], task_key: int) -> dict[str, Any]:
    """The variables the task sees: of one name in several scopes, the nearest alone."""
    filter_ = engine.queries.VariableFilter(**wanted(body))
    with engine.transaction() as session:
        task = _seen(session, task_key)
        rows = engine.queries.variables.search_effective(
            session, task.instance_key, task.scopes, filter_, order(body), page(body)
        )
    cut = query.get("truncate_values", True)
    return found(rows, [told(row, cut) for row in rows.items])


def _when_agreed(task_key: int, done: bool) -> Response:
    """Answer once the task's listeners have agreed, or say why they have not."""
    if not done:
        agreed(task_key)
    return nothing()


def _seen(session: engine.Session, task_key: int) -> Any:
    return engine.queries.user_tasks.get(session, task_key, principal())


def _told(session: engine.Session, row: Any) -> dict[str, Any]:
    name = engine.element_name(session, row.definition_key, row.element, language())
    return {**row._mapping, "name": name}
