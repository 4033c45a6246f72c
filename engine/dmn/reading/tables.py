"""From XML to decision tables."""

from typing import cast, get_args

from engine.dmn.boxed import Aggregation, DecisionTable, HitPolicy, LiteralExpression, Rule, TableInput, TableOutput
from engine.dmn.reading.parts import Findings, check_language, place, type_ref
from engine.dmn.reading.source import Element


def read_table(element: Element, findings: Findings) -> DecisionTable:
    """A decision table of any orientation; the orientation is layout, not meaning."""
    inputs = tuple(_input(child, findings) for child in element.children("input"))
    outputs = tuple(_output(child, findings) for child in element.children("output"))
    rules = tuple(_rule(child, index, findings) for index, child in enumerate(element.children("rule"), 1))
    table = DecisionTable(
        hit_policy=_hit_policy(element, findings),
        aggregation=_aggregation(element, findings),
        inputs=inputs,
        outputs=outputs,
        rules=rules,
        annotations=tuple(child.get("name") for child in element.children("annotation")),
        **place(element),
    )
    _check_shape(element, table, findings)
    return table


def _hit_policy(element: Element, findings: Findings) -> HitPolicy:
    # The standard's default, which dmn-js leaves out of the file.
    policy = element.get("hitPolicy") or "UNIQUE"
    if policy not in get_args(HitPolicy):
        findings.append(element.finding("unknown_hit_policy", policy=policy))
        return "UNIQUE"
    return cast(HitPolicy, policy)


def _aggregation(element: Element, findings: Findings) -> Aggregation:
    aggregation = element.get("aggregation")
    if aggregation not in get_args(Aggregation):
        findings.append(element.finding("unknown_aggregation", aggregation=aggregation))
        return ""
    return cast(Aggregation, aggregation)


def _input(element: Element, findings: Findings) -> TableInput:
    expression = element.child("inputExpression")
    if expression is None:
        findings.append(element.finding("missing_element", element="inputExpression"))
        return TableInput(element.get("label"), "null", id=element.id, line=element.line)
    check_language(expression, findings)
    values = element.child("inputValues")
    return TableInput(
        element.get("label"),
        expression.text("text"),
        "" if values is None else values.text("text"),
        id=element.id,
        line=expression.line,
        type_ref=type_ref(expression),
    )


def _output(element: Element, findings: Findings) -> TableOutput:
    values, default = element.child("outputValues"), element.child("defaultOutputEntry")
    return TableOutput(
        " ".join(element.get("name").split()),
        element.get("label"),
        "" if values is None else values.text("text"),
        None if default is None else _entry(default, findings),
        **place(element),
    )


def _rule(element: Element, index: int, findings: Findings) -> Rule:
    return Rule(
        element.id,
        element.line,
        index,
        tuple(_entry(child, findings) for child in element.children("inputEntry")),
        tuple(_entry(child, findings) for child in element.children("outputEntry")),
        tuple(child.text("text") for child in element.children("annotationEntry")),
        element.text("description"),
    )


def _entry(element: Element, findings: Findings) -> LiteralExpression:
    check_language(element, findings)
    return LiteralExpression(element.text("text"), **place(element))


def _check_shape(element: Element, table: DecisionTable, findings: Findings) -> None:
    if not table.outputs:
        findings.append(element.finding("missing_element", element="output"))
    if len(table.outputs) > 1:
        if table.aggregation and table.aggregation != "COUNT":
            findings.append(element.finding("aggregation_of_many_outputs", count=len(table.outputs)))
        if len({output.name for output in table.outputs}) != len(table.outputs):
            findings.append(element.finding("duplicate_output"))
        if not all(output.name for output in table.outputs):
            findings.append(element.finding("unnamed_output"))
    for child, rule in zip(element.children("rule"), table.rules, strict=True):
        for kind, cells, columns in (("input", rule.tests, table.inputs), ("output", rule.outputs, table.outputs)):
            if len(cells) != len(columns):
                counts = {"entries": len(cells), "columns": len(columns)}
                findings.append(child.finding("rule_width", kind=kind, **counts))
