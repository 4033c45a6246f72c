"""What an evaluation reports beside its value: where FEEL answered null, and why; and why a condition never holds.

A warning is a code with parameters; the sentences here are the English ones, other languages are made at the edge.
"""

from dataclasses import dataclass
from typing import Any

from engine.feel.terms import told_parameters

SENTENCES = {
    "no_variable": "no variable `{name}`",
    "no_variable_similar": "no variable `{name}`; did you mean `{similar}`?",
    "no_entry": "no entry `{name}`",
    "no_entry_similar": "no entry `{name}`; did you mean `{similar}`?",
    "no_property": "a {kind} has no property `{name}`",
    "no_function": "no function `{name}`",
    "no_function_similar": "no function `{name}`; did you mean `{similar}`?",
    "not_a_function": "a {kind} cannot be called",
    "operands": "`{operator}` does not work on {left} and {right}",
    "operand": "`{operator}` does not work on {kind}",
    "not_comparable": "{left} and {right} cannot be compared",
    "division_by_zero": "division by zero",
    "number_too_large": "the number is too large",
    "not_a_number": "the operation has no result in numbers",
    "out_of_range": "{what} is out of range: {value}",
    "condition": "a condition must be true or false, not {kind}",
    "no_item": "no item {index} in a list of {count}",
    "not_iterable": "a {kind} cannot be iterated over",
    "filter": "a filter must give true, false or a number, not {kind}",
    "duplicate_key": "the key `{key}` stands twice in the context",
    "range_ends": "a range cannot go from {left} to {right}",
    "argument": "`{function}`: `{parameter}` must be {expected}, not {kind}",
    "argument_count": "`{function}` cannot be called with {count} arguments",
    "argument_names": "`{function}` cannot be called with the arguments {names}",
    "invalid": "`{text}` is no {what}",
    "pattern": "the pattern `{pattern}` is not valid: {reason}",
    "pattern_at": "the pattern `{pattern}` is not valid at character {at}: {reason}",
    "external": "functions outside FEEL are not run",
    "no_type": "no type `{name}`",
    "assertion": "{cause}",
    "always": "it is always {value}",
    "always_null": "`{name}` is always null",
    "null_has_no_order": "nothing is greater or less than null",
    "no_value_passes": "no value of {name} passes",
    "tests_exclude": "no value of {name} passes all the tests",
    "host": "`{function}` failed: {reason}",
}


@dataclass(frozen=True, slots=True)
class FeelWarning:
    """One reason for a null, at a line and column (both from one) of the expression."""

    code: str
    parameters: dict[str, str]
    line: int
    column: int

    def __str__(self) -> str:
        return SENTENCES[self.code].format_map(self.parameters)

    def told(self) -> dict[str, Any]:
        """The warning for the words of every language: `{code: feel_…, parameters}`, parts that are words alike."""
        return {"code": f"feel_{self.code}", "parameters": told_parameters(self.parameters)}
