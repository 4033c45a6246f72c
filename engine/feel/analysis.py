"""What can be told about an expression without running it: the variables it reads, and the type of its result."""

from collections.abc import Iterable

from engine.feel.syntax import (
    Between,
    Call,
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


def variable_paths(tree: Node, built_ins: Iterable[str]) -> frozenset[tuple[str, ...]]:
    """The free variables with the path after each as far as it is written out: `customer.id` is ("customer", "id").

    A name inside a filter may be an entry of the list's items as well as a variable; it is counted as a variable
    only outside. A called name is none if it is a built-in's.
    """
    found: set[tuple[str, ...]] = set()
    functions = frozenset(built_ins)
    pending: list[tuple[Node, Bound, bool]] = [(tree, frozenset(), False)]
    while pending:
        node, bound, filtering = pending.pop()
        path = _path_of(node)
        if path is not None:
            if not filtering and path[0] not in bound and path[0] != "?":
                found.add(path)
            continue
        pending.extend(_below(node, bound, filtering, functions))
    return frozenset(found)


def _path_of(node: Node) -> tuple[str, ...] | None:
    names: list[str] = []
    while isinstance(node, Path):
        names.append(node.name)
        node = node.base
    return (node.name, *reversed(names)) if isinstance(node, Name) else None


def _below(node: Node, bound: Bound, filtering: bool, functions: Bound) -> Iterable[tuple[Node, Bound, bool]]:
    if isinstance(node, Filter):
        return [(node.base, bound, filtering), (node.condition, bound, True)]
    if isinstance(node, ContextOf):
        inner: list[tuple[Node, Bound, bool]] = []
        for key, value in node.entries:
            inner.append((value, bound, filtering))
            bound |= {key}
        return inner
    if isinstance(node, For | Quantified):
        body = node.body if isinstance(node, For) else node.condition
        extra = {"partial"} if isinstance(node, For) else set()
        return _iterated(node.iterators, body, bound, filtering, extra)
    if isinstance(node, FunctionOf):
        names = bound | {name for name, _ in node.parameters}
        return [(node.body, names, filtering)] if node.body else []
    if isinstance(node, Call) and isinstance(node.function, Name) and node.function.name in functions:
        return [(argument, bound, filtering) for argument in node.arguments]
    return [(child, bound, filtering) for child in children(node)]


def _iterated(
    iterators: tuple[Iterator, ...], body: Node, bound: Bound, filtering: bool, extra: set[str]
) -> list[tuple[Node, Bound, bool]]:
    inner: list[tuple[Node, Bound, bool]] = []
    for iterator in iterators:
        inner.append((iterator.source, bound, filtering))
        if iterator.end:
            inner.append((iterator.end, bound, filtering))
        bound |= {iterator.name}
    inner.append((body, bound | extra, filtering))
    return inner


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
