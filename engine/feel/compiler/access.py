"""Paths and filters: what is inside contexts, lists and the values with properties."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from engine.feel.compiler.base import Compiler, Level, Levels, compiles, constant_of, weight
from engine.feel.compiler.names import ITEM
from engine.feel.errors import NoValue
from engine.feel.names import similar_name
from engine.feel.properties import PROPERTIES, property_of
from engine.feel.run import Evaluate, Locals, Place, Run
from engine.feel.syntax import Filter, Path
from engine.feel.values import PLAIN, adapt, item_at, kind_of


@compiles(Path)
def _path(compiler: Compiler, node: Path, levels: Levels) -> Evaluate:
    base, name, place = compiler.compile(node.base, levels), node.name, compiler.place(node)

    def look_into(run: Run, local: Locals) -> Any:
        value = base(run, local)
        if type(value) is dict and name in value:
            found = value[name]
            return found if type(found) in PLAIN else adapt(found)
        return entry(run, value, name, place)

    return look_into


def entry(run: Run, value: Any, name: str, place: Place) -> Any:
    """`value.name`; of a list, that of each item; of null, null."""
    if value is None:
        return None
    kind = kind_of(value)
    if kind == "context":
        return adapt(value[name]) if name in value else _missing(run, value, name, place)
    if kind == "list":
        run.charge(len(value))
        return [entry(run, item, name, place) for item in value]
    if kind in PROPERTIES:
        try:
            return property_of(kind, adapt(value), name)
        except NoValue as reason:
            run.warn(place, reason.code, **reason.parameters)
            return None
    run.warn(place, "no_property", kind=kind, name=name)
    return None


def _missing(run: Run, value: Mapping[str, Any], name: str, place: Place) -> None:
    # Every key is compared: in a table kept as a context that would cost more than the evaluation.
    similar = similar_name(name, [str(key) for key in value]) if len(value) < 1000 else None
    if similar:
        run.warn(place, "no_entry_similar", name=name, similar=similar)
    else:
        run.warn(place, "no_entry", name=name)


@compiles(Filter)
def _filter(compiler: Compiler, node: Filter, levels: Levels) -> Evaluate:
    base, place = compiler.compile(node.base, levels), compiler.place(node)
    # Looking into `partial` needs no copy of it.
    base = getattr(base, "original", base)
    condition = compiler.compile(node.condition, Level({ITEM}, levels, of_item=True))
    fixed = constant_of(condition)
    if type(fixed) is Decimal:
        return _indexed(base, fixed, place)
    cost = weight(node.condition)

    def choose(run: Run, local: Locals) -> Any:
        value = base(run, local)
        if value is None:
            return None
        items = value if kind_of(value) == "list" else [value]
        kept = []
        for item in items:
            run.charge(cost)
            holds = condition(run, ({ITEM: adapt(item)}, local))
            if holds is True:
                kept.append(item)
            # A number is a position, and the same for every item.
            elif kind_of(holds) == "number":
                return at_index(run, items, holds, place)
            elif holds is not False and holds is not None:
                run.warn(place, "filter", kind=kind_of(holds))
                return None
        return kept if items else empty(run, local)

    def empty(run: Run, local: Locals) -> Any:
        # There is no item to tell a position from a condition, and nothing to warn of if it is none.
        mark = run.mark()
        index = condition(run, ({ITEM: None}, local))
        if kind_of(index) == "number":
            return at_index(run, [], index, place)
        run.forget(mark)
        return []

    return choose


def _indexed(base: Evaluate, index: Decimal, place: Place) -> Evaluate:
    def choose(run: Run, local: Locals) -> Any:
        value = base(run, local)
        if value is None:
            return None
        return at_index(run, value if kind_of(value) == "list" else [value], index, place)

    return choose


def at_index(run: Run, items: Any, index: Decimal | int, place: Place) -> Any:
    """The item at an index; null, with a warning, where there is none."""
    try:
        return item_at(items, index)
    except NoValue as reason:
        run.warn(place, reason.code, **reason.parameters)
        return None
