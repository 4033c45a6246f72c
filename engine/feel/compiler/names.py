"""Literals and variables."""

from typing import Any

from engine.feel.builtins import BUILT_INS
from engine.feel.compiler.base import Compiler, Level, Levels, compiles, constant
from engine.feel.names import similar_name
from engine.feel.run import Evaluate, Locals, Place, Run
from engine.feel.syntax import BadLiteral, Literal, Name
from engine.feel.values import PLAIN, adapt, kind_of

ITEM = "item"
PARTIAL = "partial"
_MANY_NAMES = 2_000


@compiles(Literal)
def _literal(compiler: Compiler, node: Literal, levels: Levels) -> Evaluate:
    return constant(node.value)


@compiles(BadLiteral)
def _bad_literal(compiler: Compiler, node: BadLiteral, levels: Levels) -> Evaluate:
    place, text = compiler.place(node), node.text

    def answer(run: Run, local: Locals) -> None:
        run.warn(place, "invalid", text=text, what="date, time or duration")

    return answer


@compiles(Name)
def _name(compiler: Compiler, node: Name, levels: Levels) -> Evaluate:
    place = compiler.place(node)
    hops = 0
    level = levels
    while level is not None:
        if level.of_item:
            # Whether the item has an entry of this name can be told only when the item is there.
            return _dynamic(node.name, levels, place)
        if node.name in level.names:
            found = _local(node.name, hops)
            return _snapshot(found) if node.name == PARTIAL else found
        level = level.outer
        hops += 1
    return _global(node.name, place)


def _global(name: str, place: Place) -> Evaluate:
    def look_up(run: Run, local: Locals) -> Any:
        try:
            value = run.scope[name]
        except KeyError:
            return _missing(run, name, place)
        return value if type(value) in PLAIN else adapt(value)

    look_up.variable = name  # type: ignore[attr-defined]
    return look_up


def _local(name: str, hops: int) -> Evaluate:
    def innermost(run: Run, local: Any) -> Any:
        return local[0][name]

    def next_one(run: Run, local: Any) -> Any:
        return local[1][0][name]

    def further(run: Run, local: Any) -> Any:
        for _ in range(hops):
            local = local[1]
        return local[0][name]

    return (innermost, next_one)[hops] if hops < 2 else further


def _snapshot(look_up: Evaluate) -> Evaluate:
    def copy(run: Run, local: Locals) -> Any:
        value = look_up(run, local)
        if type(value) is not list:
            return value
        # The list of results grows while the loop runs; who keeps it must not see that, nor find it in itself.
        run.charge(len(value) // 8)
        return list(value)

    copy.original = look_up  # type: ignore[attr-defined]
    return copy


def _dynamic(name: str, levels: Levels, place: Place) -> Evaluate:
    in_global = _global(name, place)
    known = list(_known(levels))

    def look_up(run: Run, local: Any) -> Any:
        for of_item, names in known:
            values = local[0]
            if of_item:
                item = values[ITEM]
                if kind_of(item) == "context" and name in item:
                    return adapt(item[name])
            if name in names:
                return values[name]
            local = local[1]
        return in_global(run, None)

    return look_up


def _known(levels: Levels) -> list[tuple[bool, set[str]]]:
    known = []
    level: Level | None = levels
    while level is not None:
        # A copy: names declared later at the same level are not visible here.
        known.append((level.of_item, set(level.names)))
        level = level.outer
    return known


def _missing(run: Run, name: str, place: Place) -> Any:
    if name in BUILT_INS:
        # Built-ins are the outermost scope (10.3.4): anything else of the name goes before.
        return BUILT_INS[name].as_value
    # Only now, when something is wrong anyway, is the whole scope looked through.
    names = list(run.scope)
    similar = similar_name(name, names) if len(names) <= _MANY_NAMES else None
    if similar:
        run.warn(place, "no_variable_similar", name=name, similar=similar)
    else:
        run.warn(place, "no_variable", name=name)
    return None
