"""Runs test cases of the DMN Technology Compatibility Kit: folders with a model and files of cases beside it.

`run(folder, out)` writes each failure and last `N passed, M failed`.
"""

import sys
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, TextIO

from lxml import etree

from engine.dmn.errors import DmnError
from engine.dmn.model import Model, parse
from engine.dmn.nodes import Decision, DecisionService, KnowledgeNode
from engine.dmn.result import DecisionResult
from engine.feel import Moment, compile_expression

_MOMENT = Moment(datetime(2024, 1, 1, 12, tzinfo=UTC))
_TYPE = "{http://www.w3.org/2001/XMLSchema-instance}type"
_NIL = "{http://www.w3.org/2001/XMLSchema-instance}nil"
# The kit compares numbers to eight decimals.
_TOLERANCE = Decimal("0.00000001")
_SAME = compile_expression("one = two")
_READERS = {
    name: compile_expression(f"{function}(text)")
    for name, function in {
        "date": "date",
        "time": "time",
        "dateTime": "date and time",
        "duration": "duration",
    }.items()
}


def run(folder: Path, out: TextIO) -> int:
    """Run every case below the folder; the exit status: 0 if all passed, else 1."""
    passed = failed = 0
    for file in sorted(folder.rglob("*.xml")):
        for case, reason in run_file(file):
            passed += not reason
            failed += bool(reason)
            if reason:
                print(f"{file.relative_to(folder)} {case}: {reason}", file=out)
    print(f"{passed} passed, {failed} failed", file=out)
    return 1 if failed else 0


def run_file(file: Path) -> Iterator[tuple[str, str]]:
    """Each case of one file with the reason why it failed; empty if it passed."""
    try:
        root = etree.fromstring(file.read_bytes(), etree.XMLParser(resolve_entities=False, no_network=True))
    except etree.XMLSyntaxError as error:
        yield "?", f"this is not well-formed XML: {error}"
        return
    if etree.QName(root).localname != "testCases":
        return
    model_name = "".join(str(node.text or "").strip() for node in _children(root, "modelName"))
    try:
        model: Model | str = _load(file.parent, model_name)
    except DmnError as error:
        model = f"the model was refused: {error}"
    except OSError as error:
        model = f"the model cannot be read: {error.strerror}"
    for case in _children(root, "testCase"):
        name = case.get("id") or case.get("name") or "?"
        yield name, model if isinstance(model, str) else _run_case(model, case)


def _load(folder: Path, name: str) -> Model:
    model = parse((folder / name).read_bytes(), name, tolerant=True)
    if not model.imports:
        return model
    # The kit names no files for imports: they are those of the folder, known by their namespace.
    others = [parse(file.read_bytes(), file.name, tolerant=True) for file in sorted(folder.glob("*.dmn"))]
    return model.with_imports({other.namespace: other for other in others})


def _run_case(model: Model, case: etree._Element) -> str:
    scope = {str(node.get("name")): _value(node) for node in _children(case, "inputNode")}
    reasons = []
    for node in _children(case, "resultNode"):
        name = str(node.get("name"))
        result = _ask(model, case, name, scope)
        if result is None:
            reasons.append(f"{name}: there is no such decision")
            continue
        expected, actual = _value(next(_children(node, "expected"))), result.value
        if not same(actual, expected):
            said = "; ".join(
                [*([str(result.error)] if result.error else []), *(str(one) for one in result.warnings[:3])]
            )
            reasons.append(f"{name}: expected {_show(expected)}, got {_show(actual)}" + (f" ({said})" if said else ""))
    return "; ".join(reasons)


def _ask(model: Model, case: etree._Element, name: str, scope: Mapping[str, Any]) -> DecisionResult | None:
    """The result a node names: of a decision, or of the service or knowledge model that the case invokes."""
    asked = " ".join((case.get("invocableName") or name).split())
    kinds: list[Mapping[str, Decision | DecisionService | KnowledgeNode]]
    kinds = [model.decisions, model.services, model.knowledge]
    # A decision and a service may have one name; the kind that the case names goes first.
    for nodes in kinds if case.get("type", "decision") == "decision" else reversed(kinds):
        for node in nodes.values():
            if node.name == asked:
                result = node.evaluate(scope, _MOMENT)
                many = isinstance(node, DecisionService) and len(node.outputs) > 1
                return replace(result, value=result.value.get(name)) if many and result.value else result
    return None


def same(actual: Any, expected: Any) -> bool:
    """Whether the two are equal as the kit means it."""
    if isinstance(expected, list):
        many = isinstance(actual, list | tuple) and len(actual) == len(expected)
        return many and all(same(one, two) for one, two in zip(actual, expected, strict=True))
    if isinstance(expected, dict):
        return (
            isinstance(actual, Mapping)
            and actual.keys() == expected.keys()
            and all(same(actual[key], expected[key]) for key in expected)
        )
    if isinstance(expected, Decimal) and isinstance(actual, Decimal):
        return abs(actual - expected) < _TOLERANCE
    return _SAME.evaluate({"one": actual, "two": expected}, _MOMENT).value is True


def _value(node: etree._Element) -> Any:
    """The value below an input, expected, item or component element."""
    for child in node:
        match etree.QName(child).localname if isinstance(child.tag, str) else "":
            case "value":
                return _simple(child)
            case "list":
                return None if child.get(_NIL) == "true" else [_value(item) for item in _children(child, "item")]
            case "component":
                return {str(part.get("name")): _value(part) for part in _children(node, "component")}
    return None


def _simple(node: etree._Element) -> Any:
    text = node.text or ""
    if node.get(_NIL) == "true":
        return None
    match (node.get(_TYPE) or "string").rpartition(":")[2]:
        case "boolean":
            return text.strip() in ("true", "1")
        case "decimal" | "double" | "integer" | "int" | "long" | "float" | "number":
            return Decimal(text.strip())
        case "date" | "time" | "dateTime" | "duration" as name:
            return _READERS[name].evaluate({"text": text.strip()}, _MOMENT).value
    return text


def _children(node: etree._Element, name: str) -> Iterator[etree._Element]:
    return (child for child in node if isinstance(child.tag, str) and etree.QName(child).localname == name)


def _show(value: Any) -> str:
    return str(value) if isinstance(value, Decimal) else repr(value)


if __name__ == "__main__":
    sys.exit(run(Path(sys.argv[1]), sys.stdout))
