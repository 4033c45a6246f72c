"""Decision tables as code: which rules match is found here, what the hit policy makes of them in `hits` (clause 8)."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from engine.dmn.boxed import DecisionTable, LiteralExpression, Rule, TableInput, TableOutput
from engine.dmn.hits import Hit, Policy
from engine.dmn.literals import compile_literal
from engine.dmn.place import Place
from engine.dmn.regions import python_types, read_region
from engine.dmn.result import EvaluatedTable, EvaluatedValue, MatchedRule
from engine.dmn.scope import MAX_TABLES, Run
from engine.dmn.types import MISMATCH, Code, Typed, typed

Test = Callable[[Run, Mapping[str, Any], Any], bool]
"""Whether a value passes a cell."""

ANY_VALUE = frozenset({"", "-"})


def compile_table(table: DecisionTable, place: Place, name: str = "") -> Code:
    """The table as code. Where the hit policy is violated the value is null and the run has failed."""
    element = table.id or place.owner
    inputs = [_input(column, place, element) for column in table.inputs]
    outputs = [_output(column, table, place) for column in table.outputs]
    rows = [_row(rule, outputs, place) for rule in table.rules]
    fallback = _fallback(outputs, place)
    policy = Policy(table, [output.values for output in outputs], element, place)
    first_only = table.hit_policy == "FIRST"

    def evaluate(run: Run, scope: Mapping[str, Any]) -> Any:
        values = [column.read(run, scope) for column in inputs]
        allowed = all(column.allows(run, scope, value) for column, value in zip(inputs, values, strict=True))
        hits: list[Hit] = []
        for row in rows if allowed else ():
            if row.matches(run, scope, values):
                hits.append(row.hit(run, scope))
                if first_only:
                    break
        # Also a table that fails is shown with what it was given.
        _record(run, table, name, values, hits)
        if not allowed:
            return None
        if not hits and fallback is not None:
            return policy.default(fallback(run, scope))
        return policy.decide(run, hits)

    return evaluate


@dataclass(frozen=True, slots=True)
class _Input:
    name: str
    code: Code
    place: Typed
    allowed: Test | None
    element: str

    def read(self, run: Run, scope: Mapping[str, Any]) -> Any:
        """The column's value, of its type if it can be."""
        value = self.code(run, scope)
        # Variables are JSON: for a date they have a string, which the column's type makes one.
        fitting = self.place.type.coerce(self.place.type.from_json(value))
        if fitting is MISMATCH:
            # A modeler's default type is often wrong where the tests are right: they decide, not the type.
            run.warn("input_type", self.element, name=self.name, type=self.place.type.name)
            return value
        return fitting

    def allows(self, run: Run, scope: Mapping[str, Any], value: Any) -> bool:
        """Whether the value is null or one of the column's; else the run has failed."""
        # Nothing known is no wrong value: the cells say what happens then.
        if self.allowed is None or value is None or self.allowed(run, scope, value):
            return True
        run.fail("input_not_allowed", self.element, name=self.name)
        return False


def _input(column: TableInput, place: Place, element: str) -> _Input:
    name = column.label or column.text
    return _Input(
        name,
        compile_literal(LiteralExpression(column.text, id=column.id, line=column.line), place),
        place.typed(name, column.type_ref, column.id, column.line),
        compile_test(LiteralExpression(column.values, id=column.id, line=column.line), place),
        column.id or element,
    )


def compile_test(cell: LiteralExpression, place: Place) -> Test | None:
    """The cell as code; None if it lets everything pass. Constants are compared without going through FEEL."""
    if cell.text in ANY_VALUE:
        return None
    tests = place.unary_tests(cell.text, cell.id, cell.line)
    if tests is None:
        # Only a tolerant parse gets here; a cell that cannot be read must not let everything pass.
        return lambda run, scope, value: False
    element = cell.id or place.owner

    def ask_feel(run: Run, scope: Mapping[str, Any], value: Any) -> bool:
        return run.matches(tests, value, scope, element)

    region = read_region(cell.text)
    if region is None:
        return ask_feel
    if region.kind == "boolean":
        # FEEL lets an expression that is true pass for any input; a column's `true` is meant as a value.
        return lambda run, scope, value: (
            region.holds(value)
            if isinstance(value, bool)
            else ask_feel(run, scope, value) and cell.text.startswith("not")
        )
    # Most cells of real tables are constants; a set or two comparisons take a tenth of an evaluation.
    plain, holds = python_types(region.kind), region.test()

    def compare(run: Run, scope: Mapping[str, Any], value: Any) -> bool:
        # The exact class is asked for: a bool is an int to Python, a date-time a date.
        return holds(value) if type(value) in plain else ask_feel(run, scope, value)

    return compare


@dataclass(frozen=True, slots=True)
class _Output:
    name: str
    place: Typed
    values: str
    default: LiteralExpression | None


def _output(column: TableOutput, table: DecisionTable, place: Place) -> _Output:
    """The values allowed stand at the output, else at its type, else (one output) at the table's type."""
    declared = column.type_ref or (table.type_ref if len(table.outputs) == 1 else "")
    name = column.name or column.label or table.id
    values = column.values or place.types.find(declared).allowed_text
    return _Output(column.name, place.typed(name, column.type_ref, column.id, column.line), values, column.default)


@dataclass(frozen=True, slots=True)
class _Row:
    rule: Rule
    tests: Sequence[tuple[int, Test]]
    outputs: Sequence[tuple[str, Code]]

    def matches(self, run: Run, scope: Mapping[str, Any], values: Sequence[Any]) -> bool:
        for index, test in self.tests:  # noqa: SIM110 - the hot loop; a generator costs as much again
            if not test(run, scope, values[index]):
                return False
        return True

    def hit(self, run: Run, scope: Mapping[str, Any]) -> Hit:
        return Hit(self.rule, {name: code(run, scope) for name, code in self.outputs})


def _row(rule: Rule, outputs: Sequence[_Output], place: Place) -> _Row:
    tests = [(index, compile_test(cell, place)) for index, cell in enumerate(rule.tests)]
    # A row of another width than the table is a finding of the reader.
    cells = zip(outputs, rule.outputs, strict=False)
    return _Row(
        rule,
        [(index, test) for index, test in tests if test is not None],
        [(output.name, typed(compile_literal(cell, place, output.place.type), output.place)) for output, cell in cells],
    )


def _fallback(outputs: Sequence[_Output], place: Place) -> Callable[[Run, Mapping[str, Any]], dict[str, Any]] | None:
    """The default outputs; an output without one is null beside those that have one. None if none has."""
    if all(output.default is None for output in outputs):
        return None
    codes = [
        (output.name, typed(compile_literal(output.default or LiteralExpression(""), place), output.place))
        for output in outputs
    ]
    return lambda run, scope: {name: code(run, scope) for name, code in codes}


def _record(run: Run, table: DecisionTable, name: str, values: Sequence[Any], hits: Sequence[Hit]) -> None:
    """Keep for the trace what the columns were and which rules matched."""
    if len(run.tables) >= MAX_TABLES:
        return
    inputs = [
        EvaluatedValue(column.id, column.label or column.text, value)
        for column, value in zip(table.inputs, values, strict=True)
    ]
    rules = [_matched(table, hit) for hit in hits]
    run.tables.append(EvaluatedTable(table.id, name, tuple(inputs), tuple(rules)))


def _matched(table: DecisionTable, hit: Hit) -> MatchedRule:
    outputs = tuple(
        EvaluatedValue(column.id, column.name or column.label, value)
        for column, value in zip(table.outputs, hit.outputs.values(), strict=False)
    )
    annotations = dict(zip(table.annotations, hit.rule.annotations, strict=False))
    return MatchedRule(hit.rule.id, hit.rule.index, outputs, annotations)
