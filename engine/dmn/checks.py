"""Checks at deploy: gaps and overlaps of tables, rules that never decide, entries of the wrong type.

All are warnings; a model with them can be evaluated. The work is bounded, what was left out is a finding too.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any

from engine.dmn.boxed import DecisionTable, LiteralExpression, TableInput
from engine.dmn.coverage import MAX_EXAMPLES, Allowance, Box, Cell, Column, Coverage, TooMuchError
from engine.dmn.errors import Finding
from engine.dmn.examples import Example, example_of, heading_of
from engine.dmn.linking import tables_in
from engine.dmn.model import Model
from engine.dmn.regions import OTHERS, Region, point, read_constant, read_region
from engine.dmn.tables import ANY_VALUE
from engine.dmn.typetable import TypeTable
from engine.feel import FeelSyntaxError, FeelWarning, compile_unary_tests

MAX_STEPS = 1_000_000
MAX_STEPS_OF_TABLE = 400_000
"""Comparisons: for a whole model, so that one of many tables is bounded too, and for one of its tables."""

# The other policies answer with a list, which may be empty: where no rule matches nothing is amiss.
_SINGLE_HIT = ("UNIQUE", "ANY", "FIRST", "PRIORITY")


def check(model: Model) -> tuple[Finding, ...]:
    """Warnings about a parsed (and, with imports, linked) model, in the order of the file."""
    # Without its imports nothing is compiled yet; whoever links it has it checked then.
    if model.linked is None:
        return ()
    types = model.linked.types
    left = MAX_STEPS
    found: list[Finding] = [*model.linked.doubts]
    for table, owner in tables_in(model.definitions):
        allowance = Allowance(min(left, MAX_STEPS_OF_TABLE))
        found.extend(_Check(table, owner, types).all(allowance))
        left -= allowance.spent
    return tuple(sorted(found, key=lambda finding: finding.line))


class _Check:
    def __init__(self, table: DecisionTable, owner: str, types: TypeTable) -> None:
        self._table = table
        self._element = table.id or owner
        self._types = types
        self._columns = [self._column(index, column) for index, column in enumerate(table.inputs)]

    def all(self, allowance: Allowance) -> Iterator[Finding]:
        yield from self._tests()
        yield from self._outputs()
        try:
            coverage = Coverage(self._columns, len(self._table.rules), allowance)
            yield from self._gaps(coverage)
            yield from self._overlaps(coverage)
            yield from self._unreachable(coverage)
        except TooMuchError:
            yield self._finding("checks_incomplete", self._table.line)

    def _column(self, index: int, column: TableInput) -> Column:
        cells = tuple(_cell(rule.tests[index : index + 1]) for rule in self._table.rules)
        declared = self._types.find(column.type_ref)
        allowed = column.values or declared.allowed_text
        domain = read_region(allowed) if allowed else None
        # Of numbers and dates nothing is known but the cells; a boolean has two values.
        if domain is None and declared.kind == "boolean":
            domain = Region("boolean", (point(False), point(True)))
        if domain is None:
            domain = _mentioned_strings([cell.region for cell in cells if cell.region is not None])
        return Column(domain, cells)

    def _tests(self) -> Iterator[Finding]:
        """Cells that compare with another type than the column's, or that no allowed value passes."""
        for index, (column, analysed) in enumerate(zip(self._table.inputs, self._columns, strict=True)):
            # Many rules have the same cell.
            doubts: dict[str, tuple[str, dict[str, Any]] | None] = {}
            for cell in (cell for rule in self._table.rules for cell in rule.tests[index : index + 1]):
                if cell.text not in doubts:
                    doubts[cell.text] = self._doubt(cell.text, column, analysed.domain)
                if (doubt := doubts[cell.text]) is not None:
                    code, parameters = doubt
                    named = {"test": cell.text, "input": heading_of(column)}
                    yield Finding(code, cell.id or self._element, cell.line, {**named, **parameters})

    def _doubt(self, test: str, column: TableInput, domain: Region | None) -> tuple[str, dict[str, Any]] | None:
        """Why the test of a cell cannot be what is meant: a code with parameters."""
        declared = self._types.find(column.type_ref)
        region = read_region(test)
        if region is None or not region.intervals:
            why = _never(test)
            return None if why is None else ("never_true", {"reason": why})
        # A test of the wrong type is never true either; one finding says why.
        if declared.kind and region.kind != declared.kind:
            return "test_type", {"found": region.kind, "type": column.type_ref}
        if domain is not None and not region.meets(domain).intervals:
            return "never_allowed", {"allowed": column.values or declared.allowed_text}
        return None

    def _outputs(self) -> Iterator[Finding]:
        """Literals that are not among the values allowed for their output."""
        for index, column in enumerate(self._table.outputs):
            allowed = read_region(column.values or self._types.find(column.type_ref).allowed_text)
            for cell in (cell for rule in self._table.rules for cell in rule.outputs[index : index + 1]):
                constant = read_constant(cell.text)
                if constant is None or allowed is None or constant[0] != allowed.kind:
                    continue
                if not allowed.holds(constant[1]):
                    parameters = {"entry": cell.text, "output": column.name}
                    yield Finding("output_value", cell.id or self._element, cell.line, parameters)

    def _gaps(self, coverage: Coverage) -> Iterator[Finding]:
        """Only where one answer is expected and no default stands in."""
        has_default = any(output.default is not None for output in self._table.outputs)
        if self._table.hit_policy in _SINGLE_HIT and not has_default and self._table.inputs:
            for box in islice(coverage.gaps(), MAX_EXAMPLES):
                yield self._finding("gap", self._table.line, example=self._example(box))

    def _overlaps(self, coverage: Coverage) -> Iterator[Finding]:
        # Elsewhere rules may overlap: FIRST and PRIORITY choose among them, ANY compares their outputs.
        if self._table.hit_policy == "UNIQUE":
            for first, second, box in islice(coverage.overlaps(), MAX_EXAMPLES):
                line = self._table.rules[second].line
                yield self._finding("overlap", line, rules=f"{first + 1}, {second + 1}", example=self._example(box))

    def _unreachable(self, coverage: Coverage) -> Iterator[Finding]:
        if self._table.hit_policy == "FIRST":
            for rule in coverage.covered_by_earlier():
                line = self._table.rules[rule].line
                yield self._finding("unreachable_rule", line, rule=str(rule + 1))

    def _example(self, box: Box) -> Example:
        return example_of(box, self._table.inputs)

    def _finding(self, code: str, line: int, **parameters: Any) -> Finding:
        return Finding(code, self._element, line, parameters)


def _never(test: str) -> FeelWarning | None:
    """Why no value passes a test that reads variables or `?`."""
    try:
        return compile_unary_tests(test).never_true()
    except FeelSyntaxError:
        # A finding of its own; or a name that only the model knows.
        return None


def _cell(tests: Sequence[LiteralExpression]) -> Cell:
    """The cell of a rule; in a tolerant parse a rule may lack some, which then ask nothing."""
    if not tests or tests[0].text in ANY_VALUE:
        return Cell("", None)
    return Cell(tests[0].text, read_region(tests[0].text))


def _mentioned_strings(regions: Iterable[Region]) -> Region | None:
    """Without declared values a column of strings is taken to have those that its cells name.

    A cell like `not("a")` speaks of all others too: one string that nobody names stands for them.
    """
    known = list(regions)
    if not known or any(region.kind != "string" for region in known):
        return None
    named = {bound for region in known for part in region.intervals for bound in (part.low, part.high)} - {None}
    others = {OTHERS} if any(region.points() is None for region in known) else set()
    return Region("string", tuple(point(value) for value in sorted(named | others)))
