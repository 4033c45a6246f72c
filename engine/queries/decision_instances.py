"""Decisions that were evaluated, for cases and by themselves."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Row, Text, and_, cast, func, literal, or_, select
from sqlalchemy.orm import Session

from engine.directory.principal import Principal
from engine.store.models import DecisionInstance

from . import searching
from .filters import Condition
from .page import FIRST, Page, PageRequest
from .rights import sees_case


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionInstanceFilter:
    """`id` is Camunda's name of one decision in an evaluation: `<evaluation key>-<number>`."""

    id: Condition = None
    evaluation_key: Condition = None
    state: Condition = None
    evaluated_at: Condition = None
    decision_key: Condition = None
    decision_id: Condition = None
    decision_name: Condition = None
    decision_version: Condition = None
    drg_key: Condition = None
    type: Condition = None
    asked_key: Condition = None
    instance_key: Condition = None
    root_key: Condition = None
    element: Condition = None
    element_key: Condition = None
    definition_key: Condition = None
    process_id: Condition = None


_ID = cast(DecisionInstance.evaluation_key, Text) + literal("-") + cast(DecisionInstance.number, Text)
FIELDS = {
    "key": DecisionInstance.key,
    "id": _ID,
    "evaluation_key": DecisionInstance.evaluation_key,
    "number": DecisionInstance.number,
    "state": DecisionInstance.state,
    "evaluated_at": DecisionInstance.evaluated_at,
    # One of an imported file has no version of its own here: it is named by the decision that was asked for.
    "decision_key": func.coalesce(DecisionInstance.decision_key, DecisionInstance.asked_key),
    "decision_id": DecisionInstance.decision_id,
    "decision_name": DecisionInstance.decision_name,
    "decision_version": DecisionInstance.decision_version,
    "drg_key": DecisionInstance.drg_key,
    "type": DecisionInstance.type,
    "asked_key": DecisionInstance.asked_key,
    "instance_key": DecisionInstance.instance_key,
    "root_key": DecisionInstance.root_key,
    "element": DecisionInstance.element,
    "element_key": DecisionInstance.element_key,
    "definition_key": DecisionInstance.definition_key,
    "process_id": DecisionInstance.process_id,
    "output": DecisionInstance.output,
    "inputs": DecisionInstance.inputs,
    "rules": DecisionInstance.rules,
    "tables": DecisionInstance.tables,
    "failure": DecisionInstance.failure,
}
TABLE = searching.Searchable(
    select(*(column.label(name) for name, column in FIELDS.items())),
    FIELDS,
    DecisionInstance.key,
    unknown="decision_instance_unknown",
)


def search(
    session: Session,
    wanted: DecisionInstanceFilter | None = None,
    sort: searching.Sort = (),
    page: PageRequest = FIRST,
    principal: Principal | None = None,
) -> Page:
    """A page of the decisions evaluated for cases that the principal sees, and of those that its units asked for."""
    return searching.search(session, TABLE, wanted, sort, page, _seen(principal))


def get(session: Session, key: int, principal: Principal | None = None) -> Row[Any]:
    """One evaluated decision. Raises NotFound, also for one that is not seen."""
    return searching.get(session, TABLE, key, _seen(principal))


def _seen(principal: Principal | None) -> ColumnElement[bool] | None:
    case = sees_case(principal, DecisionInstance.instance_key)
    if case is None or principal is None:
        return None
    # One without a case goes by the unit of whoever asked for it.
    return or_(case, and_(DecisionInstance.instance_key.is_(None), DecisionInstance.unit.in_(sorted(principal.units))))
