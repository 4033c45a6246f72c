"""A pattern as a tree."""

from dataclasses import dataclass

from engine.feel.patterns.charsets import Charset


@dataclass(frozen=True, slots=True)
class Flags:
    """`s`: a dot takes line ends too. `m`: `^` and `$` stand at lines. `i`: case does not count."""

    dot_all: bool = False
    multiline: bool = False
    ignore_case: bool = False


@dataclass(frozen=True, slots=True)
class OneOf:
    """One character of a set; `text` is the set as RE2 writes it, if it can."""

    charset: Charset
    text: str | None


@dataclass(frozen=True, slots=True)
class Dot:
    """Any character but a line end."""


@dataclass(frozen=True, slots=True)
class Anchor:
    """`^` or `$`."""

    sign: str


@dataclass(frozen=True, slots=True)
class BackReference:
    """What a group matched, once more."""

    group: int


@dataclass(frozen=True, slots=True)
class Group:
    """A group; number 0 for one that is not counted."""

    number: int
    body: "Tree"


@dataclass(frozen=True, slots=True)
class Repeat:
    """`body` from `least` to `most` times (None: any number), as often as can be or as seldom."""

    body: "Tree"
    least: int
    most: int | None
    lazy: bool


@dataclass(frozen=True, slots=True)
class Sequence:
    """One after the other."""

    parts: tuple["Tree", ...]


@dataclass(frozen=True, slots=True)
class Choice:
    """The first that fits."""

    options: tuple["Tree", ...]


Tree = OneOf | Dot | Anchor | BackReference | Group | Repeat | Sequence | Choice


def has_back_reference(tree: Tree) -> bool:
    """Whether RE2 cannot run it."""
    if isinstance(tree, BackReference):
        return True
    if isinstance(tree, Group | Repeat):
        return has_back_reference(tree.body)
    below = tree.parts if isinstance(tree, Sequence) else tree.options if isinstance(tree, Choice) else ()
    return any(has_back_reference(part) for part in below)
