"""The decisions evaluated for a case as people read them: each with its table and the rules that matched."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from engine.definitions import decision_of
from engine.definitions.wording import Language, element_name, texts_of
from engine.dmn.sheets import Sheet, sheets_of
from engine.errors import Finding
from engine.store.models import DecisionInstance


@dataclass(frozen=True, slots=True)
class LitTable:
    """A table with the rules that matched, by their indexes; `labels` are its columns' names in the language, by id."""

    sheet: Sheet
    matched: frozenset[int]
    labels: Mapping[str, str]

    def label(self, column: Any) -> str:
        """What a column is called."""
        return self.labels.get(column.id) or column.label or column.text


@dataclass(frozen=True, slots=True)
class InnerTable:
    """A table inside a context or a called function; `table` is None where the file's is not found again."""

    name: str
    inputs: list[tuple[str, Any]]
    table: LitTable | None


@dataclass(frozen=True, slots=True)
class ShownDecision:
    """One decision of an evaluation. `failure` is the finding that says why it has no result."""

    id: str  # `<evaluation key>-<number>`
    name: str
    type: str
    version: int | None
    inputs: list[tuple[str, Any]]
    output: Any
    failure: Finding | None
    table: LitTable | None
    inner: list[InnerTable]


@dataclass(frozen=True, slots=True)
class Evaluation:
    """A decision that a case asked for, and below it those on the way to it, the last one first."""

    key: int
    element: str
    at: datetime
    asked: ShownDecision
    below: list[ShownDecision]


def of_case(
    session: Session, instance_key: int, language: Language = "zh", *, before: int | None = None, limit: int = 10
) -> tuple[list[Evaluation], int | None]:
    """The evaluations before a key, the newest first, and the key to go on before if there are older ones.

    Whether somebody sees the case, the caller has asked.
    """
    # One more than is shown: it says whether there are older ones.
    keys = _keys(session, instance_key, before, limit + 1)
    rows: dict[int, list[Row[Any]]] = {key: [] for key in keys[:limit]}
    columns = DecisionInstance.__table__.columns
    wanted = select(*columns).where(
        DecisionInstance.instance_key == instance_key, DecisionInstance.evaluation_key.in_(rows)
    )
    for row in session.execute(wanted.order_by(DecisionInstance.key.desc())):
        rows[row.evaluation_key].append(row)
    told = [_evaluation(session, found, language) for found in rows.values()]
    return told, keys[limit - 1] if len(keys) > limit else None


def _keys(session: Session, instance_key: int, before: int | None, limit: int) -> list[int]:
    # The first decision of an evaluation has the evaluation's key.
    query = select(DecisionInstance.key).where(
        DecisionInstance.instance_key == instance_key, DecisionInstance.number == 1
    )
    if before is not None:
        query = query.where(DecisionInstance.key < before)
    return list(session.scalars(query.order_by(DecisionInstance.key.desc()).limit(limit)))


def _evaluation(session: Session, rows: list[Row[Any]], language: Language) -> Evaluation:
    last = rows[0]
    texts = texts_of(session, last.asked_key, language)
    sheets = list(sheets_of(decision_of(session, last.asked_key)))
    shown = [_shown(row, sheets, texts) for row in rows]
    element = element_name(session, last.definition_key, last.element, language)
    return Evaluation(last.evaluation_key, element, last.evaluated_at, shown[0], shown[1:])


def _shown(row: Row[Any], sheets: list[Sheet], texts: Mapping[str, str]) -> ShownDecision:
    own = [sheet for sheet in sheets if sheet.owner == row.decision_id] if row.type == "decisionTable" else []
    failure = row.failure and Finding(row.failure["code"], row.failure["parameters"])
    return ShownDecision(
        f"{row.evaluation_key}-{row.number}",
        texts.get(row.decision_id) or row.decision_name,
        row.type,
        row.decision_version,
        _inputs(row.inputs, texts),
        row.output,
        failure,
        _lit(own, row.inputs, row.rules, texts),
        [_inner(table, sheets, texts) for table in row.tables],
    )


def _inner(table: Mapping[str, Any], sheets: list[Sheet], texts: Mapping[str, str]) -> InnerTable:
    own = [sheet for sheet in sheets if sheet.id == table["id"]]
    return InnerTable(table["name"], _inputs(table["inputs"], texts), _lit(own, table["inputs"], table["rules"], texts))


def _inputs(inputs: list[Mapping[str, Any]], texts: Mapping[str, str]) -> list[tuple[str, Any]]:
    return [(texts.get(one["id"]) or one["name"], one["value"]) for one in inputs]


def _lit(
    sheets: list[Sheet], inputs: list[Mapping[str, Any]], rules: list[Mapping[str, Any]], texts: Mapping[str, str]
) -> LitTable | None:
    """The first table that the trace can have come from: imported models may have the same ids."""
    for sheet in sheets:
        ids = {rule.index: rule.id for rule in sheet.rules}
        same_columns = [column.id for column in sheet.inputs] == [one["id"] for one in inputs]
        if same_columns and all(ids.get(rule["index"]) == rule["id"] for rule in rules):
            return LitTable(sheet, frozenset(rule["index"] for rule in rules), texts)
    return None
