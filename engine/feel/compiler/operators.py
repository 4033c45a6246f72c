"""Arithmetic, comparison, logic, `between`, `instance of` and `if`.

The first lines of each closure are the short way for the usual kinds; everything else goes through the rules of
`arithmetic` and `comparing`.
"""

from decimal import Decimal, DecimalException
from operator import eq, ge, gt, le, lt, ne
from typing import Any

from engine.feel.arithmetic import negate, operate
from engine.feel.comparing import compare, equal
from engine.feel.compiler.base import Compiler, Levels, compiles, constant_of
from engine.feel.errors import NoValue
from engine.feel.numeric import CONTEXT
from engine.feel.run import CHARACTERS_A_STEP, Evaluate, Locals, Place, Run
from engine.feel.syntax import Between, Chain, Comparison, If, InstanceOf, Logic, Negation
from engine.feel.typesystem import UnknownTypeError, is_instance
from engine.feel.values import kind_of

# Without `**`: zero to a negative power raises nothing in Python, so the result has to be looked at.
_FAST_ARITHMETIC = {"+": CONTEXT.add, "-": CONTEXT.subtract, "*": CONTEXT.multiply, "/": CONTEXT.divide}
_FAST_ORDER = {"<": lt, "<=": le, ">": gt, ">=": ge, "=": eq, "!=": ne}
_DIRECT = (Decimal, str, bool)


@compiles(Chain)
def _chain(compiler: Compiler, node: Chain, levels: Levels) -> Evaluate:
    evaluate = compiler.compile(node.first, levels)
    if len(node.rest) > 1:
        return _long_chain(compiler, node, evaluate, levels)
    operator, operand, at = node.rest[0]
    return _arithmetic(operator, evaluate, compiler.compile(operand, levels), compiler.place_at(at))


def _arithmetic(operator: str, left: Evaluate, right: Evaluate, place: Place) -> Evaluate:
    fast = _FAST_ARITHMETIC.get(operator)

    def compute(run: Run, local: Locals) -> Any:
        mine, yours = left(run, local), right(run, local)
        if fast and type(mine) is Decimal and type(yours) is Decimal:
            try:
                return fast(mine, yours)
            except DecimalException:
                pass  # the slow way finds the words for it
        return _operated(run, operator, mine, yours, place)

    return compute


def _long_chain(compiler: Compiler, node: Chain, first: Evaluate, levels: Levels) -> Evaluate:
    rest = [(operator, compiler.compile(operand, levels), compiler.place_at(at)) for operator, operand, at in node.rest]

    def compute(run: Run, local: Locals) -> Any:
        value = first(run, local)
        for operator, operand, place in rest:
            value = _operated(run, operator, value, operand(run, local), place)
        return value

    return compute


def _operated(run: Run, operator: str, left: Any, right: Any, place: Place) -> Any:
    if _explained(run, left, right):
        return None
    try:
        value = operate(operator, left, right)
    except NoValue as reason:
        run.warn(place, reason.code, **reason.parameters)
        return None
    if type(value) is str:
        run.charge_text(len(value))
    return value


@compiles(Negation)
def _negation(compiler: Compiler, node: Negation, levels: Levels) -> Evaluate:
    operand, place = compiler.compile(node.operand, levels), compiler.place(node)

    def compute(run: Run, local: Locals) -> Any:
        try:
            return negate(operand(run, local))
        except NoValue as reason:
            run.warn(place, reason.code, **reason.parameters)
            return None

    return compute


@compiles(Comparison)
def _comparison(compiler: Compiler, node: Comparison, levels: Levels) -> Evaluate:
    left, right = compiler.compile(node.left, levels), compiler.compile(node.right, levels)
    place, operator = compiler.place(node), node.operator
    fast = _FAST_ORDER[operator]
    # A comparison with a literal is what most conditions are.
    fixed = constant_of(right)
    kind = type(fixed)
    # Booleans have an order in Python, and none in FEEL.
    if kind in _DIRECT and (kind is not bool or operator in ("=", "!=")):

        def compare_constant(run: Run, local: Locals) -> Any:
            mine = left(run, local)
            if type(mine) is kind:
                return fast(mine, fixed)
            return compared(run, operator, mine, fixed, place)

        return compare_constant

    def compare_both(run: Run, local: Locals) -> Any:
        mine, yours = left(run, local), right(run, local)
        # Numbers only: two strings may be long, and on the long way their length is paid for.
        if type(mine) is Decimal and type(yours) is Decimal:
            return fast(mine, yours)
        return compared(run, operator, mine, yours, place)

    return compare_both


def compared(run: Run, operator: str, left: Any, right: Any, place: Place) -> bool | None:
    """`left operator right`, with a warning if they cannot be compared."""
    # Comparing long strings takes time, too.
    if type(left) is str:
        run.charge(len(left) // CHARACTERS_A_STEP)
    if operator in ("=", "!="):
        same = equal(run, left, right)
        answer = same if same is None or operator == "=" else not same
    else:
        answer = compare(operator, left, right)
    if answer is None and not _explained(run, left, right):
        run.warn(place, "not_comparable", left=kind_of(left), right=kind_of(right))
    return answer


def _explained(run: Run, left: Any, right: Any) -> bool:
    """Whether a null comes from something that was warned of: then every operator above it need not."""
    return bool(run.warnings) and (left is None or right is None)


@compiles(Logic)
def _logic(compiler: Compiler, node: Logic, levels: Levels) -> Evaluate:
    operands = [compiler.compile(operand, levels) for operand in node.operands]
    decisive = node.operator == "or"
    if len(operands) > 2:
        return _long_logic(operands, decisive)
    left, right = operands

    def decide(run: Run, local: Locals) -> Any:
        mine = left(run, local)
        if mine is decisive:
            return decisive
        yours = right(run, local)
        if yours is decisive:
            return decisive
        # What is no boolean counts as null: it is unknown, and only the other side can decide.
        return not decisive if type(mine) is bool and type(yours) is bool else None

    return decide


def _long_logic(operands: list[Evaluate], decisive: bool) -> Evaluate:
    def decide(run: Run, local: Locals) -> Any:
        answer: bool | None = not decisive
        for operand in operands:
            value = operand(run, local)
            if value is decisive:
                return decisive
            if type(value) is not bool:
                answer = None
        return answer

    return decide


@compiles(Between)
def _between(compiler: Compiler, node: Between, levels: Levels) -> Evaluate:
    operand = compiler.compile(node.operand, levels)
    low, high = compiler.compile(node.low, levels), compiler.compile(node.high, levels)
    place = compiler.place(node)

    def decide(run: Run, local: Locals) -> Any:
        value = operand(run, local)
        above = compared(run, ">=", value, low(run, local), place)
        below = compared(run, "<=", value, high(run, local), place)
        # One side suffices to say no, even if the other cannot be compared.
        if above is False or below is False:
            return False
        return True if above and below else None

    return decide


@compiles(InstanceOf)
def _instance_of(compiler: Compiler, node: InstanceOf, levels: Levels) -> Evaluate:
    operand, place, declared = compiler.compile(node.operand, levels), compiler.place(node), node.type

    def decide(run: Run, local: Locals) -> Any:
        value = operand(run, local)
        if isinstance(value, list | dict):
            run.charge(len(value))
        try:
            return is_instance(value, declared, run.moment.types)
        except UnknownTypeError as unknown:
            run.warn(place, "no_type", name=unknown)
            return None

    return decide


@compiles(If)
def _if(compiler: Compiler, node: If, levels: Levels) -> Evaluate:
    otherwise = compiler.compile(node.otherwise, levels)
    branches = [
        (compiler.compile(condition, levels), compiler.compile(value, levels), compiler.place(condition))
        for condition, value in node.branches
    ]
    if len(branches) > 1:
        return _many_branches(branches, otherwise)
    condition, value, place = branches[0]

    def choose(run: Run, local: Locals) -> Any:
        holds = condition(run, local)
        if holds is True:
            return value(run, local)
        if holds is not False:
            _not_boolean(run, holds, place)
        return otherwise(run, local)

    return choose


def _many_branches(branches: list[tuple[Evaluate, Evaluate, Place]], otherwise: Evaluate) -> Evaluate:
    def choose(run: Run, local: Locals) -> Any:
        for condition, value, place in branches:
            holds = condition(run, local)
            if holds is True:
                return value(run, local)
            if holds is not False:
                _not_boolean(run, holds, place)
        return otherwise(run, local)

    return choose


def _not_boolean(run: Run, value: Any, place: Place) -> None:
    if value is not None or not run.warnings:
        run.warn(place, "condition", kind=kind_of(value))
