"""From XML elements to boxed expressions; what does not fit becomes a finding and the expression null."""

from collections.abc import Callable, Mapping

from engine.dmn.boxed import (
    Binding,
    Conditional,
    Context,
    Entry,
    Expression,
    Filter,
    FunctionDefinition,
    Invocation,
    Iteration,
    ListOf,
    LiteralExpression,
    Relation,
)
from engine.dmn.reading.parts import Findings, check_language, place, read_variable
from engine.dmn.reading.source import Element
from engine.dmn.reading.tables import read_table

# What may stand beside the expression of a decision, function, entry, binding or part.
_BESIDE = frozenset(
    {
        *("description", "extensionElements", "typeRef", "question", "allowedAnswers", "variable"),
        *("informationRequirement", "knowledgeRequirement", "authorityRequirement"),
        *("supportedObjective", "impactedPerformanceIndicator", "decisionMaker", "decisionOwner"),
        *("usingProcess", "usingTask", "formalParameter", "parameter", "binding"),
    }
)


def read_logic(element: Element, findings: Findings) -> Expression | None:
    """The one boxed expression among an element's children, or None if there is none."""
    logic = None
    for child in element.children():
        reader = _READERS.get(child.tag)
        if reader is not None and logic is None:
            logic = reader(child, findings)
        elif child.tag not in _BESIDE:
            # A second expression as well: which of the two is meant cannot be told.
            findings.append(child.finding("unknown_element", element=child.tag))
    return logic


def read_function(element: Element, findings: Findings) -> FunctionDefinition:
    """A function definition or the encapsulated logic of a business knowledge model."""
    parameters = tuple(read_variable(child, findings) for child in element.children("formalParameter"))
    kind = element.get("kind") or "FEEL"
    return FunctionDefinition(kind, parameters, read_logic(element, findings), **place(element))


def _required(element: Element, findings: Findings, what: str = "expression") -> Expression:
    logic = read_logic(element, findings)
    if logic is None:
        findings.append(element.finding("missing_element", element=what))
        # Reading goes on with a null in its place, so that one error does not hide the next.
        return LiteralExpression("null", id=element.id, line=element.line)
    return logic


def _part(element: Element, tag: str, findings: Findings) -> Expression:
    """The expression inside a wrapping child such as `if` or `in`."""
    child = element.child(tag)
    if child is None:
        findings.append(element.finding("missing_element", element=tag))
        return LiteralExpression("null", id=element.id, line=element.line)
    return _required(child, findings)


def _literal(element: Element, findings: Findings) -> Expression:
    # Values of foreign files would have to be fetched; nothing is ever fetched for a model.
    if (imported := element.child("importedValues")) is not None:
        findings.append(imported.finding("unknown_element", element="importedValues"))
    check_language(element, findings)
    return LiteralExpression(element.text("text"), **place(element))


def _context(element: Element, findings: Findings) -> Expression:
    entries = []
    for child in element.children("contextEntry"):
        variable = child.child("variable")
        named = None if variable is None else read_variable(variable, findings)
        entries.append(Entry(named, _required(child, findings)))
    return Context(tuple(entries), **place(element))


def _list(element: Element, findings: Findings) -> Expression:
    return ListOf(_expressions(element, findings), **place(element))


def _expressions(element: Element, findings: Findings) -> tuple[Expression, ...]:
    items: list[Expression] = []
    for child in element.children():
        if (reader := _READERS.get(child.tag)) is not None:
            items.append(reader(child, findings))
        elif child.tag not in _BESIDE:
            findings.append(child.finding("unknown_element", element=child.tag))
    return tuple(items)


def _relation(element: Element, findings: Findings) -> Expression:
    columns = tuple(read_variable(column, findings) for column in element.children("column"))
    rows = []
    for row in element.children("row"):
        cells = _expressions(row, findings)
        if len(cells) != len(columns):
            counts = {"entries": len(cells), "columns": len(columns), "kind": "row"}
            findings.append(row.finding("rule_width", **counts))
        rows.append(cells)
    return Relation(columns, tuple(rows), **place(element))


def _invocation(element: Element, findings: Findings) -> Expression:
    bindings: list[Binding] = []
    for binding in element.children("binding"):
        parameter = binding.child("parameter")
        if parameter is None:
            findings.append(binding.finding("missing_element", element="parameter"))
            continue
        bindings.append(Binding(read_variable(parameter, findings), read_logic(binding, findings)))
    return Invocation(_required(element, findings), tuple(bindings), **place(element))


def _conditional(element: Element, findings: Findings) -> Expression:
    condition, then, otherwise = (_part(element, tag, findings) for tag in ("if", "then", "else"))
    return Conditional(condition, then, otherwise, **place(element))


def _filter(element: Element, findings: Findings) -> Expression:
    return Filter(_part(element, "in", findings), _part(element, "match", findings), **place(element))


def _for(element: Element, findings: Findings) -> Expression:
    source, body = _part(element, "in", findings), _part(element, "return", findings)
    return Iteration("for", _iterator(element, findings), source, body, **place(element))


def _some(element: Element, findings: Findings) -> Expression:
    source, body = _part(element, "in", findings), _part(element, "satisfies", findings)
    return Iteration("some", _iterator(element, findings), source, body, **place(element))


def _every(element: Element, findings: Findings) -> Expression:
    source, body = _part(element, "in", findings), _part(element, "satisfies", findings)
    return Iteration("every", _iterator(element, findings), source, body, **place(element))


def _iterator(element: Element, findings: Findings) -> str:
    if not element.get("iteratorVariable"):
        findings.append(element.finding("missing_attribute", attribute="iteratorVariable"))
    return element.get("iteratorVariable")


_READERS: Mapping[str, Callable[[Element, Findings], Expression]] = {
    "literalExpression": _literal,
    "decisionTable": read_table,
    "context": _context,
    "list": _list,
    "relation": _relation,
    "functionDefinition": read_function,
    "invocation": _invocation,
    "conditional": _conditional,
    "filter": _filter,
    "for": _for,
    "some": _some,
    "every": _every,
}
