"""Which inputs a decision table leaves without a rule, which rules overlap, which can never decide.

Each column is cut where a cell's region begins or ends; inside a piece every rule either matches everywhere or nowhere,
so a piece is one bit a rule. A cell that is no constant may match anything when gaps are sought, and nothing when
overlaps and covering rules are: no finding is then a false alarm.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from engine.dmn.regions import Interval, Region, point

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
    """The check needs more steps than it may spend."""


class Allowance:
    """What a check may still spend; a step is about one comparison of two intervals."""

    def __init__(self, steps: int) -> None:
        self._steps = steps
        self.spent = 0

    def spend(self, steps: int) -> None:
        """Raises TooMuchError when nothing is left."""
        self.spent += steps
        if self.spent > self._steps:
            raise TooMuchError


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a column with the rules, as bits, that may match there, and those that certainly do."""

    values: Interval
    possible: int
    certain: int


class Coverage:
    """The analysis of one table."""

    def __init__(self, columns: Sequence[Column], rules: int, allowance: Allowance) -> None:
        self._columns = columns
        self._rules = rules
        self._allowance = allowance
        self._pieces = [self._cut(column) for column in columns]

    def gaps(self) -> Iterator[Box]:
        """Examples of inputs that no rule matches."""
        pieces = [[(piece.values, piece.possible) for piece in column] for column in self._pieces]
        yield from self._uncovered(pieces, (1 << self._rules) - 1)

    def overlaps(self) -> Iterator[tuple[int, int, Box]]:
        """Pairs of rules (from 0) that match the same inputs, with an example."""
        for first in range(self._rules):
            for second in range(first + 1, self._rules):
                self._allowance.spend(1)
                common = self._common(first, second)
                if common is not None:
                    yield first, second, common

    def covered_by_earlier(self) -> Iterator[int]:
        """Rules (from 0) whose every input is matched by a rule above."""
        for rule in range(1, self._rules):
            if all(column.cells[rule].is_constant for column in self._columns):
                pieces = [
                    [
                        (piece.values, piece.certain)
                        for piece in (*pieces, _elsewhere(column))
                        if piece.certain >> rule & 1
                    ]
                    for column, pieces in zip(self._columns, self._pieces, strict=True)
                ]
                # A rule that no value of a column passes is another finding.
                if all(pieces) and next(self._uncovered(pieces, (1 << rule) - 1), None) is None:
                    yield rule

    def _cut(self, column: Column) -> list[Piece]:
        """The column's pieces. Of those with the same rules the first stands for all, but those without any rule are
        gaps by themselves and are all kept."""
        regions = [cell.region for cell in column.cells if cell.region is not None]
        # Values of several kinds have no common order to cut: the column is one piece where anything may match.
        kinds = {region.kind for region in (*regions, column.domain) if region is not None}
        if len(kinds) != 1:
            return [self._piece(column, None)]
        whole = column.domain or Region(kinds.pop(), (Interval(),))
        found: list[Piece] = []
        for values in cut(whole, regions):
            piece = self._piece(column, values)
            same = [other for other in found if (other.possible, other.certain) == (piece.possible, piece.certain)]
            joined = same[-1].values.joined(values) if same and same[-1] is found[-1] else None
            if joined is not None:
                found[-1] = replace(piece, values=joined)
            elif piece.possible == 0 or not same:
                found.append(piece)
        return found

    def _piece(self, column: Column, values: Interval | None) -> Piece:
        self._allowance.spend(len(column.cells))
        possible = certain = 0
        for rule, cell in enumerate(column.cells):
            known = cell.is_any or (cell.region is not None and values is not None)
            matches = cell.is_any or values is None or cell.region is None or cell.region.overlaps(values)
            possible |= matches << rule
            certain |= (matches and known) << rule
        return Piece(values or Interval(), possible, certain)

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
                    self._allowance.spend(1)
                    state = (column + 1, left & mask)
                    if state not in seen:
                        pending.append((*state, (*box, (column, piece)) if several else box))
                    # Where no rule is left there is a gap, and each of them is told.
                    if left & mask:
                        seen.add(state)

    def _common(self, first: int, second: int) -> Box | None:
        box: list[tuple[int, Interval]] = []
        for index, column in enumerate(self._columns):
            one, two = column.cells[first], column.cells[second]
            if one.is_any and two.is_any:
                continue
            if not (one.is_constant and two.is_constant):
                # The same text is the same condition; of two others it cannot be told whether both may hold.
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


def _elsewhere(column: Column) -> Piece:
    """Null, and values that no cell names: only rules without a test or with a negated one match there."""
    certain = 0
    for rule, cell in enumerate(column.cells):
        certain |= (cell.is_any or (cell.region is not None and cell.text.startswith("not"))) << rule
    return Piece(Interval(), certain, certain)


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
        # The ends of the whole have cut as well, so a piece lies in one of its intervals or in none.
        yield from common.intervals[:1]
