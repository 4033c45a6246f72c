"""Functions as values: making one with the variables around it, and calling one by position or by name."""

from dataclasses import dataclass
from typing import Any

from engine.feel.errors import NoValue
from engine.feel.run import Evaluate, Locals, Place, Run
from engine.feel.temporal import midnight_utc
from engine.feel.typesystem import ANY, FunctionType, ListType, Type, UnknownTypeError, is_instance, resolve
from engine.feel.values import Function, adapt, kind_of


@dataclass(frozen=True, slots=True)
class Code:
    """A function as it was compiled: what it takes, its body, the steps a call costs and the levels it goes down."""

    names: tuple[str, ...]
    type: FunctionType
    body: Evaluate
    steps: int
    levels: int


def function_value(run: Run, code: Code, local: Locals) -> Function:
    """A function that keeps the scope and the local variables it was made among."""
    scope = run.scope

    def call(calling: Run, values: list[Any]) -> Any:
        # Paid before the body runs, so that endless recursion ends whatever its body does.
        calling.charge(code.steps)
        calling.enter(code.levels)
        # Its free names mean what they meant where it was written, whoever calls it, maybe in another evaluation.
        outside, calling.scope = calling.scope, scope
        try:
            return code.body(calling, (dict(zip(code.names, values, strict=True)), local))
        finally:
            calling.scope = outside
            calling.leave(code.levels)

    return Function("function", code.names, call, code.type)


def call_function(run: Run, function: Function, values: list[Any], names: tuple[str, ...] | None, place: Place) -> Any:
    """The function's value for these arguments; null with a warning if they do not fit."""
    try:
        return adapt(function.call(run, bound_arguments(run, function, values, names)))
    except NoValue as reason:
        run.warn(place, reason.code, **reason.parameters)
        return None


def bound_arguments(run: Run, function: Function, values: list[Any], names: tuple[str, ...] | None) -> list[Any]:
    """One value for each parameter, of the declared types; NoValue if they do not fit."""
    if names is not None:
        values = _in_order(function, values, names)
    missing = len(function.parameters) - len(values)
    if function.variadic:
        return values
    if not 0 <= missing <= function.optional:
        raise NoValue("argument_count", function=function.name, count=len(values))
    if function.type is None:
        return values
    return [
        _of_type(run, function, name, value, declared)
        for name, value, declared in zip(function.parameters, values, function.type.parameters, strict=False)
    ]


def _in_order(function: Function, values: list[Any], names: tuple[str, ...]) -> list[Any]:
    given = dict(zip(names, values, strict=True))
    required = function.parameters[: len(function.parameters) - function.optional]
    if len(given) != len(names) or not set(given) <= set(function.parameters) or not set(required) <= set(given):
        raise NoValue("argument_names", function=function.name, names=", ".join(names))
    return [given.get(name) for name in function.parameters]


def _of_type(run: Run, function: Function, parameter: str, value: Any, declared: Type) -> Any:
    try:
        return coerced(run, value, declared)
    except UnknownTypeError as unknown:
        raise NoValue("no_type", name=unknown) from None
    except NoValue:
        raise NoValue(
            "argument", function=function.name, parameter=parameter, expected=declared, kind=kind_of(value)
        ) from None


def coerced(run: Run, value: Any, declared: Type) -> Any:
    """The value as the type: as it is, in or out of a list of one, a date as date-time (10.3.2.9.4); else NoValue."""
    if value is None or declared == ANY:
        return value
    types = run.moment.types
    if is_instance(value, declared, types):
        return value
    kind = kind_of(value)
    if kind == "list" and len(value) == 1 and is_instance(value[0], declared, types):
        return adapt(value[0])
    wanted = resolve(declared, types)
    if kind == "date" and wanted.name == "date and time":
        return midnight_utc(value)
    if kind != "list" and isinstance(wanted, ListType) and is_instance([value], wanted, types):
        return [value]
    raise NoValue("argument", function="", parameter="", expected=declared, kind=kind)
