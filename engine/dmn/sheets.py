"""Decision tables as people read them: columns and rules as the texts that stand in the file."""

from collections.abc import Iterator
from dataclasses import dataclass

from engine.dmn.boxed import DecisionTable, Rule, TableInput, TableOutput, expressions_in
from engine.dmn.nodes import Decision, KnowledgeNode, Node


@dataclass(frozen=True, slots=True)
class SheetColumn:
    """An input (`text` is its expression) or an output (`text` is its name); label and id may be empty."""

    id: str
    label: str
    text: str


@dataclass(frozen=True, slots=True)
class SheetRule:
    """A row: a text for each column, in the order inputs, outputs, annotations. `index` counts from 1."""

    id: str
    index: int
    tests: tuple[str, ...]
    outputs: tuple[str, ...]
    annotations: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    """A decision table; `owner` is the id of the decision or knowledge model it stands in."""

    owner: str
    id: str
    hit_policy: str
    aggregation: str
    inputs: tuple[SheetColumn, ...]
    outputs: tuple[SheetColumn, ...]
    annotations: tuple[str, ...]
    rules: tuple[SheetRule, ...]


def sheets_of(decision: Decision) -> Iterator[Sheet]:
    """The tables of a decision and of all it requires."""
    found: dict[Node, None] = {decision: None}
    pending: list[Node] = [decision]
    while pending:
        node = pending.pop()
        logic = node.drawn.logic if isinstance(node, Decision | KnowledgeNode) else None
        for expression in () if logic is None else expressions_in(logic):
            if isinstance(expression, DecisionTable):
                yield _sheet(node.id, expression)
        new = [one for one in node.required() if one not in found]
        found.update(dict.fromkeys(new))
        pending.extend(new)


def _sheet(owner: str, table: DecisionTable) -> Sheet:
    return Sheet(
        owner,
        table.id,
        table.hit_policy,
        table.aggregation,
        tuple(_column(column) for column in table.inputs),
        tuple(_column(column) for column in table.outputs),
        table.annotations,
        tuple(_rule(rule, len(table.annotations)) for rule in table.rules),
    )


def _column(column: TableInput | TableOutput) -> SheetColumn:
    return SheetColumn(column.id, column.label, column.text if isinstance(column, TableInput) else column.name)


def _rule(rule: Rule, annotations: int) -> SheetRule:
    # Files leave empty annotations out at the end of a rule, and the odd one has more than it has columns.
    notes = (*rule.annotations, *("" for _ in range(annotations)))[:annotations]
    tests = tuple(cell.text for cell in rule.tests)
    return SheetRule(rule.id, rule.index, tests, tuple(cell.text for cell in rule.outputs), notes)
