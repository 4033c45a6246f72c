"""From the root element to the graph's elements, imports and item definitions."""

from collections.abc import Callable, Iterator, Mapping

from engine.dmn.boxed import Variable
from engine.dmn.drg import (
    Definitions,
    DrawnDecision,
    DrawnInput,
    DrawnKnowledge,
    DrawnService,
    FunctionItem,
    Import,
    ItemDefinition,
    Reference,
)
from engine.dmn.reading.expressions import read_function, read_logic
from engine.dmn.reading.parts import Findings, name_of, read_variable, type_ref
from engine.dmn.reading.source import NAMESPACES, Element

AnyDrawn = DrawnInput | DrawnDecision | DrawnKnowledge | DrawnService

# Kept in the file and without effect on what is computed.
_SILENT = frozenset(
    {
        "description",
        "extensionElements",
        "DMNDI",
        "knowledgeSource",
        "elementCollection",
        "performanceIndicator",
        "organizationUnit",
        "businessContextElement",
        "textAnnotation",
        "association",
        "group",
        "authorityRequirement",
    }
)


def read_definitions(root: Element, findings: Findings) -> Definitions:
    """Everything of a file that has a meaning; findings are added to the list."""
    elements: dict[str, AnyDrawn] = {}
    for child in root.children():
        if (reader := _READERS.get(child.tag)) is not None:
            drawn = reader(child, findings)
            if drawn.id in elements:
                findings.append(child.finding("duplicate_id", id=drawn.id))
            # The first of two stays, so that findings of both are told.
            elements.setdefault(drawn.id, drawn)
        # An unknown element may be a misspelt decision: to leave it out would be a quiet change of meaning.
        elif child.tag not in _SILENT and child.tag not in ("import", "itemDefinition"):
            findings.append(child.finding("unknown_element", element=child.tag))
    return Definitions(
        id=root.id,
        name=root.get("name"),
        namespace=root.get("namespace"),
        imports=tuple(_imports(root)),
        items=tuple(_item(child, findings) for child in root.children("itemDefinition")),
        elements=elements,
    )


def _imports(root: Element) -> Iterator[Import]:
    """The imports of DMN models; those of XML schemas or PMML bring nothing that FEEL could read."""
    for child in root.children("import"):
        if child.get("importType") in NAMESPACES:
            yield Import(child.get("namespace"), " ".join(child.get("name").split()), child.line)


def _item(element: Element, findings: Findings) -> ItemDefinition:
    function = element.child("functionItem")
    return ItemDefinition(
        name=name_of(element, findings),
        id=element.id,
        line=element.line,
        type_ref=type_ref(element),
        collection=element.get("isCollection") == "true",
        allowed=_unary_tests(element, "allowedValues"),
        constraint=_unary_tests(element, "typeConstraint"),
        components=tuple(_item(child, findings) for child in element.children("itemComponent")),
        function=None if function is None else _function_item(function, findings),
    )


def _unary_tests(element: Element, tag: str) -> str:
    child = element.child(tag)
    return "" if child is None else child.text("text")


def _function_item(element: Element, findings: Findings) -> FunctionItem:
    parameters = tuple(read_variable(child, findings) for child in element.children("parameters"))
    return FunctionItem(parameters, element.get("outputTypeRef"))


def _variable(element: Element, findings: Findings) -> Variable:
    """The element's variable; the name is the element's where the file leaves the variable out."""
    child = element.child("variable")
    if child is None:
        return Variable(name_of(element, findings), "", element.id, element.line)
    return Variable(
        " ".join(child.get("name").split()) or name_of(element, findings), type_ref(child), child.id, child.line
    )


def _input(element: Element, findings: Findings) -> AnyDrawn:
    name = name_of(element, findings)
    return DrawnInput(id=element.id or name, name=name, line=element.line, variable=_variable(element, findings))


def _decision(element: Element, findings: Findings) -> AnyDrawn:
    name = name_of(element, findings)
    return DrawnDecision(
        id=element.id or name,
        name=name,
        line=element.line,
        variable=_variable(element, findings),
        inputs=_required(element, "informationRequirement", "requiredInput"),
        decisions=_required(element, "informationRequirement", "requiredDecision"),
        knowledge=_required(element, "knowledgeRequirement", "requiredKnowledge"),
        logic=read_logic(element, findings),
        version_tag=element.zeebe("versionTag"),
    )


def _knowledge(element: Element, findings: Findings) -> AnyDrawn:
    name = name_of(element, findings)
    logic = element.child("encapsulatedLogic")
    return DrawnKnowledge(
        id=element.id or name,
        name=name,
        line=element.line,
        variable=_variable(element, findings),
        knowledge=_required(element, "knowledgeRequirement", "requiredKnowledge"),
        logic=None if logic is None else read_function(logic, findings),
    )


def _service(element: Element, findings: Findings) -> AnyDrawn:
    name = name_of(element, findings)
    return DrawnService(
        id=element.id or name,
        name=name,
        line=element.line,
        variable=_variable(element, findings),
        outputs=_references(element, "outputDecision"),
        encapsulated=_references(element, "encapsulatedDecision"),
        input_decisions=_references(element, "inputDecision"),
        input_data=_references(element, "inputData"),
    )


def _required(element: Element, wrapper: str, tag: str) -> tuple[Reference, ...]:
    return tuple(reference for child in element.children(wrapper) for reference in _references(child, tag))


def _references(element: Element, tag: str) -> tuple[Reference, ...]:
    return tuple(Reference(child.get("href").strip(), child.line) for child in element.children(tag))


_READERS: Mapping[str, Callable[[Element, Findings], AnyDrawn]] = {
    "inputData": _input,
    "decision": _decision,
    "businessKnowledgeModel": _knowledge,
    "decisionService": _service,
}
