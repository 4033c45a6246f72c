"""DMN 1.1 to 1.5: decision tables, boxed expressions, decision graphs. Of Trunkline it imports only engine.feel."""

from engine.dmn.checks import check
from engine.dmn.errors import DmnError, DmnFailure, DmnWarning, Finding
from engine.dmn.model import Model, parse
from engine.dmn.nodes import Decision, DecisionService, KnowledgeNode
from engine.dmn.result import DecisionResult, EvaluatedDecision, EvaluatedTable, EvaluatedValue, MatchedRule

__all__ = [
    "Decision",
    "DecisionResult",
    "DecisionService",
    "DmnError",
    "DmnFailure",
    "DmnWarning",
    "EvaluatedDecision",
    "EvaluatedTable",
    "EvaluatedValue",
    "Finding",
    "KnowledgeNode",
    "MatchedRule",
    "Model",
    "check",
    "parse",
]
