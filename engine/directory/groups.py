"""Candidate groups: `unit.role.post[.specialty]` (decision 14), and patterns in which `*` stands for any one part."""

from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from itertools import product

DEFAULT_POST = "duty"


@dataclass(frozen=True, slots=True)
class Group:
    """For example GD-GZ.crc.duty or GD-GZ.maint.duty.transmission."""

    unit: str
    role: str
    post: str = DEFAULT_POST
    specialty: str | None = None

    def __str__(self) -> str:
        parts = (self.unit, self.role, self.post, self.specialty)
        return ".".join(part for part in parts if part is not None)


def parse(text: str) -> Group:
    """A group or pattern from its text; the post is `duty` where none is named. Raises ValueError."""
    parts = text.strip().split(".")
    if not 2 <= len(parts) <= 4 or not all(parts):
        raise ValueError(f"{text!r} is no group: it should read unit.role.post or unit.role.post.specialty")
    return Group(*parts)


def matches(group: Group, pattern: Group) -> bool:
    """Whether a group a person is in is one the pattern means; without a specialty the pattern means them all."""
    return (
        pattern.unit in ("*", group.unit)
        and pattern.role in ("*", group.role)
        and pattern.post in ("*", group.post)
        and pattern.specialty in (None, "*", group.specialty)
    )


def readable(texts: Iterable[str]) -> Iterator[Group]:
    """The groups among these texts. A diagram may name others, drawn for another engine: those mean nobody."""
    for text in texts:
        with suppress(ValueError):
            yield parse(text)


def any_matches(groups: Iterable[str], patterns: Iterable[str]) -> bool:
    """Whether one of these groups is meant by one of these patterns."""
    # Groups that somebody holds were read when they were given; only those of diagrams may be anything.
    held = [parse(group) for group in groups]
    return any(matches(group, pattern) for pattern in readable(patterns) for group in held)


def meant(groups: frozenset[str]) -> list[str]:
    """Every candidate group that means somebody who is in these groups, those with `*` for a part included."""
    found: set[str] = set()
    # Written out, so that the database can find tasks by their groups: `matches` would have to be asked of each task.
    for group in map(parse, groups):
        parts = list(product((group.unit, "*"), (group.role, "*"), (group.post, "*")))
        endings = ["", ".*", *([f".{group.specialty}"] if group.specialty else [])]
        found |= {".".join(part) + ending for part in parts for ending in endings}
        if group.post == DEFAULT_POST:
            found |= {".".join(part[:2]) for part in parts}
    return sorted(found)


def unit_of(group: str) -> str:
    """The unit a group belongs to."""
    return group.split(".", 1)[0]
