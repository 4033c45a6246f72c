"""Functions of a model (boxed functions, knowledge models, decision services) as values of FEEL."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from engine.dmn.scope import Run, Scope
from engine.dmn.types import ANY, MISMATCH, Code, ItemType, Typed
from engine.feel import Expression, Function, FunctionType, compile_expression


def make_function(run: Run, name: str, parameters: tuple[Typed, ...], body: Code, scope: Mapping[str, Any]) -> Function:
    """A function whose body sees its parameters over the scope it was made in."""

    def call(_: Any, values: list[Any]) -> Any:
        arguments = _arguments(run, name, parameters, values)
        if arguments is None:
            return None
        # The run is the one that made the function: a function that leaves a service keeps the service's values.
        run.enter()
        try:
            return body(run, Scope(arguments, scope))
        finally:
            run.leave()

    return Function(name, tuple(place.name for place in parameters), call, function_type(parameters, ANY))


def function_type(parameters: tuple[Typed, ...], result: ItemType) -> FunctionType:
    """The type that `instance of` sees."""
    return FunctionType("function", tuple(place.type.seen() for place in parameters), result.seen())


def _arguments(run: Run, name: str, parameters: tuple[Typed, ...], values: list[Any]) -> dict[str, Any] | None:
    """The arguments by name; None, with a warning, if one is not of its parameter's type: the body is not run then."""
    arguments = {}
    for place, value in zip(parameters, values, strict=True):
        fitting = place.type.coerce(value) if place.type is not ANY else value
        if fitting is MISMATCH:
            run.warn("type_mismatch", place.element, name=place.name, type=place.type.name)
            return None
        arguments[place.name] = fitting
    return arguments


def invoke(run: Run, function: Any, arguments: Mapping[str, Any], element: str, called: str) -> Any:
    """Call a function by the names of its parameters, as a boxed invocation does."""
    if not isinstance(function, Function):
        return run.warn("not_a_function", element, name=called)
    if set(arguments) != set(function.parameters):
        return run.warn("wrong_arguments", element, name=called)
    # Called through FEEL, a function of FEEL's own or a built-in is the same as one of the model's.
    values = {f"a{index}": arguments[name] for index, name in enumerate(function.parameters)}
    return run.evaluate(_call(len(values)), {"f": function, **values}, element)


@lru_cache(maxsize=32)
def _call(count: int) -> Expression:
    """A call with that many arguments, so that FEEL itself makes it."""
    return compile_expression(f"f({', '.join(f'a{index}' for index in range(count))})")
