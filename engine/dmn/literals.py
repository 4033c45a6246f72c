"""From literal expressions to code."""

import re
from collections.abc import Mapping
from typing import Any

from engine.dmn.boxed import LiteralExpression
from engine.dmn.place import Place
from engine.dmn.regions import read_constant
from engine.dmn.scope import Run
from engine.dmn.types import Code

# Only these parts of FEEL name types; the others are spared the cost of being given them.
_NAMES_TYPES = re.compile(r"\b(?:instance|function)\b")


def null(run: Run, scope: Mapping[str, Any]) -> Any:
    """The code of an expression that could not be compiled."""
    del run, scope


def compile_literal(expression: LiteralExpression, place: Place, name: str = "") -> Code:
    """A FEEL text; an empty one is null."""
    del name
    if not expression.text:
        return null
    feel = place.expression(expression.text, expression.id, expression.line)
    element = expression.id or place.owner
    if feel is None:
        return null
    constant = read_constant(expression.text)
    if constant is not None:
        value = constant[1]
        return lambda run, scope: value
    types = place.types.feel if _NAMES_TYPES.search(expression.text) else None
    return lambda run, scope: run.evaluate(feel, scope, element, types)
