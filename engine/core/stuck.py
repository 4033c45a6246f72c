"""The one exception of the core: a token cannot go on, and a person has to act."""

from collections.abc import Mapping
from typing import Any

from engine.feel import FeelLimitError, FeelWarning

from .effects import Decided


class Stuck(Exception):
    """Becomes an incident. `kind` is Camunda 8's errorType, `code` and `parameters` are for the words at the edge.

    `decided` is the decision that failed: its trace is kept though all else is undone.
    """

    def __init__(
        self, kind: str, code: str, parameters: Mapping[str, Any] | None = None, decided: Decided | None = None
    ) -> None:
        super().__init__(kind, code, parameters)
        self.kind = kind
        self.code = code
        self.parameters = dict(parameters or {})
        self.decided = decided


def warned(kind: str, code: str, text: str, warnings: tuple[FeelWarning, ...], **more: Any) -> Stuck:
    """An expression gave a value nobody can use; its warnings say why."""
    told = [warning.told() for warning in warnings]
    return Stuck(kind, code, {"expression": text, "warnings": told, **more})


def failed(kind: str, text: str, error: FeelLimitError) -> Stuck:
    """An expression hit one of FEEL's limits."""
    return Stuck(kind, "expression_failed", {"expression": text, "reason": error.told()})
