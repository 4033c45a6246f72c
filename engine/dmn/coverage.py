"""Which inputs a decision table leaves without a rule, which rules overlap, which can never decide.

Each column is cut where a cell's region begins or ends; inside a piece every rule either matches everywhere or nowhere,
so a piece is one bit a rule. A cell that is no constant may match anything when gaps are sought, and nothing when
overlaps and covering rules are: no finding is then a false alarm.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from engine.dmn.regions import Interval, Region, point

MAX_STEPS = 50_000
MAX_EXAMPLES = 5

Box = tuple[tuple[int, Interval], ...]
"""An example: column index and the values there; columns left out may have any."""


@dataclass(frozen=True, slots=True)
class Cell:
    """What a rule asks of a column: everything (`region` None, no text), a constant region, or something else."""

    text: str
    region: Region | None

    @property
    def is_any(self) -> bool:
        return not self.text

    @property
    def is_constant(self) -> bool:
        return self.is_any or self.region is not None


@dataclass(frozen=True, slots=True)
class Column:
    """The values that can come (None: any of the kind) and a cell for each rule."""

    domain: Region | None
    cells: tuple[Cell, ...]


class TooMuchError(Exception):
    """The table needs more steps than are spent on a check."""


class Coverage:
    """The analysis of one table, within a bound of steps."""

    def __init__(self, columns: Sequence[Column], rules: int) -> None:
        self._columns = columns
        self._rules = rules
        self._steps = 0

    def gaps(self) -> Iterator[Box]:
        """Examples of inputs that no rule matches."""
        pieces = [self._pieces(column, None) for column in self._columns]
        yield from self._uncovered(pieces, (1 << self._rules) - 1)

    def overlaps(self) -> Iterator[tuple[int, int, Box]]:
        """Pairs of rules (from 0) that match the same inputs, with an example."""
        for first in range(self._rules):
            for second in range(first + 1, self._rules):
                self._step()
                common = self._common(first, second)
                if common is not None:
                    yield first, second, common

    def covered_by_earlier(self) -> Iterator[int]:
        """Rules (from 0) whose every input is matched by a rule above."""
        for rule in range(1, self._rules):
            if all(column.cells[rule].is_constant for column in self._columns):
                pieces = [self._pieces(column, rule) for column in self._columns]
                if next(self._uncovered(pieces, (1 << rule) - 1), None) is None:
                    yield rule

    def _step(self) -> None:
        self._steps += 1
        if self._steps > MAX_STEPS:
            raise TooMuchError

    def _pieces(self, column: Column, within: int | None) -> list[tuple[Interval, int]]:
        """The column's pieces with the rules that match there; of those with the same rules the first stands for all.

        `within` limits the column to what that rule asks of it, and takes cells that are no constant as not matching.
        """
        own = None if within is None else column.cells[within].region
        domain = own if column.domain is None else column.domain if own is None else column.domain.meets(own)
        regions = [cell.region for cell in column.cells if cell.region is not None]
        kinds = {region.kind for region in regions}
        if len(kinds) > 1 or (domain is None and not kinds):
            return [(Interval(), self._mask(column, None, within))]
        whole = domain or Region(kinds.pop(), (Interval(),))
        found: dict[int, Interval] = {}
        for piece in cut(whole, regions):
            self._step()
            found.setdefault(self._mask(column, piece, within), piece)
        return [(piece, mask) for mask, piece in found.items()]

    def _mask(self, column: Column, piece: Interval | None, within: int | None) -> int:
        mask = 0
        for rule, cell in enumerate(column.cells):
            if cell.is_any or (within is not None and cell.text == column.cells[within].text):
                matches = True
            elif cell.region is None or piece is None:
                matches = within is None
            else:
                matches = any(part.meets(piece) is not None for part in cell.region.intervals)
            mask |= matches << rule
        return mask

    def _uncovered(self, pieces: Sequence[Sequence[tuple[Interval, int]]], rules: int) -> Iterator[Box]:
        """Boxes matched by none of the rules; a walk over the columns that takes each set of rules left once."""
        seen: set[tuple[int, int]] = set()
        pending: list[tuple[int, int, Box]] = [(0, rules, ())]
        while pending:
            column, left, box = pending.pop()
            if left == 0:
                yield box
            elif column < len(pieces):
                several = len(pieces[column]) > 1
                for piece, mask in reversed(pieces[column]):
                    self._step()
                    state = (column + 1, left & mask)
                    if state not in seen:
                        seen.add(state)
                        pending.append((*state, (*box, (column, piece)) if several else box))

    def _common(self, first: int, second: int) -> Box | None:
        box: list[tuple[int, Interval]] = []
        for index, column in enumerate(self._columns):
            one, two = column.cells[first], column.cells[second]
            if one.is_any and two.is_any:
                continue
            if not (one.is_constant and two.is_constant):
                if one.text != two.text:
                    return None
                continue
            regions = [region for region in (one.region, two.region, column.domain) if region is not None]
            meeting = regions[0]
            for region in regions[1:]:
                meeting = meeting.meets(region)
            if not meeting.intervals:
                return None
            box.append((index, meeting.intervals[0]))
        return tuple(box)


def cut(whole: Region, regions: Sequence[Region]) -> Iterator[Interval]:
    """The whole in pieces that each of the regions holds entirely or not at all: points and what is between them."""
    bounds = {bound for region in (whole, *regions) for part in region.intervals for bound in (part.low, part.high)}
    ends = sorted(bound for bound in bounds if bound is not None)
    pieces = [Interval(None, False, ends[0], False)] if ends else [Interval()]
    for index, end in enumerate(ends):
        pieces.append(point(end))
        pieces.append(Interval(end, False, ends[index + 1] if index + 1 < len(ends) else None, False))
    for piece in pieces:
        common = Region(whole.kind, (piece,)).meets(whole)
        yield from common.intervals[:1]
