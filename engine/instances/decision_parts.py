"""Decisions that were evaluated: those of an advance as a part of the statement that writes it, others alone."""

from typing import Any

import psycopg
from sqlalchemy.orm import Session

from engine import clock
from engine.core.effects import Decided
from engine.directory.acting import current
from engine.dmn import DecisionResult
from engine.errors import Invalid
from engine.store import json, raw_connection

from .changes import Changes
from .part import Part

# A required decision of the same file has the version that was deployed with the one asked for.
_KEEP = """
    INSERT INTO decision_instances
        (key, evaluation_key, number, instance_key, root_key, element, element_key, definition_key, process_id,
         asked_key, decision_key, decision_id, decision_name, decision_version, drg_key, type, state, output, inputs,
         rules, tables, failure, evaluated_at, unit)
    SELECT r.evaluation_key + r.number - 1, r.evaluation_key, r.number, %(key)s, %(root_key)s, r.element,
           r.element_key, %(definition_key)s, %(process_id)s, r.asked_key, d.key, r.id, r.name, d.version, d.drg_key,
           r.type, r.state, r.output, r.inputs, r.rules, r.tables, r.failure, %(now)s, %(asker_unit)s
    FROM json_to_recordset(%(decided)s::json) r(evaluation_key bigint, number bigint, element text,
         element_key bigint, asked_key bigint, id text, name text, type text, state text, output jsonb, inputs jsonb,
         rules jsonb, tables jsonb, failure jsonb)
    LEFT JOIN definitions asked ON asked.key = r.asked_key
    LEFT JOIN definitions d ON d.drg_key = asked.drg_key AND d.id = r.id
"""


def decision_parts(changes: Changes, values: dict[str, Any]) -> list[Part]:
    """The part of all decisions evaluated; its values are added to `values`."""
    rows = [row for decided in changes.decided for row in _rows(decided)]
    if not rows:
        return []
    # The case says who sees it; a unit of its own is for a decision without a case.
    values |= {"decided": json.dumps_rows(rows), "asker_unit": None}
    return [Part("decisions_kept", _KEEP)]


def keep_decision(session: Session, key: int, asked_key: int, result: DecisionResult) -> None:
    """Keep one that was evaluated by itself, for the unit of whoever asks; `key` is the first of as many as it needs.

    Raises Invalid for values that the database does not take.
    """
    nowhere = dict.fromkeys(("key", "root_key", "definition_key", "process_id"))
    rows = json.dumps_rows(_steps(key, asked_key, result))
    values = {**nowhere, "decided": rows, "now": clock.now(), "asker_unit": current().unit}
    try:
        raw_connection(session).execute(_KEEP.encode(), values)
    except psycopg.DataError as error:
        raise Invalid("value_not_storable", reason=str(error).splitlines()[0]) from error


def _rows(decided: Decided) -> list[dict[str, Any]]:
    place = {"element": decided.element, "element_key": decided.element_key}
    return [{**step, **place} for step in _steps(decided.key, decided.deployed_key, decided.result)]


def _steps(key: int, asked_key: int, result: DecisionResult) -> list[dict[str, Any]]:
    same = {"evaluation_key": key, "asked_key": asked_key, "state": "evaluated", "failure": None}
    rows = [{**same, **step, "number": number} for number, step in enumerate(result.trace_to_json(), 1)]
    failure = result.error
    if failure is not None:
        # Those before it gave their values; the decision asked for is the one that has none.
        rows[-1] |= {"state": "failed", "failure": failure.told()}
    return rows
