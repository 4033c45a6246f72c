"""Sets of characters as sorted, separate intervals of code points."""

import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from engine.feel.patterns.blocks import BLOCKS

Intervals = tuple[tuple[int, int], ...]
LAST = 0x10FFFF


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
    intervals: list[tuple[int, int]] = []
    start = None
    for point in range(LAST + 2):
        inside = point <= LAST and unicodedata.category(chr(point)).startswith(name)
        if inside and start is None:
            start = point
        elif not inside and start is not None:
            intervals.append((start, point - 1))
            start = None
    return Charset(tuple(intervals)) if intervals else None


def block(name: str) -> Charset | None:
    """A block by its XML Schema name, such as `BasicLatin`."""
    interval = BLOCKS.get(name)
    return Charset((interval,)) if interval else None


def _cases(point: int) -> list[str]:
    character = chr(point)
    return [other for other in (character.lower(), character.upper()) if len(other) == 1 and other != character]
