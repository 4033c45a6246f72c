"""What an evaluation gives back: the value and how it came about, as plain data that can be stored."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from engine.dmn.errors import DmnFailure, DmnWarning
from engine.feel import to_json


@dataclass(frozen=True, slots=True)
class EvaluatedValue:
    """An input or output with its value: a table's column, input data, a required decision."""

    id: str
    name: str
    value: Any


@dataclass(frozen=True, slots=True)
class MatchedRule:
    """A row that matched: id, number from 1, its outputs, the texts of its annotation columns by name."""

    id: str
    index: int
    outputs: tuple[EvaluatedValue, ...]
    annotations: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class EvaluatedTable:
    """A decision table that was evaluated somewhere inside a decision."""

    id: str
    name: str
    inputs: tuple[EvaluatedValue, ...]
    rules: tuple[MatchedRule, ...]


@dataclass(frozen=True, slots=True)
class EvaluatedDecision:
    """A decision that was evaluated. `inputs` and `rules` are the table's where its logic is a decision table."""

    id: str
    name: str
    type: str  # what its logic is: decisionTable, literalExpression, context …, or none
    inputs: tuple[EvaluatedValue, ...]
    rules: tuple[MatchedRule, ...]
    output: Any
    tables: tuple[EvaluatedTable, ...] = ()  # tables inside a context or called functions


@dataclass(frozen=True, slots=True)
class DecisionResult:
    """`error` None means the value is good; warnings say where a null came from."""

    value: Any
    trace: tuple[EvaluatedDecision, ...] = ()
    warnings: tuple[DmnWarning, ...] = ()
    error: DmnFailure | None = None

    def trace_to_json(self) -> list[dict[str, Any]]:
        """The trace as JSON values, in the order of evaluation, for the history and for showing the lit table."""
        return [_decision(decision) for decision in self.trace]


def _decision(decision: EvaluatedDecision) -> dict[str, Any]:
    return {
        "id": decision.id,
        "name": decision.name,
        "type": decision.type,
        "inputs": [_value(given) for given in decision.inputs],
        "rules": [_rule(rule) for rule in decision.rules],
        "output": to_json(decision.output),
        "tables": [_table(table) for table in decision.tables],
    }


def _table(table: EvaluatedTable) -> dict[str, Any]:
    return {
        "id": table.id,
        "name": table.name,
        "inputs": [_value(given) for given in table.inputs],
        "rules": [_rule(rule) for rule in table.rules],
    }


def _value(given: EvaluatedValue) -> dict[str, Any]:
    return {"id": given.id, "name": given.name, "value": to_json(given.value)}


def _rule(rule: MatchedRule) -> dict[str, Any]:
    # Annotations go along: the source mark of a figure must stay with the figure.
    outputs = [_value(output) for output in rule.outputs]
    return {"id": rule.id, "index": rule.index, "outputs": outputs, "annotations": dict(rule.annotations)}
