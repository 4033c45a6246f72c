"""Sets of characters as sorted, separate intervals of code points."""

import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby

from engine.feel.patterns.blocks import BLOCKS

Intervals = tuple[tuple[int, int], ...]
LAST = 0x10FFFF

# Nearly all code points stand in planes of one category; only the others need to be looked at one by one.
_ASSIGNED = ((0, 0x33FFF), (0xE0000, 0xE0FFF))
_UNIFORM = (
    (0x34000, 0xDFFFF, "Cn"),
    (0xE1000, 0xEFFFF, "Cn"),
    (0xF0000, 0xFFFFD, "Co"),
    (0xFFFFE, 0xFFFFF, "Cn"),
    (0x100000, 0x10FFFD, "Co"),
    (0x10FFFE, LAST, "Cn"),
)


@dataclass(frozen=True, slots=True)
class Charset:
    """A set of characters."""

    intervals: Intervals

    def __contains__(self, point: int) -> bool:
        low, high = 0, len(self.intervals)
        while low < high:
            middle = (low + high) // 2
            first, last = self.intervals[middle]
            if point < first:
                high = middle
            elif point > last:
                low = middle + 1
            else:
                return True
        return False

    def complement(self) -> "Charset":
        """Every other character."""
        gaps, start = [], 0
        for first, last in self.intervals:
            if start < first:
                gaps.append((start, first - 1))
            start = last + 1
        return Charset((*gaps, (start, LAST)) if start <= LAST else tuple(gaps))

    def without(self, other: "Charset") -> "Charset":
        """Those that the other has not."""
        return union(self.complement(), other).complement()

    def ignoring_case(self) -> "Charset":
        """With the other case of each, for a set of reasonable size."""
        # Case goes by pairs; beyond some thousand characters the set has both already.
        points = [point for first, last in self.intervals for point in range(first, min(last, first + 2_000) + 1)]
        others = {ord(other) for point in points for other in _cases(point)}
        return union(self, *(Charset(((point, point),)) for point in others)) if others else self


def union(*sets: Charset) -> Charset:
    """Those that any has."""
    merged: list[tuple[int, int]] = []
    for first, last in sorted(interval for charset in sets for interval in charset.intervals):
        if merged and first <= merged[-1][1] + 1:
            merged[-1] = (merged[-1][0], max(merged[-1][1], last))
        else:
            merged.append((first, last))
    return Charset(tuple(merged))


def characters(*points: int) -> Charset:
    """These."""
    return union(*(Charset(((point, point),)) for point in points))


@lru_cache(maxsize=64)
def category(name: str) -> Charset | None:
    """A general category such as `L` or `Lu`; None if Unicode has none such."""
    found = [charset for kind, charset in _categories().items() if kind.startswith(name)]
    return union(*found) if found else None


@lru_cache(maxsize=1)
def _categories() -> dict[str, Charset]:
    intervals: dict[str, list[tuple[int, int]]] = {}
    for first, last in _ASSIGNED:
        for kind, points in groupby(range(first, last + 1), key=lambda point: unicodedata.category(chr(point))):
            run = list(points)
            intervals.setdefault(kind, []).append((run[0], run[-1]))
    for first, last, kind in _UNIFORM:
        intervals.setdefault(kind, []).append((first, last))
    return {kind: union(Charset(tuple(found))) for kind, found in intervals.items()}


def block(name: str) -> Charset | None:
    """A block by its XML Schema name, such as `BasicLatin`."""
    interval = BLOCKS.get(name)
    return Charset((interval,)) if interval else None


def _cases(point: int) -> list[str]:
    character = chr(point)
    return [other for other in (character.lower(), character.upper()) if len(other) == 1 and other != character]
