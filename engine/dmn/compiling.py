"""From boxed expressions to closures over a run and a scope (clause 10.2.2)."""

from collections.abc import Callable, Mapping
from typing import Any

from engine.dmn.boxed import (
    Binding,
    Boxed,
    Conditional,
    Context,
    DecisionTable,
    Expression,
    Filter,
    FunctionDefinition,
    Invocation,
    Iteration,
    ListOf,
    LiteralExpression,
    Relation,
    expressions_in,
)
from engine.dmn.functions import invoke, make_function
from engine.dmn.literals import compile_literal, null
from engine.dmn.place import Place
from engine.dmn.scope import Run, Scope
from engine.dmn.tables import compile_table
from engine.dmn.types import Code, Typed, typed
from engine.feel import NoValue, item_at, kind_of
from engine.feel import compile_expression as compile_feel

# FEEL itself counts a range out, since it knows how long that may take.
_COUNTED = compile_feel("for item in value return item")


def compile_expression(expression: Expression, place: Place, name: str = "") -> Code:
    """The expression as code; its result has the type the expression declares. `name` is for warnings and traces."""
    if isinstance(expression, FunctionDefinition):
        return compile_function(expression, place, name)  # the declared type is that of its result
    declared = place.typed(name, expression.type_ref, expression.id, expression.line)
    if isinstance(expression, LiteralExpression):
        return typed(compile_literal(expression, place, declared.type), declared)
    return typed(_COMPILERS[type(expression)](expression, place, name), declared)


def _context(expression: Context, place: Place, name: str) -> Code:
    """Each entry sees those above it; an entry without a name is the result of the whole."""
    steps: list[tuple[str, Code]] = []
    result: Code | None = None
    for entry in expression.entries:
        if entry.variable is None:
            result = compile_expression(entry.value, place, name)
            continue
        variable = entry.variable
        # Its own name as well: a function may call itself by its entry.
        code = compile_expression(entry.value, place.within([variable.name]), variable.name)
        steps.append(
            (variable.name, typed(code, place.typed(variable.name, variable.type_ref, variable.id, variable.line)))
        )
        place = place.within([variable.name])

    def context(run: Run, scope: Mapping[str, Any]) -> Any:
        # Functions made by an entry keep this very scope, so they also see the entries that come after.
        inner = Scope({}, scope)
        for key, code in steps:
            inner[key] = code(run, inner)
        return dict(inner.items()) if result is None else result(run, inner)

    return context


def _list(expression: ListOf, place: Place, name: str) -> Code:
    items = [compile_expression(item, place, name) for item in expression.items]
    return lambda run, scope: [code(run, scope) for code in items]


def _relation(expression: Relation, place: Place, name: str) -> Code:
    columns = [place.typed(column.name, column.type_ref, column.id, column.line) for column in expression.columns]
    rows = [
        [(column.name, typed(compile_expression(cell, place, name), column)) for column, cell in zip(columns, row)]  # noqa: B905 - a row of another width is a finding
        for row in expression.rows
    ]
    return lambda run, scope: [{key: code(run, scope) for key, code in row} for row in rows]


def compile_function(expression: FunctionDefinition, place: Place, name: str, result: Typed | None = None) -> Code:
    """What makes the function value, given the scope it closes over. One of another language is always null."""
    parameters = tuple(
        place.typed(parameter.name, parameter.type_ref, parameter.id, parameter.line)
        for parameter in expression.parameters
    )
    code = _body(expression, place.within(parameter.name for parameter in parameters), name)
    for declared in (place.typed(name, expression.type_ref, expression.id, expression.line), result):
        # The declared type is that of the function with some tools, with others that of its result.
        if declared is not None and not declared.type.is_function:
            code = typed(code, declared)
    return lambda run, scope: make_function(run, name, parameters, code, scope)


def _body(expression: FunctionDefinition, place: Place, name: str) -> Code:
    if expression.kind != "FEEL":
        return _external(expression, place.owner)
    return null if expression.body is None else compile_expression(expression.body, place, name)


def _external(expression: FunctionDefinition, owner: str) -> Code:
    element, kind = expression.id or owner, expression.kind
    return lambda run, scope: run.warn("external_function", element, kind=kind)


def _invocation(expression: Invocation, place: Place, name: str) -> Code:
    function = compile_expression(expression.function, place, name)
    element = expression.id or place.owner
    called = expression.function.text if isinstance(expression.function, LiteralExpression) else name
    bindings = [(binding.parameter.name, _bound(binding, place)) for binding in expression.bindings]

    def invocation(run: Run, scope: Mapping[str, Any]) -> Any:
        arguments = {parameter: code(run, scope) for parameter, code in bindings}
        return invoke(run, function(run, scope), arguments, element, called)

    return invocation


def _bound(binding: Binding, place: Place) -> Code:
    variable = binding.parameter
    if binding.value is None:
        return null
    code = compile_expression(binding.value, place, variable.name)
    return typed(code, place.typed(variable.name, variable.type_ref, variable.id, variable.line))


def _conditional(expression: Conditional, place: Place, name: str) -> Code:
    condition = compile_expression(expression.condition, place, name)
    then, otherwise = (compile_expression(part, place, name) for part in (expression.then, expression.otherwise))
    element = expression.id or place.owner

    def conditional(run: Run, scope: Mapping[str, Any]) -> Any:
        decided = condition(run, scope)
        if decided is True:
            return then(run, scope)
        # As FEEL's `if`: null is not true, anything else is no condition.
        if decided is False or decided is None:
            return otherwise(run, scope)
        return run.warn("not_boolean", element, name=name)

    return conditional


def _filter(expression: Filter, place: Place, name: str) -> Code:
    """As FEEL's filter: `item` and its entries are known; true keeps an item, a number is an index from one."""
    source = compile_expression(expression.source, place, name)
    match = compile_expression(expression.match, place.within(["item"]), name)
    element = expression.id or place.owner

    def filtered(run: Run, scope: Mapping[str, Any]) -> Any:
        kept = []
        items = _items(run, source(run, scope), element)
        if items is None:
            return []
        for item in items:
            inner = Scope(item if kind_of(item) == "context" else {}, scope)
            # Set last: an entry of the item that is called `item` must not hide the item.
            inner["item"] = item
            matched = match(run, inner)
            if kind_of(matched) == "number":
                return _at(run, items, matched, element)
            if matched is not None and not isinstance(matched, bool):
                return run.warn("not_boolean", element, name=name)
            if matched:
                kept.append(item)
        return kept if items else empty(run, scope)

    def empty(run: Run, scope: Mapping[str, Any]) -> Any:
        # There is no item to tell a position from a condition, and nothing to warn of if it is none.
        told = len(run.warnings)
        matched = match(run, Scope({"item": None}, scope))
        if kind_of(matched) == "number":
            return _at(run, [], matched, element)
        del run.warnings[told:]
        return []

    return filtered


def _at(run: Run, items: list[Any], index: Any, element: str) -> Any:
    try:
        return item_at(items, index)
    except NoValue:
        return run.warn("no_item", element, index=str(index), count=str(len(items)))


def _iteration(expression: Iteration, place: Place, name: str) -> Code:
    source = compile_expression(expression.source, place, name)
    variable = expression.variable
    body = compile_expression(expression.body, place.within([variable, "partial"]), name)
    element = expression.id or place.owner
    # Each turn has its own copy of what came before, which is only made where it is asked for.
    partial = any(
        "partial" in part.text for part in expressions_in(expression.body) if isinstance(part, LiteralExpression)
    )

    def results(run: Run, scope: Mapping[str, Any]) -> list[Any] | None:
        items = _items(run, source(run, scope), element)
        if items is None:
            run.warn("not_a_list", element, name=name)
            return None
        found: list[Any] = []
        for item in items:
            run.step(1 + len(found) // 64 if partial else 1)
            names = {variable: item, "partial": list(found)} if partial else {variable: item}
            found.append(body(run, Scope(names, scope)))
        return found

    return results if expression.kind == "for" else _quantified(results, expression.kind == "some", element, name)


def _quantified(results: Code, decisive: bool, element: str, name: str) -> Code:
    """`some` (decided by a true) or `every` (decided by a false) over the results of the turns."""

    def quantified(run: Run, scope: Mapping[str, Any]) -> bool | None:
        found = results(run, scope)
        if found is None:
            return None
        if any(value is decisive for value in found):
            return decisive
        if all(isinstance(value, bool) for value in found):
            return not decisive
        run.warn("not_boolean", element, name=name)
        return None

    return quantified


def _items(run: Run, value: Any, element: str) -> list[Any] | None:
    """What an iteration runs over: a list, what a range counts, a single value as a list of one; not null."""
    kind = kind_of(value)
    if kind == "range":
        value = run.evaluate(_COUNTED, {"value": value}, element)
        return None if value is None else list(value)
    return None if value is None else list(value) if kind == "list" else [value]


_COMPILERS: dict[type[Boxed], Callable[..., Code]] = {
    DecisionTable: compile_table,
    Context: _context,
    ListOf: _list,
    Relation: _relation,
    Invocation: _invocation,
    Conditional: _conditional,
    Filter: _filter,
    Iteration: _iteration,
}
