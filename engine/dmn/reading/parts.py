"""The small parts that all elements of a DMN file share: place, type, language, variable."""

from typing import TypedDict

from engine.dmn.boxed import Variable
from engine.dmn.errors import Finding
from engine.dmn.reading.source import Element

Findings = list[Finding]


class Place(TypedDict):
    """The fields that every boxed expression has."""

    id: str
    line: int
    type_ref: str


def place(element: Element) -> Place:
    return {"id": element.id, "line": element.line, "type_ref": type_ref(element)}


def type_ref(element: Element) -> str:
    """The declared type: an attribute, in item definitions an element.

    DMN 1.1 wrote `prefix:name`: FEEL's prefix is cut, another is given as `{namespace}name`.
    """
    text = element.get("typeRef") or element.text("typeRef")
    prefix, _, rest = text.partition(":")
    namespace = element.namespace(prefix)
    if not rest or not namespace:
        return text
    # FEEL's namespace has another address in each version of DMN.
    return rest.strip() if "/FEEL" in namespace.upper() else f"{{{namespace}}}{rest.strip()}"


def name_of(element: Element, findings: Findings) -> str:
    """The name with its white space made single; missing is a finding."""
    # Editors break long names into lines; FEEL takes any white space for one blank.
    name = " ".join(element.get("name").split())
    if not name:
        findings.append(element.finding("missing_attribute", attribute="name"))
    return name


def read_variable(element: Element, findings: Findings) -> Variable:
    """A variable, parameter or column with its name and type."""
    return Variable(name_of(element, findings), type_ref(element), element.id, element.line)


def check_language(element: Element, findings: Findings) -> None:
    """Any language but FEEL is refused; its URI changes with the version of DMN."""
    language = element.get("expressionLanguage")
    if language and "feel" not in language.lower():
        findings.append(element.finding("unsupported_language", language=language))
