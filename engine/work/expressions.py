"""Evaluating a FEEL expression by itself, without a case: to try it out before it stands in a diagram."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from engine import feel
from engine.errors import Conflict, Finding, Invalid
from engine.work.checking import moment


class EvaluatedExpression(NamedTuple):
    """The value as JSON, and why parts of it are null."""

    value: Any
    warnings: tuple[Finding, ...]


def evaluate_expression(text: str, variables: Mapping[str, Any]) -> EvaluatedExpression:
    """The value of an expression, which begins with `=` as in a diagram or does not.

    Raises Invalid for what is no FEEL, Conflict past its limits.
    """
    try:
        compiled = feel.compile_expression(text.removeprefix("="))
        value, warnings = compiled.evaluate(feel.from_json(variables), moment(0))
    except feel.FeelSyntaxError as error:
        at = error.told()["parameters"]
        raise Invalid(
            "expression_malformed", line=at["line"], column=at["column"], expected=at["expected"], found=at["found"]
        ) from None
    except feel.FeelLimitError as error:
        raise Conflict("expression_too_costly", reason=error.told()) from None
    return EvaluatedExpression(feel.to_json(value), tuple(Finding(**one.told()) for one in warnings))
