"""`for`, `some` and `every`."""

from collections.abc import Iterator as Iterating
from decimal import Decimal
from typing import Any

from engine.feel.compiler.base import Compiler, Level, Levels, compiles, weight
from engine.feel.compiler.names import PARTIAL
from engine.feel.errors import NoValue
from engine.feel.numeric import whole
from engine.feel.run import Evaluate, Locals, Place, Run
from engine.feel.syntax import For, Iterator, Quantified
from engine.feel.temporal import date_of_day_number, day_number
from engine.feel.values import Range, adapt, kind_of

Source = tuple[str, Evaluate, Evaluate | None, Place]


@compiles(For)
def _for(compiler: Compiler, node: For, levels: Levels) -> Evaluate:
    sources, level = _sources(compiler, node.iterators, levels)
    level.names.add(PARTIAL)
    body = compiler.compile(node.body, level)
    cost = weight(node.body)

    def collect(run: Run, local: Locals) -> list[Any] | None:
        results: list[Any] = []
        try:
            for values in _turns(run, sources, {PARTIAL: results}, local):
                run.charge(cost)
                results.append(body(run, (values, local)))
        except NoValue as reason:
            run.warn(sources[0][3], reason.code, **reason.parameters)
            return None
        return results

    return collect


@compiles(Quantified)
def _quantified(compiler: Compiler, node: Quantified, levels: Levels) -> Evaluate:
    sources, level = _sources(compiler, node.iterators, levels)
    condition = compiler.compile(node.condition, level)
    place = compiler.place(node.condition)
    cost = weight(node.condition)
    decisive = not node.every

    def decide(run: Run, local: Locals) -> Any:
        answer: bool | None = not decisive
        try:
            for values in _turns(run, sources, {}, local):
                run.charge(cost)
                holds = condition(run, (values, local))
                if holds is decisive:
                    return decisive
                # It goes on: a later one may still decide, as a later operand of `and` or `or` would.
                if type(holds) is not bool:
                    answer = None
                if type(holds) is not bool and not (holds is None and run.warnings):
                    run.warn(place, "condition", kind=kind_of(holds))
        except NoValue as reason:
            run.warn(sources[0][3], reason.code, **reason.parameters)
            return None
        return answer

    return decide


def _sources(compiler: Compiler, iterators: tuple[Iterator, ...], levels: Levels) -> tuple[list[Source], Level]:
    level = Level(set(), levels)
    sources: list[Source] = []
    for iterator in iterators:
        source = compiler.compile(iterator.source, level)
        end = compiler.compile(iterator.end, level) if iterator.end else None
        sources.append((iterator.name, source, end, compiler.place(iterator.source)))
        level.names.add(iterator.name)
    return sources, level


def _turns(
    run: Run, sources: list[Source], values: dict[str, Any], local: Locals, index: int = 0
) -> Iterating[dict[str, Any]]:
    """The variables of each turn, the last iterator's turning fastest; a dict of its own for each turn."""
    name, source, end, _ = sources[index]
    inner = (values, local)
    # Anew for each turn of the iterators before: it may read their variables.
    start = source(run, inner)
    items = _items(start) if end is None else _steps(start, end(run, inner))
    for item in items:
        # Also where an inner list is empty and the body never runs.
        run.charge(1)
        # Functions made in a turn keep that turn's variables.
        turn = {**values, name: adapt(item)}
        if index + 1 < len(sources):
            yield from _turns(run, sources, turn, local, index + 1)
        else:
            yield turn


def _items(value: Any) -> Any:
    if isinstance(value, Range):
        if value.start is None or value.end is None:
            raise NoValue("not_iterable", kind="range with an open end")
        return _within(value)
    if value is None or kind_of(value) == "function":
        raise NoValue("not_iterable", kind=kind_of(value))
    return value if kind_of(value) == "list" else [value]


def _within(span: Range) -> Iterating[Any]:
    for item in _steps(span.start, span.end):
        if (span.start_included or item != span.start) and (span.end_included or item != span.end):
            yield item


def _steps(start: Any, end: Any) -> Iterating[Any]:
    kinds = kind_of(start), kind_of(end)
    if kinds == ("number", "number"):
        first, last = whole(start), whole(end)
        if first is not None and last is not None:
            # Nothing is laid out in memory: a loop to a billion ends by its budget.
            return map(Decimal, _up_or_down(first, last))
    if kinds == ("date", "date"):
        return map(date_of_day_number, _up_or_down(day_number(start), day_number(end)))
    raise NoValue("range_ends", left=kinds[0], right=kinds[1])


def _up_or_down(first: int, last: int) -> range:
    return range(first, last + 1) if first <= last else range(first, last - 1, -1)
