"""What an expression sees, and what one evaluation carries with it."""

from collections.abc import Callable, Hashable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from engine.dmn.errors import DmnFailure, DmnWarning
from engine.dmn.result import EvaluatedDecision, EvaluatedTable
from engine.feel import DEFAULT_BUDGET, Evaluation, Expression, FeelLimitError, FeelWarning, Moment, Type, UnaryTests

# Functions that call each other without end are stopped here, before Python's own stack ends.
MAX_CALLS_DEEP = 60
# Steps of FEEL, for all evaluations of a decision together: ten to twenty seconds of a hostile model.
MAX_STEPS = 20_000_000
_CHEAP = 500
# Only two more attempts, as each begins anew; the last is all that FEEL gives an expression by itself.
_DEAR = (20_000, DEFAULT_BUDGET)
STEPS = "steps"

_Told = tuple[int, int, int, DmnFailure | None]
"""How many warnings, tables and decisions had been told before an evaluation, and the failure."""
_SEEDS = 1_000_003
# A loop over a long list would add to both in each turn, and they are kept with the case.
MAX_WARNINGS = 200
MAX_TABLES = 200


class Scope(dict[str, Any]):
    """Names of one place over those of the place around it; nothing is copied."""

    # A dict with `__missing__`, not a ChainMap: a name found here costs one look-up in C.
    __slots__ = ("outer",)

    def __init__(self, names: Mapping[str, Any], outer: Mapping[str, Any]) -> None:
        super().__init__(names)
        self.outer = outer

    def __missing__(self, name: str) -> Any:
        return self.outer[name]

    def __contains__(self, name: object) -> bool:
        return dict.__contains__(self, name) or name in self.outer

    def __iter__(self) -> Iterator[str]:
        """Every name known here, for finding one that is like a misspelt one."""
        yield from super().__iter__()
        yield from self.outer

    def get(self, name: str, default: Any = None) -> Any:
        try:
            # dict's own `get` does not ask `__missing__`.
            return self[name]
        except KeyError:
            return default


class Run:
    """One evaluation: the caller's variables, the value of each node so far, and what is to be told about it."""

    __slots__ = ("_account", "caller", "failure", "moment", "tables", "trace", "values", "warnings")

    def __init__(self, caller: Mapping[str, Any], moment: Moment) -> None:
        self.caller = caller
        self.moment = moment
        self.values: dict[Hashable, Any] = {}
        self.trace: list[EvaluatedDecision] = []
        self.tables: list[EvaluatedTable] = []
        self.warnings: list[DmnWarning] = []
        self.failure: DmnFailure | None = None
        self._account = _Account()

    def inner(self, caller: Mapping[str, Any]) -> "Run":
        """The run of a called decision service: its own values, and the same account of what happened."""
        run = Run(caller, self.moment)
        # Not the failure: the caller decides what a failed service means for it.
        run.trace, run.warnings, run._account = self.trace, self.warnings, self._account
        return run

    def moment_for(self, types: Mapping[str, Type] | None) -> Moment:
        """The moment for an expression that names the model's types or draws something random.

        Every evaluation would draw the same from one seed, so each gets its own.
        """
        seed = self.moment.seed * _SEEDS + self._account.spent
        return replace(self.moment, seed=seed, types=self.moment.types if types is None else types)

    def evaluate(
        self, expression: Expression, scope: Mapping[str, Any], element: str, moment: Moment | None = None
    ) -> Any:
        """The value of a FEEL expression of the element; its warnings are kept."""
        at = moment or self.moment
        told = self._pay_first()
        try:
            value, warnings = expression.evaluate(scope, at, _CHEAP)
        except FeelLimitError as error:
            value, warnings = self._again(error, told, lambda budget: expression.evaluate(scope, at, budget))
        if warnings:
            self.heard(element, warnings)
        return value

    def matches(self, tests: UnaryTests, value: Any, scope: Mapping[str, Any], element: str) -> bool:
        """Whether a value passes unary tests of the element."""
        told = self._pay_first()
        try:
            passed, warnings = tests.matches(value, scope, self.moment, _CHEAP)
        except FeelLimitError as error:
            again = self._again(error, told, lambda budget: tests.matches(value, scope, self.moment, budget))
            passed, warnings = again
        if warnings:
            # That an empty input does not pass a test of its order is what the test is for.
            self.heard(element, tuple(w for w in warnings if value is not None or w.code != "not_comparable"))
        return passed is True

    def step(self, cost: int = 1) -> None:
        """Pay for a turn of a loop."""
        self._account.pay(cost)

    def _pay_first(self) -> _Told:
        """Pay for a cheap evaluation.

        FEEL does not say what an evaluation has cost, so what it might cost is paid: little, and where that is not
        enough more, from the beginning again.
        """
        self._account.pay(_CHEAP)
        return len(self.warnings), len(self.tables), len(self.trace), self.failure

    def _again(self, error: FeelLimitError, told: _Told, evaluate: Callable[[int], Evaluation]) -> Evaluation:
        for budget in _DEAR:
            if error.limit != STEPS:
                raise error
            # What functions called by the last attempt had to tell is told by the next.
            del self.warnings[told[0] :], self.tables[told[1] :], self.trace[told[2] :]
            self.failure = told[3]
            self._account.pay(budget)
            try:
                return evaluate(budget)
            except FeelLimitError as dearer:
                error = dearer
        raise error

    def warn(self, code: str, element: str, **parameters: Any) -> None:
        if len(self.warnings) < MAX_WARNINGS:
            self.warnings.append(DmnWarning(code, element, parameters))

    def heard(self, element: str, warnings: tuple[FeelWarning, ...]) -> None:
        """Take over the warnings of a FEEL expression of the element."""
        for warning in warnings[: MAX_WARNINGS - len(self.warnings)]:
            self.warnings.append(DmnWarning("feel", element, {"message": warning}, warning.line, warning.column))

    def fail(self, code: str, element: str, **parameters: Any) -> None:
        """Keep the first failure: those after it mostly follow from it."""
        self.failure = self.failure or DmnFailure(code, element, parameters)

    def enter(self) -> None:
        """Count a call of a function one deeper; `leave` takes it back."""
        self._account.depth += 1
        if self._account.depth > MAX_CALLS_DEEP:
            raise FeelLimitError("calls in calls")

    def leave(self) -> None:
        self._account.depth -= 1


@dataclass(slots=True)
class _Account:
    """What a decision has spent, together with the services it called."""

    spent: int = 0
    depth: int = 0

    def pay(self, steps: int) -> None:
        """Raises FeelLimitError when the decision has spent all it may."""
        self.spent += steps
        if self.spent > MAX_STEPS:
            raise FeelLimitError("steps in one decision")
