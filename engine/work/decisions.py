"""Evaluating a deployed decision by itself, without a case; it is kept as those of cases are."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import history
from engine.definitions import decision_of, definition, latest
from engine.dmn import DecisionResult
from engine.errors import Conflict, Invalid
from engine.feel import FeelLimitError
from engine.instances import keep_decision
from engine.store.models import Definition
from engine.work.checking import moment
from engine.work.sending import new_key


@dataclass(frozen=True, slots=True)
class EvaluatedDecision:
    """The definition that answered, and what it said; `result.error` is set where the table allows no answer.

    `key` is the evaluation's. `beside` are the decisions of the same file by id: those that were asked on the way have
    versions and keys too.
    """

    key: int
    definition: Definition
    result: DecisionResult
    beside: Mapping[str, Definition]


def evaluate_decision(
    session: Session, variables: Mapping[str, Any], *, decision_id: str | None = None, key: int | None = None
) -> EvaluatedDecision:
    """Evaluate the version of a key, or an id's latest. Raises NotFound, Invalid, Conflict past FEEL's limits."""
    if (decision_id is None) == (key is None):
        raise Invalid("decision_id_or_key")
    found = latest(session, "decision", decision_id) if decision_id is not None else definition(session, key or 0)
    try:
        result = decision_of(session, found.key).evaluate(variables, moment(found.key))
    except FeelLimitError as error:
        raise Conflict("decision_failed", decision=found.id, reason=error.told()) from error
    evaluation = new_key(session)
    keep_decision(session, evaluation, found.key, result)
    # What it was given and said lies with the decision: history holds no value (decision 17).
    history.record(session, "decision_evaluated", data={"decision": found.id, "version": found.version})
    beside = session.scalars(select(Definition).where(Definition.drg_key == found.drg_key))
    return EvaluatedDecision(evaluation, found, result, {one.id: one for one in beside})
