"""DMN models written in a few lines for the tests of this room."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape, quoteattr

import pytest

from engine.dmn import DecisionResult, Model, parse
from engine.feel import Moment

NAMESPACE = "https://www.omg.org/spec/DMN/20230324/MODEL/"
MOMENT = Moment(datetime(2026, 3, 2, 9, 30, tzinfo=UTC))


def definitions(body: str, namespace: str = "urn:test", xmlns: str = NAMESPACE, name: str = "test") -> bytes:
    """A DMN file around some elements."""
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<definitions xmlns="{xmlns}" id="defs" name="{name}" namespace="{namespace}">\n{body}\n</definitions>'
    ).encode()


def literal(text: str, attributes: str = "") -> str:
    """A literal expression."""
    return f"<literalExpression {attributes}><text>{escape(text)}</text></literalExpression>"


def decision(name: str, logic: str, requires: str = "", type_ref: str = "") -> str:
    """A decision with id d_<name>; `requires` is like `input:amount decision:grade knowledge:rate`."""
    return (
        f'<decision id="d_{name}" name={quoteattr(name)}>'
        f"<variable name={quoteattr(name)} typeRef={quoteattr(type_ref)}/>{_requirements(requires)}{logic}</decision>"
    )


def _requirements(requires: str) -> str:
    made = ""
    for entry in requires.split():
        kind, name = entry.split(":", 1)
        if kind == "input":
            made += f'<informationRequirement><requiredInput href="#i_{name}"/></informationRequirement>'
        elif kind == "decision":
            made += f'<informationRequirement><requiredDecision href="#d_{name}"/></informationRequirement>'
        else:
            made += f'<knowledgeRequirement><requiredKnowledge href="#k_{name}"/></knowledgeRequirement>'
    return made


def input_data(name: str, type_ref: str = "") -> str:
    """Input data with id i_<name>."""
    return (
        f'<inputData id="i_{name}" name={quoteattr(name)}>'
        f"<variable name={quoteattr(name)} typeRef={quoteattr(type_ref)}/></inputData>"
    )


def knowledge(name: str, parameters: Mapping[str, str], logic: str, requires: str = "", type_ref: str = "") -> str:
    """A business knowledge model with id k_<name>."""
    formal = "".join(
        f"<formalParameter name={quoteattr(one)} typeRef={quoteattr(of)}/>" for one, of in parameters.items()
    )
    return (
        f'<businessKnowledgeModel id="k_{name}" name={quoteattr(name)}>'
        f"<variable name={quoteattr(name)} typeRef={quoteattr(type_ref)}/>{_requirements(requires)}"
        f"<encapsulatedLogic>{formal}{logic}</encapsulatedLogic></businessKnowledgeModel>"
    )


def table(
    inputs: Sequence[str],
    outputs: Sequence[str],
    rules: Sequence[Sequence[str]],
    policy: str = "UNIQUE",
    aggregation: str = "",
    annotations: Sequence[str] = (),
) -> str:
    """A decision table. A column is `text`, `text:type` or `text:type:allowed values`, an output may end in `=default`.

    A rule has the cells of inputs, outputs and annotations one after the other.
    """
    made = f'<decisionTable id="t" hitPolicy="{policy}"' + (f' aggregation="{aggregation}">' if aggregation else ">")
    for number, column in enumerate(inputs, 1):
        text, kind, values = _column(column)
        allowed = f"<inputValues><text>{escape(values)}</text></inputValues>" if values else ""
        made += f'<input id="in{number}"><inputExpression typeRef="{kind}"><text>{escape(text)}</text>'
        made += f"</inputExpression>{allowed}</input>"
    for number, column in enumerate(outputs, 1):
        column, _, default = column.partition("=")
        text, kind, values = _column(column)
        allowed = f"<outputValues><text>{escape(values)}</text></outputValues>" if values else ""
        fallback = f"<defaultOutputEntry><text>{escape(default)}</text></defaultOutputEntry>" if default else ""
        made += f'<output id="out{number}" name="{text}" typeRef="{kind}">{allowed}{fallback}</output>'
    made += "".join(f'<annotation name="{name}"/>' for name in annotations)
    for number, cells in enumerate(rules, 1):
        made += f'<rule id="r{number}">'
        for index, cell in enumerate(cells):
            tag = "inputEntry" if index < len(inputs) else "outputEntry"
            tag = "annotationEntry" if index >= len(inputs) + len(outputs) else tag
            made += f"<{tag}><text>{escape(cell)}</text></{tag}>"
        made += "</rule>"
    return made + "</decisionTable>"


def _column(column: str) -> tuple[str, str, str]:
    text, _, rest = column.partition(":")
    kind, _, values = rest.partition(":")
    return text, kind, values


class Dmn:
    """The factories above for tests, and asking a decision by its name."""

    definitions = staticmethod(definitions)
    literal = staticmethod(literal)
    decision = staticmethod(decision)
    input_data = staticmethod(input_data)
    knowledge = staticmethod(knowledge)
    table = staticmethod(table)
    moment = MOMENT

    def model(self, *elements: str) -> Model:
        """A parsed model of these elements."""
        return parse(definitions("".join(elements)))

    def ask(self, model: Model | str, name: str, **variables: Any) -> DecisionResult:
        """The result of the decision of that name."""
        parsed = self.model(model) if isinstance(model, str) else model
        return parsed.decisions[f"d_{name}"].evaluate(variables, MOMENT)

    def ask_table(self, table: str, **variables: Any) -> DecisionResult:
        """The result of a decision that is nothing but a table."""
        return self.ask(decision("answer", table), "answer", **variables)

    def ask_logic(self, logic: str, **variables: Any) -> DecisionResult:
        """The result of a decision with this logic."""
        return self.ask(decision("answer", logic), "answer", **variables)


@pytest.fixture
def dmn() -> Dmn:
    return Dmn()


@pytest.fixture(scope="session")
def dmn_session() -> Dmn:
    """The same for generated tests, which may not use a fixture made anew for each test."""
    return Dmn()


@pytest.fixture(scope="session")
def kit() -> Path:
    """The folder of the DMN TCK beside the repository."""
    folder = Path(__file__).parents[4] / "shared" / "tck"
    if not folder.is_dir():
        pytest.skip("the DMN TCK is not beside the repository (../shared/tck)")
    return folder
