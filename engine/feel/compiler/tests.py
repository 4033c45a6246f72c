"""Unary tests and `in`."""

from typing import Any

from engine.feel.comparing import passes
from engine.feel.compiler.base import Compiler, Levels, compiles, constant_of
from engine.feel.run import Evaluate, Locals, Place, Run
from engine.feel.syntax import In, Name, Node, RangeOf, Tests, walk
from engine.feel.values import Range, kind_of

INPUT = "?"
# From null to null; nothing can be told to lie in it.
_UNKNOWN = Range(None, None)


@compiles(In)
def _in(compiler: Compiler, node: In, levels: Levels) -> Evaluate:
    operand, place = compiler.compile(node.operand, levels), compiler.place(node)
    tests = [_ranged(compiler, test, levels) for test in node.tests]

    def decide(run: Run, local: Locals) -> bool | None:
        value = operand(run, local)
        answer: bool | None = False
        for test in tests:
            passed = _passed(run, value, test(run, local), place)
            if passed:
                return True
            if passed is None:
                answer = None
        return answer

    return decide


@compiles(Tests)
def _tests(compiler: Compiler, node: Tests, levels: Levels) -> Evaluate:
    tests = [(_ranged(compiler, item, levels), _is_condition(item), compiler.place(item)) for item in node.items]
    negated = node.negated

    def decide(run: Run, local: Any) -> bool | None:
        value = local[0][INPUT]
        answer: bool | None = False
        for test, is_condition, place in tests:
            found = test(run, local)
            # A test that reads `?` says itself whether the value passes; a boolean stands for itself otherwise too,
            # unless booleans are what is tested.
            stands = type(found) is bool and (is_condition or type(value) is not bool)
            unknown = found is None and is_condition
            passed = found if stands or unknown else _passed(run, value, found, place)
            if passed:
                return not negated
            if passed is None:
                answer = None
        return not answer if negated and answer is not None else answer

    def pass_all(run: Run, local: Any) -> bool:
        return True

    return decide if tests else pass_all


def _ranged(compiler: Compiler, test: Node, levels: Levels) -> Evaluate:
    """The test; a range that could not be made is one that nobody can tell about, not the value null."""
    evaluate = compiler.compile(test, levels)
    if not isinstance(test, RangeOf) or isinstance(constant_of(evaluate), Range):
        return evaluate

    def build(run: Run, local: Locals) -> Any:
        found = evaluate(run, local)
        return _UNKNOWN if found is None else found

    return build


# Decided when compiling: what the text reads does not change.
def _is_condition(test: Node) -> bool:
    return any(isinstance(node, Name) and node.name == INPUT for node in walk(test))


def _passed(run: Run, value: Any, test: Any, place: Place) -> bool | None:
    if test is _UNKNOWN:
        return None
    passed = passes(run, value, test)
    if passed is None and isinstance(test, Range):
        ends = [end for end in (test.start, test.end) if end is not None]
        run.warn(place, "not_comparable", left=kind_of(value), right=kind_of(ends[0] if ends else None))
    return passed
