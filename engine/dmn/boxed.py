"""The boxed expressions of a DMN model as plain frozen data, as they stand in the file (clause 10.2.1, 10.2.2)."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

HitPolicy = Literal["UNIQUE", "FIRST", "PRIORITY", "ANY", "COLLECT", "RULE ORDER", "OUTPUT ORDER"]
Aggregation = Literal["", "SUM", "MIN", "MAX", "COUNT"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Boxed:
    """What every expression has: its id (may be empty), its line in the file, the type it declares (may be empty)."""

    id: str = ""
    line: int = 0
    type_ref: str = ""


@dataclass(frozen=True, slots=True)
class Variable:
    """A named and perhaps typed place for a value: variable, formal parameter, relation column."""

    name: str
    type_ref: str = ""
    id: str = ""
    line: int = 0


@dataclass(frozen=True, slots=True)
class LiteralExpression(Boxed):
    text: str


@dataclass(frozen=True, slots=True)
class TableInput(Boxed):
    """A column of conditions; `values` is the unary test of the allowed input values, empty if all are."""

    label: str
    text: str
    values: str = ""


@dataclass(frozen=True, slots=True)
class TableOutput(Boxed):
    """A column of conclusions; `default` is the expression used when no rule matches, None if there is none."""

    name: str
    label: str
    values: str = ""
    default: LiteralExpression | None = None


@dataclass(frozen=True, slots=True)
class Rule:
    """A row: unary tests, output expressions and the texts of its annotation columns."""

    id: str
    line: int
    index: int  # from 1
    tests: tuple[LiteralExpression, ...]
    outputs: tuple[LiteralExpression, ...]
    annotations: tuple[str, ...]
    description: str = ""


@dataclass(frozen=True, slots=True)
class DecisionTable(Boxed):
    hit_policy: HitPolicy
    aggregation: Aggregation
    inputs: tuple[TableInput, ...]
    outputs: tuple[TableOutput, ...]
    rules: tuple[Rule, ...]
    annotations: tuple[str, ...]  # the names of the annotation columns


@dataclass(frozen=True, slots=True)
class Entry:
    """A row of a boxed context; without a variable it is the context's result."""

    variable: Variable | None
    value: "Expression"


@dataclass(frozen=True, slots=True)
class Context(Boxed):
    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class ListOf(Boxed):
    items: tuple["Expression", ...]


@dataclass(frozen=True, slots=True)
class Relation(Boxed):
    columns: tuple[Variable, ...]
    rows: tuple[tuple["Expression", ...], ...]


@dataclass(frozen=True, slots=True)
class FunctionDefinition(Boxed):
    """`kind` is FEEL, Java or PMML; only FEEL functions are ever run."""

    kind: str
    parameters: tuple[Variable, ...]
    body: "Expression | None"


@dataclass(frozen=True, slots=True)
class Binding:
    """An argument for the parameter of that name; without a value it is null."""

    parameter: Variable
    value: "Expression | None"


@dataclass(frozen=True, slots=True)
class Invocation(Boxed):
    function: "Expression"
    bindings: tuple["Binding", ...]


@dataclass(frozen=True, slots=True)
class Conditional(Boxed):
    condition: "Expression"
    then: "Expression"
    otherwise: "Expression"


@dataclass(frozen=True, slots=True)
class Filter(Boxed):
    source: "Expression"
    match: "Expression"


@dataclass(frozen=True, slots=True)
class Iteration(Boxed):
    """`for` gives a list, `some` and `every` a boolean."""

    kind: Literal["for", "some", "every"]
    variable: str
    source: "Expression"
    body: "Expression"


Expression = (
    LiteralExpression
    | DecisionTable
    | Context
    | ListOf
    | Relation
    | FunctionDefinition
    | Invocation
    | Conditional
    | Filter
    | Iteration
)


def expressions_in(logic: Expression) -> Iterator[Expression]:
    """The expression and all inside it; a walk with its own stack."""
    pending: list[Expression] = [logic]
    while pending:
        expression = pending.pop()
        yield expression
        pending.extend(reversed(_parts(expression)))


def _parts(expression: Expression) -> list[Expression]:
    match expression:
        case Context(entries=entries):
            return [entry.value for entry in entries]
        case Relation(rows=rows):
            return [cell for row in rows for cell in row]
        case ListOf(items=items):
            return list(items)
        case FunctionDefinition(body=body):
            return [] if body is None else [body]
        case Invocation(function=function, bindings=bindings):
            return [function, *(binding.value for binding in bindings if binding.value is not None)]
        case Conditional(condition=condition, then=then, otherwise=otherwise):
            return [condition, then, otherwise]
        case Filter(source=source, match=match):
            return [source, match]
        case Iteration(source=source, body=body):
            return [source, body]
    return []
