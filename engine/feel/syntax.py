"""The syntax tree. `at` is the offset in the text that a warning of the node names."""

from collections import deque
from collections.abc import Iterator as Iterating
from dataclasses import dataclass, field, fields
from typing import Any

from engine.feel.typesystem import Type


@dataclass(frozen=True, slots=True)
class Node:
    """Any expression."""

    at: int


@dataclass(frozen=True, slots=True)
class Literal(Node):
    """null, true, false, a number, a string, or an @-literal already read."""

    value: Any


@dataclass(frozen=True, slots=True)
class BadLiteral(Node):
    """An @-literal whose text is no date, time or duration: null, with a warning."""

    text: str


@dataclass(frozen=True, slots=True)
class Name(Node):
    """A variable, or `?`, the value under test."""

    name: str


@dataclass(frozen=True, slots=True)
class ListOf(Node):
    """`[a, b]`."""

    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class ContextOf(Node):
    """`{a: 1, "b": a}`."""

    entries: tuple[tuple[str, Node], ...]


@dataclass(frozen=True, slots=True)
class RangeOf(Node):
    """`[a..b)`; or with `operator` a range such as `(< 5)`, whose operand is `start`."""

    start: Node
    end: Node
    start_included: bool = True
    end_included: bool = True
    operator: str = ""


@dataclass(frozen=True, slots=True)
class Chain(Node):
    """Operators of one precedence from left to right: `first op operand op operand …`."""

    first: Node
    rest: tuple[tuple[str, Node, int], ...]


@dataclass(frozen=True, slots=True)
class Negation(Node):
    """`-a`."""

    operand: Node


@dataclass(frozen=True, slots=True)
class Logic(Node):
    """`a and b and …` or `a or b or …`."""

    operator: str
    operands: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Comparison(Node):
    """`a op b` with one of = != < <= > >=."""

    operator: str
    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class Between(Node):
    """`a between low and high`."""

    operand: Node
    low: Node
    high: Node


@dataclass(frozen=True, slots=True)
class In(Node):
    """`a in (test, test)`."""

    operand: Node
    tests: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class InstanceOf(Node):
    """`a instance of type`."""

    operand: Node
    type: Type


@dataclass(frozen=True, slots=True)
class If(Node):
    """`if c then a else if d then b else e`: the branches in one node, so that long chains stay flat."""

    branches: tuple[tuple[Node, Node], ...]
    otherwise: Node


@dataclass(frozen=True, slots=True)
class Iterator:
    """`name in source`, or `name in source..end`."""

    name: str
    source: Node
    end: Node | None = None


@dataclass(frozen=True, slots=True)
class For(Node):
    """`for … return body`."""

    iterators: tuple[Iterator, ...]
    body: Node


@dataclass(frozen=True, slots=True)
class Quantified(Node):
    """`some … satisfies condition`, or every."""

    every: bool
    iterators: tuple[Iterator, ...]
    condition: Node


@dataclass(frozen=True, slots=True)
class FunctionOf(Node):
    """`function(a: number, b) body`; `body` is None for an external one."""

    parameters: tuple[tuple[str, Type], ...]
    body: Node | None


@dataclass(frozen=True, slots=True)
class Path(Node):
    """`a.name`."""

    base: Node
    name: str


@dataclass(frozen=True, slots=True)
class Filter(Node):
    """`a[condition]`."""

    base: Node
    condition: Node


@dataclass(frozen=True, slots=True)
class Call(Node):
    """`f(a, b)` or `f(x: a, y: b)`; `names` is None for the first."""

    function: Node
    arguments: tuple[Node, ...]
    names: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Tests(Node):
    """Unary tests: `-` has neither items nor negation."""

    items: tuple[Node, ...] = field(default=())
    negated: bool = False


def children(node: Node | Iterator) -> Iterating[Node]:
    """The nodes directly below."""
    pending: deque[Any] = deque(getattr(node, part.name) for part in fields(node))
    while pending:
        part = pending.popleft()
        if isinstance(part, Node):
            yield part
        elif isinstance(part, Iterator):
            yield from children(part)
        elif isinstance(part, tuple):
            pending.extendleft(reversed(part))


def walk(tree: Node) -> Iterating[Node]:
    """Every node, without recursion."""
    pending = [tree]
    while pending:
        node = pending.pop()
        yield node
        pending.extend(children(node))


def depth(tree: Node) -> int:
    """Levels of nodes in one another."""
    # Without recursion: `a.b.c…` nests no brackets, so a tree may come here that is as deep as its text is long.
    deepest, pending = 0, [(tree, 1)]
    while pending:
        node, level = pending.pop()
        deepest = max(deepest, level)
        pending.extend((child, level + 1) for child in children(node))
    return deepest
