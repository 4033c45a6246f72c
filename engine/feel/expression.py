"""Compiled expressions and unary tests: the way in from other rooms."""

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any, NamedTuple, TypeVar

from engine.feel.analysis import reading_of, result_type
from engine.feel.builtins import BUILT_IN_NAMES
from engine.feel.compiler import Compiler, Level
from engine.feel.compiler.base import weight
from engine.feel.compiler.tests import INPUT
from engine.feel.errors import FeelLimitError
from engine.feel.json_values import check_result
from engine.feel.limits import DEFAULT_BUDGET
from engine.feel.never import condition_of, never_true
from engine.feel.parser import parse_expression, parse_unary_tests
from engine.feel.run import Evaluate, Locals, Moment, Run
from engine.feel.syntax import Node
from engine.feel.tokens import syntax_error
from engine.feel.typesystem import Type
from engine.feel.values import PLAIN, adapt
from engine.feel.warning import FeelWarning

# A process has a few thousand expressions at most; what is beyond is compiled again.
_KEPT = 4_096
T = TypeVar("T")


class Evaluation(NamedTuple):
    """A value, and why parts of it are null."""

    value: Any
    warnings: tuple[FeelWarning, ...]


class _Compiled:
    """What both forms have: the text, the closure and what is known of it.

    `reads` are the names it may take from a scope, `paths` the same with what is taken of each. Of them, `possible`
    stand only in filters and may be entries of a list's items, and `calls` are functions that are no built-ins.
    `type` is that of a result that is not null, where it can be told; `constant` says that the result is the same in
    every scope and at every moment.
    """

    def __init__(self, text: str, tree: Node, level: Level | None) -> None:
        self.text = text
        compiler = Compiler(text)
        self._evaluate: Evaluate = compiler.compile(tree, level)
        self.constant = compiler.is_constant(tree)
        self._cost = weight(tree)
        self.paths, self.possible, self.calls = reading_of(tree)
        self.reads = frozenset(path[0] for path in self.paths)
        self.type: Type = result_type(tree)

    def _run(self, scope: Mapping[str, Any], local: Locals, moment: Moment, budget: int) -> Evaluation:
        # One pass over the whole tree is paid for at once, so that no node has to count itself. What runs several
        # times, a loop's body, a filter's condition or a function, pays for each of them.
        run = Run(scope, moment, budget - self._cost)
        if run.budget < 0:
            raise FeelLimitError("steps")
        try:
            value = self._evaluate(run, local)
        except RecursionError:
            raise FeelLimitError("depth") from None
        # Most results are scalars, which need no check of their size.
        if type(value) not in _SMALL:
            value = adapt(value)
            check_result(value)
        return Evaluation(value, tuple(run.warnings))


_SMALL = PLAIN - {list, tuple, dict}


class Expression(_Compiled):
    """An expression."""

    def __init__(self, text: str, names: frozenset[str]) -> None:
        self._names = names
        super().__init__(text, parse_expression(text, names, BUILT_IN_NAMES), None)

    def evaluate(self, scope: Mapping[str, Any], moment: Moment, budget: int = DEFAULT_BUDGET) -> Evaluation:
        """Its value in the scope; FeelLimitError if it costs more than it may."""
        return self._run(scope, None, moment, budget)

    def never_true(self) -> FeelWarning | None:
        """Why, as a condition, it is true for no variables at all; None if it may be true or that cannot be told."""
        # Asked for when a diagram is checked only, so the tree is not kept for it.
        tree = parse_expression(self.text, self._names, BUILT_IN_NAMES)
        return _within_stack(lambda: never_true(tree, self.text), self.text)


class UnaryTests(_Compiled):
    """Unary tests, as in the cell of a decision table."""

    def __init__(self, text: str, names: frozenset[str]) -> None:
        self._names = names
        super().__init__(text, parse_unary_tests(text, names, BUILT_IN_NAMES), Level({INPUT}, None))

    def matches(self, value: Any, scope: Mapping[str, Any], moment: Moment, budget: int = DEFAULT_BUDGET) -> Evaluation:
        """Whether the value passes: True, False, or None where that cannot be told."""
        return self._run(scope, ({INPUT: adapt(value)}, None), moment, budget)

    def never_true(self) -> FeelWarning | None:
        """Why no value passes, whatever the variables are; None if one may or that cannot be told."""
        tree = parse_unary_tests(self.text, self._names, BUILT_IN_NAMES)
        if not tree.items:
            return None
        return _within_stack(lambda: never_true(condition_of(tree), self.text), self.text)


@lru_cache(maxsize=_KEPT)
def compile_expression(text: str, names: frozenset[str] = frozenset()) -> Expression:
    """The expression, kept for the next time. `names` are those with spaces or operators that the scope may have.

    Raises FeelSyntaxError.
    """
    return _within_stack(lambda: Expression(text, names), text)


@lru_cache(maxsize=_KEPT)
def compile_unary_tests(text: str, names: frozenset[str] = frozenset()) -> UnaryTests:
    """Unary tests, kept for the next time. Raises FeelSyntaxError."""
    return _within_stack(lambda: UnaryTests(text, names), text)


def _within_stack(compiled: Callable[[], T], text: str) -> T:
    # The limits of nesting leave room for a caller of a few hundred frames; one deeper still gets an answer, too.
    try:
        return compiled()
    except RecursionError:
        raise syntax_error(text, 0, "fewer levels in one another", "more than the stack has room for") from None
