"""What can be told about an expression without running it: the variables it reads, and the type of its result."""

from collections.abc import Iterable
from typing import NamedTuple

from engine.feel.builtins import BUILT_INS
from engine.feel.syntax import (
    Between,
    Call,
    Chain,
    Comparison,
    ContextOf,
    Filter,
    For,
    FunctionOf,
    If,
    In,
    InstanceOf,
    Iterator,
    ListOf,
    Literal,
    Logic,
    Name,
    Node,
    Path,
    Quantified,
    RangeOf,
    Tests,
    children,
)
from engine.feel.typesystem import ANY, FunctionType, ListType, Type
from engine.feel.values import kind_of

Bound = frozenset[str]
Pending = tuple[Node, Bound, bool]
ITEM = "item"
INPUT = "?"


class Reading(NamedTuple):
    """What an expression takes from its scope: `paths` of variables as far as they are written out, `possible` for
    names that stand only in filters and may be entries of a list's items, `calls` for functions that are no
    built-ins. `paths` has the other two in it."""

    paths: frozenset[tuple[str, ...]]
    possible: frozenset[str]
    calls: frozenset[str]


def reading_of(tree: Node) -> Reading:
    """The free names of the tree: `customer.id` is ("customer", "id"), a function is under its name alone."""
    # Told apart because lint must not call an item's entry an unknown variable.
    certain: set[tuple[str, ...]] = set()
    in_filters: set[tuple[str, ...]] = set()
    calls: set[str] = set()
    pending: list[Pending] = [(tree, frozenset((INPUT,)), False)]
    while pending:
        node, bound, filtering = pending.pop()
        path = _path_of(node)
        if path is None:
            calls.update(_called(node, bound))
            pending.extend(_below(node, bound, filtering))
        elif path[0] not in bound:
            (in_filters if filtering else certain).add(path)
    names = {path[0] for path in certain}
    possible = frozenset(path[0] for path in in_filters if path[0] not in names)
    return Reading(frozenset(certain | in_filters), possible, frozenset(calls))


def _path_of(node: Node) -> tuple[str, ...] | None:
    names: list[str] = []
    while isinstance(node, Path):
        names.append(node.name)
        node = node.base
    return (node.name, *reversed(names)) if isinstance(node, Name) else None


def _called(node: Node, bound: Bound) -> Iterable[str]:
    if isinstance(node, Call) and isinstance(node.function, Name) and node.function.name not in bound:
        return () if node.function.name in BUILT_INS else (node.function.name,)
    return ()


def _below(node: Node, bound: Bound, filtering: bool) -> Iterable[Pending]:
    if isinstance(node, Filter):
        return [(node.base, bound, filtering), (node.condition, bound | {ITEM}, True)]
    if isinstance(node, ContextOf):
        return _entries(node, bound, filtering)
    if isinstance(node, For):
        return _iterated(node.iterators, node.body, bound, filtering, {"partial"})
    if isinstance(node, Quantified):
        return _iterated(node.iterators, node.condition, bound, filtering, set())
    if isinstance(node, FunctionOf):
        names = bound | {name for name, _ in node.parameters}
        return [(node.body, names, filtering)] if node.body else []
    if isinstance(node, Call) and isinstance(node.function, Name) and node.function.name in BUILT_INS:
        return [(argument, bound, filtering) for argument in node.arguments]
    return [(child, bound, filtering) for child in children(node)]


def _entries(node: ContextOf, bound: Bound, filtering: bool) -> list[Pending]:
    below: list[Pending] = []
    for key, value in node.entries:
        # A key is known to what follows it, and to a function that calls itself.
        below.append((value, bound | {key} if isinstance(value, FunctionOf) else bound, filtering))
        bound |= {key}
    return below


def _iterated(
    iterators: tuple[Iterator, ...], body: Node, bound: Bound, filtering: bool, extra: set[str]
) -> list[Pending]:
    below: list[Pending] = []
    for iterator in iterators:
        below.append((iterator.source, bound, filtering))
        if iterator.end:
            below.append((iterator.end, bound, filtering))
        bound |= {iterator.name}
    below.append((body, bound | extra, filtering))
    return below


def result_type(node: Node) -> Type:
    """The type every non-null result has, `Any` where it is not known."""
    if isinstance(node, Literal):
        return ANY if node.value is None else Type(kind_of(node.value))
    if isinstance(node, Comparison | Logic | Between | In | InstanceOf | Quantified | Tests):
        return Type("boolean")
    if isinstance(node, ListOf):
        return ListType("list", _common(result_type(item) for item in node.items))
    if isinstance(node, For):
        return ListType("list", result_type(node.body))
    if isinstance(node, If):
        return _common([*(result_type(value) for _, value in node.branches), result_type(node.otherwise)])
    if isinstance(node, Call) and isinstance(node.function, Name) and node.function.name in BUILT_INS:
        return BUILT_INS[node.function.name].signatures[0].result
    if isinstance(node, Chain):
        # Of numbers alone, or strings, arithmetic makes the same again; durations and dates make many kinds.
        operands = _common(result_type(operand) for operand in children(node))
        return operands if operands.name in ("number", "string") else ANY
    if isinstance(node, RangeOf):
        return Type("range")
    if isinstance(node, ContextOf):
        return Type("context")
    if isinstance(node, FunctionOf):
        kinds = tuple(kind for _, kind in node.parameters)
        return FunctionType("function", kinds, result_type(node.body) if node.body else ANY)
    return ANY


def _common(types: Iterable[Type]) -> Type:
    kinds = set(types)
    return kinds.pop() if len(kinds) == 1 else ANY
