"""User tasks."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, select
from sqlalchemy.orm import Session

from engine.directory.principal import Principal
from engine.errors import Invalid
from engine.store.models import Definition, Instance, Task, Variable

from . import searching
from .filters import Condition, holds
from .page import FIRST, Page, PageRequest
from .rights import sees_task


@dataclass(frozen=True, slots=True, kw_only=True)
class UserTaskFilter:
    """`candidate_group` and `candidate_user`: a value, or {"$in": […]}; `variables` are {name, value} of the case.

    `overdue`: whether its due time has come.
    """

    key: Condition = None
    state: Condition = None
    assignee: Condition = None
    candidate_group: Condition = None
    candidate_user: Condition = None
    element: Condition = None
    element_key: Condition = None
    process_id: Condition = None
    definition_key: Condition = None
    instance_key: Condition = None
    root_key: Condition = None
    case_no: Condition = None
    business_id: Condition = None
    unit: Condition = None
    priority: Condition = None
    form_id: Condition = None
    due_at: Condition = None
    follow_up_at: Condition = None
    created_at: Condition = None
    completed_at: Condition = None
    completed_by: Condition = None
    overdue: bool | None = None
    variables: Sequence[Mapping[str, Any]] | None = None


def _among(column: Any, condition: Condition, name: str) -> ColumnElement[bool]:
    """Whether one of the array's texts is the one asked for, or one of several."""
    if not isinstance(condition, Mapping):
        return column.contains([condition])  # type: ignore[no-any-return]
    if condition.keys() == {"$eq"}:
        return column.contains([condition["$eq"]])  # type: ignore[no-any-return]
    if condition.keys() == {"$in"}:
        return column.overlap(list(condition["$in"]))  # type: ignore[no-any-return]
    if condition.keys() == {"$exists"}:
        return column != [] if condition["$exists"] else column == []  # type: ignore[no-any-return]
    raise Invalid("filter_operator_unknown", field=name, operator=", ".join(condition), operators="$eq, $in, $exists")


def _overdue(wanted: bool) -> ColumnElement[bool]:
    return Task.overdue_at.is_not(None) if wanted else Task.overdue_at.is_(None)


def _variables(wanted: Sequence[Mapping[str, Any]]) -> ColumnElement[bool]:
    return and_(*(_variable(one["name"], one.get("value")) for one in wanted))


def _variable(name: str, value: Condition) -> ColumnElement[bool]:
    there = (Variable.instance_key == Task.instance_key, Variable.scope_key == Task.instance_key, Variable.name == name)
    return select(Variable.name).where(*there, holds(Variable.value, value, name)).exists()


FIELDS = {
    "key": Task.key,
    "state": Task.state,
    "assignee": Task.assignee,
    "candidate_groups": Task.candidate_groups,
    "candidate_users": Task.candidate_users,
    "element": Task.element,
    "element_key": Task.element_key,
    "process_id": Task.process_id,
    "definition_key": Task.definition_key,
    "process_name": Definition.name,
    "version": Instance.version,
    "instance_key": Task.instance_key,
    "root_key": Instance.root_key,
    "case_no": Instance.case_no,
    "business_id": Instance.business_id,
    "held": Instance.held,
    "unit": Task.unit,
    "priority": Task.priority,
    "form_id": Task.form_id,
    "form_key": Task.form_key,
    "due_at": Task.due_at,
    "follow_up_at": Task.follow_up_at,
    "warned_at": Task.warned_at,
    "overdue_at": Task.overdue_at,
    "reminded_at": Task.reminded_at,
    "created_at": Task.created_at,
    "completed_at": Task.completed_at,
    "completed_by": Task.completed_by,
    "transition": Task.transition,
    "denied_reason": Task.denied_reason,
    "scopes": Task.scopes,
}
TABLE = searching.Searchable(
    select(*(column.label(name) for name, column in FIELDS.items()))
    .join(Instance, Instance.key == Task.instance_key)
    .join(Definition, Definition.key == Task.definition_key),
    FIELDS,
    Task.key,
    {
        "candidate_group": lambda condition: _among(Task.candidate_groups, condition, "candidate_group"),
        "candidate_user": lambda condition: _among(Task.candidate_users, condition, "candidate_user"),
        "overdue": _overdue,
        "variables": _variables,
    },
    "task_unknown",
    inside=True,
)


def search(
    session: Session,
    wanted: UserTaskFilter | None = None,
    sort: searching.Sort = (),
    page: PageRequest = FIRST,
    principal: Principal | None = None,
) -> Page:
    """A page of the tasks that the principal sees."""
    return searching.search(session, TABLE, wanted, sort, page, sees_task(principal))


def get(session: Session, key: int, principal: Principal | None = None) -> Row[Any]:
    """One task. Raises NotFound, also for one that is not seen."""
    return searching.get(session, TABLE, key, sees_task(principal))
