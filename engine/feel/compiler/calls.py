"""Calls of built-ins, of functions that are values and of the host's; function definitions; `is defined`."""

from collections.abc import Callable
from typing import Any

from engine.feel.analysis import result_type
from engine.feel.builtins import BUILT_INS
from engine.feel.builtins.signature import BuiltIn
from engine.feel.compiler.base import Compiler, Level, Levels, compiles, weight
from engine.feel.errors import NoValue
from engine.feel.invoking import Code, call_function, function_value
from engine.feel.names import similar_name
from engine.feel.run import Evaluate, Locals, Place, Run
from engine.feel.syntax import Call, FunctionOf, Name, Node, Path, depth
from engine.feel.typesystem import FunctionType
from engine.feel.values import Function, adapt, kind_of

IS_DEFINED = "is defined"
# A missing variable is what these are asked about, so it is nothing to warn of.
_QUIET = frozenset(("get or else", "is empty", "is blank"))
# The frames of `call_function` and of the function itself.
_LEVELS_OF_A_CALL = 2


@compiles(Call)
def _call(compiler: Compiler, node: Call, levels: Levels) -> Evaluate:
    arguments = [compiler.compile(argument, levels) for argument in node.arguments]
    place = compiler.place(node)
    if not isinstance(node.function, Name):
        return _call_of_value(compiler.compile(node.function, levels), arguments, node.names, place)
    name = node.function.name
    if name == IS_DEFINED and len(node.arguments) == 1:
        return _is_defined(compiler, node.arguments[0], arguments[0], levels)
    variable = compiler.compile(node.function, levels)
    if name in BUILT_INS:
        bound = levels is not None and levels.binds(name)
        return _call_of_built_in(BUILT_INS[name], variable if bound else None, arguments, node.names, place)
    return _call_of_name(name, variable, arguments, node.names, place)


def _call_of_built_in(
    built_in: BuiltIn,
    variable: Evaluate | None,
    arguments: list[Evaluate],
    names: tuple[str, ...] | None,
    place: Place,
) -> Evaluate:
    quiet = built_in.name in _QUIET
    name = built_in.name

    def call(run: Run, local: Locals) -> Any:
        before = run.mark()
        values = [argument(run, local) for argument in arguments]
        if quiet:
            run.forget(before)
        # A function of the scope goes before a built-in; a mere value of that name does not hide it.
        own = variable(run, local) if variable else run.scope.get(name)
        if isinstance(own, Function) and own is not built_in.as_value:
            return call_function(run, own, values, names, place)
        try:
            return built_in.invoke(run, values, names)
        except NoValue as reason:
            run.warn(place, reason.code, **reason.parameters)
            return None

    return call


def _call_of_value(
    function: Evaluate, arguments: list[Evaluate], names: tuple[str, ...] | None, place: Place
) -> Evaluate:
    def call(run: Run, local: Locals) -> Any:
        value = function(run, local)
        values = [argument(run, local) for argument in arguments]
        if isinstance(value, Function):
            return call_function(run, value, values, names, place)
        if value is not None:
            run.warn(place, "not_a_function", kind=kind_of(value))
        return None

    return call


def _call_of_name(
    name: str, variable: Evaluate, arguments: list[Evaluate], names: tuple[str, ...] | None, place: Place
) -> Evaluate:
    def call(run: Run, local: Locals) -> Any:
        values = [argument(run, local) for argument in arguments]
        if name in run.scope or local is not None:
            before = run.mark()
            value = variable(run, local)
            if isinstance(value, Function):
                return call_function(run, value, values, names, place)
            if value is not None:
                run.warn(place, "not_a_function", kind=kind_of(value))
                return None
            run.forget(before)
        # The scope goes before the host, so that a model's function is what its author sees.
        host = run.moment.functions.get(name)
        if host is not None:
            return _call_of_host(run, name, host, values, names, place)
        return _unknown(run, name, place)

    return call


def _call_of_host(
    run: Run, name: str, host: Callable[..., Any], values: list[Any], names: tuple[str, ...] | None, place: Place
) -> Any:
    if names is not None:
        run.warn(place, "argument_names", function=name, names=", ".join(names))
        return None
    run.charge(1)
    try:
        return adapt(host(*values))
    except NoValue as reason:
        run.warn(place, reason.code, **reason.parameters)
    except (ValueError, TypeError) as reason:
        run.warn(place, "host", function=name, reason=reason)
    return None


def _unknown(run: Run, name: str, place: Place) -> None:
    similar = similar_name(name, [*BUILT_INS, *run.moment.functions])
    if similar:
        run.warn(place, "no_function_similar", name=name, similar=similar)
    else:
        run.warn(place, "no_function", name=name)


def _is_defined(compiler: Compiler, argument: Node, evaluate: Evaluate, levels: Levels) -> Evaluate:
    base = compiler.compile(argument.base, levels) if isinstance(argument, Path) else None

    def decide(run: Run, local: Locals) -> bool:
        before = run.mark()
        value = evaluate(run, local)
        missing = run.noted > before[0] or (base is not None and base(run, local) is None)
        run.forget(before)
        # Null is defined where it was set: only what could not be found is not.
        return value is not None or not (missing and isinstance(argument, Name | Path))

    return decide


@compiles(FunctionOf)
def _function(compiler: Compiler, node: FunctionOf, levels: Levels) -> Evaluate:
    place = compiler.place(node)
    if node.body is None:

        def refuse(run: Run, local: Locals) -> None:
            run.warn(place, "external")

        return refuse
    names = tuple(name for name, _ in node.parameters)
    body = compiler.compile(node.body, Level(set(names), levels))
    declared = FunctionType("function", tuple(kind for _, kind in node.parameters), result_type(node.body))
    levels_down = depth(node.body) + _LEVELS_OF_A_CALL
    code = Code(names, declared, body, weight(node.body) + _LEVELS_OF_A_CALL, levels_down)

    def make(run: Run, local: Locals) -> Function:
        return function_value(run, code, local)

    return make
