"""Lists, contexts and ranges."""

from typing import Any

from engine.feel.comparing import ORDERED, comparable
from engine.feel.compiler.base import Compiler, Level, Levels, compiles
from engine.feel.run import Evaluate, Locals, Run
from engine.feel.syntax import ContextOf, FunctionOf, ListOf, RangeOf
from engine.feel.values import Range, kind_of


@compiles(ListOf)
def _list(compiler: Compiler, node: ListOf, levels: Levels) -> Evaluate:
    items = [compiler.compile(item, levels) for item in node.items]

    def build(run: Run, local: Locals) -> list[Any]:
        return [item(run, local) for item in items]

    return build


@compiles(ContextOf)
def _context(compiler: Compiler, node: ContextOf, levels: Levels) -> Evaluate:
    level = Level(set(), levels)
    entries: list[tuple[str, Evaluate]] = []
    twice = None
    for key, value in node.entries:
        # Found when compiling, told when evaluating: it is a null and no syntax error (10.3.2.2).
        if any(key == other for other, _ in entries):
            twice = key
        # A function may call itself by its key; any other entry sees only those before it.
        if isinstance(value, FunctionOf):
            level.names.add(key)
        entries.append((key, compiler.compile(value, level)))
        level.names.add(key)
    place = compiler.place(node)

    def build(run: Run, local: Locals) -> dict[str, Any] | None:
        if twice is not None:
            run.warn(place, "duplicate_key", key=twice)
            return None
        values: dict[str, Any] = {}
        inner = (values, local)
        for key, value in entries:
            values[key] = value(run, inner)
        return values

    return build


@compiles(RangeOf)
def _range(compiler: Compiler, node: RangeOf, levels: Levels) -> Evaluate:
    if node.operator:
        return _operator_range(compiler, node, levels)
    start, end = compiler.compile(node.start, levels), compiler.compile(node.end, levels)
    place = compiler.place(node)

    def build(run: Run, local: Locals) -> Range | None:
        low, high = start(run, local), end(run, local)
        if low is not None and high is not None and not comparable(low, high):
            run.warn(place, "range_ends", left=kind_of(low), right=kind_of(high))
            return None
        return Range(low, high, node.start_included, node.end_included)

    return build


def _operator_range(compiler: Compiler, node: RangeOf, levels: Levels) -> Evaluate:
    operand, operator, place = compiler.compile(node.start, levels), node.operator, compiler.place(node)
    ordering = operator not in ("=", "!=")

    def build(run: Run, local: Locals) -> Range | None:
        value = operand(run, local)
        if ordering and kind_of(value) not in ORDERED:
            run.warn(place, "operand", operator=operator, kind=kind_of(value))
            return None
        start = None if operator[0] == "<" else value
        end = None if operator[0] == ">" else value
        return Range(start, end, node.start_included, node.end_included, operator)

    return build
