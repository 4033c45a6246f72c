"""What can be wrong with a DMN file (findings) and with one evaluation (warnings, failures).

Each is a code with parameters; words in the reader's language are made at the edge from `told()`, English ones by
`str()`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from engine.feel import told

_SENTENCES: Mapping[str, str] = {
    # the file
    "too_large": "the file has {size} bytes, {limit} are allowed",
    "too_deep": "elements are nested deeper than {limit}",
    "too_many_elements": "the file has more than {limit} elements",
    "not_xml": "this is not well-formed XML: {reason}",
    "doctype": "a document type declaration (DTD, entities) is not allowed",
    "not_dmn": "the root element is {root}, not the definitions of a DMN 1.1 to 1.5 model",
    # the model
    "missing_attribute": "the attribute {attribute} is missing",
    "missing_element": "the element {element} is missing",
    "unknown_element": "the element {element} is not known here",
    "duplicate_id": "the id {id} is used more than once",
    "ambiguous_name": "two of the required elements have the name {name}",
    "unknown_reference": "{href} names no {kind} of this model or of an imported one",
    "unknown_type": "the type {type} is neither built in nor defined by the model",
    "type_cycle": "the item definition {name} is defined by itself",
    "cycle": "the requirements form a circle: {path}",
    "import_missing": "the imported model {namespace} was not given",
    "import_cycle": "the imports form a circle: {path}",
    "unsupported_language": "the expression language {language} is not supported, FEEL is",
    "external_function": "a function of kind {kind} is never run here; its result is null",
    "feel_syntax": "{message}",
    # decision tables
    "unknown_hit_policy": "the hit policy {policy} is not known",
    "unknown_aggregation": "the aggregation {aggregation} is not known",
    "aggregation_of_many_outputs": "an aggregated table has one output, this one has {count}",
    "rule_width": "the rule has {entries} {kind} entries, the table has {columns} {kind} columns",
    "no_output_order": "the hit policy {policy} needs output values, which give the priorities",
    "duplicate_output": "two outputs of the table have the same name",
    "unnamed_output": "an output of a table with several outputs needs a name",
    # findings of the checks
    "gap": "no rule for {example}",
    "overlap": "rules {rules} all match {example}",
    "unreachable_rule": "rule {rule} can never decide: the rules above match whatever it matches",
    "unknown_name": "a knowledge model sees only its parameters and what it requires, not {name}",
    "never_true": "the test {test} of the input {input} is never true: {reason}",
    "never_allowed": "the test {test} of the input {input} is never true: the values allowed are {allowed}",
    "test_type": "the test {test} compares a {found} with the input {input}, which is of type {type}",
    "output_type": "{entry} gives a {found}, where {type} is declared",
    "output_value": "the entry {entry} is not among the values allowed for the output",
    "checks_incomplete": "the table is too large to be checked for gaps and overlaps in full",
    # one evaluation
    "feel": "{message}",
    "type_mismatch": "the value of {name} is not of type {type}; null is used",
    "input_type": "the value of the input {name} is not of type {type}",
    "input_missing": "the input {name} was not given; null is used",
    "no_logic": "the decision {name} has no logic; its result is null",
    "not_a_function": "{name} is not a function that can be called",
    "wrong_arguments": "the arguments given do not fit the parameters of {name}",
    "not_boolean": "a condition of {name} is neither true nor false",
    "no_item": "no item {index} in a list of {count}",
    "not_a_list": "{name} does not give a list",
    "several_rules": "rules {rules} all match, the hit policy UNIQUE allows one",
    "different_outputs": "rules {rules} match with different outputs, the hit policy ANY allows one output",
    "input_not_allowed": "the value of the input {name} is not among its allowed values",
    "output_not_allowed": "the value of the output {name} is not among its allowed values",
    "not_aggregable": "the outputs of rules {rules} cannot be aggregated with {aggregation}",
    "limit": "the evaluation was stopped: {message}",
}

# Words of ours inside a sentence, as engine.feel.terms has its own.
TERMS = frozenset(
    (
        "input data",
        "decision",
        "knowledge model or decision service",
        "input",
        "output",
        "row",
    )
)
_PLACES = frozenset(("kind", "found", "type"))


def _sentence(code: str, parameters: Mapping[str, Any]) -> str:
    return _SENTENCES[code].format_map(parameters) if code in _SENTENCES else code


def _told(code: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
    return {"code": f"dmn_{code}", "parameters": {name: _value(name, value) for name, value in parameters.items()}}


def _value(name: str, value: Any) -> Any:
    """A parameter with codes in place of words; what comes from FEEL, and an example, tells itself."""
    if hasattr(value, "told"):
        return value.told()
    if name in _PLACES and value in TERMS:
        return {"code": "dmn_term_" + value.replace(" ", "_"), "parameters": {}}
    return told(value) if name in _PLACES else value


@dataclass(frozen=True, slots=True)
class Finding:
    """Something wrong or doubtful in a file: which element (id, may be empty) at which line."""

    code: str
    element: str
    line: int
    parameters: Mapping[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        place = f"line {self.line}" + (f", {self.element}" if self.element else "")
        return f"{place}: {_sentence(self.code, self.parameters)}"

    def told(self) -> dict[str, Any]:
        """For the words of every language: `{code: dmn_…, parameters}`, parts that are words alike."""
        return _told(self.code, self.parameters)


class DmnError(Exception):
    """A file that cannot be deployed, with every finding that says why."""

    def __init__(self, findings: tuple[Finding, ...], name: str = "") -> None:
        self.findings = findings
        self.name = name
        super().__init__("; ".join(str(finding) for finding in findings))


@dataclass(frozen=True, slots=True)
class DmnWarning:
    """A value became null on the way: the element, why, and the place inside its FEEL text (0 if none)."""

    code: str
    element: str
    parameters: Mapping[str, Any] = field(default_factory=dict)
    line: int = 0
    column: int = 0

    def __str__(self) -> str:
        return _sentence(self.code, self.parameters)

    def told(self) -> dict[str, Any]:
        """For the words of every language: `{code: dmn_…, parameters}`, parts that are words alike."""
        return _told(self.code, self.parameters)


@dataclass(frozen=True, slots=True)
class DmnFailure:
    """Why a decision has no valid result; the element is the table or decision that failed."""

    code: str
    element: str
    parameters: Mapping[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        return _sentence(self.code, self.parameters)

    def told(self) -> dict[str, Any]:
        """For the words of every language: `{code: dmn_…, parameters}`, parts that are words alike."""
        return _told(self.code, self.parameters)
