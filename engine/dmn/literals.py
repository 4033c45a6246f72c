"""From literal expressions to code."""

import re
from collections.abc import Mapping
from typing import Any

from engine.dmn.boxed import LiteralExpression
from engine.dmn.constants import NO_MOMENT
from engine.dmn.place import Place
from engine.dmn.scope import Run
from engine.dmn.types import ANY, Code, ItemType
from engine.feel import Expression, FeelLimitError

_CONSTANT_BUDGET = 200

# Only these parts of FEEL name types or draw anything random; the others are spared a moment of their own.
_NAMES_TYPES = re.compile(r"\b(?:instance|function)\b")
_DRAWS = re.compile(r"\b(?:random|uuid)\b")


def null(run: Run, scope: Mapping[str, Any]) -> Any:
    """The code of an expression that could not be compiled."""
    del run, scope


def compile_literal(expression: LiteralExpression, place: Place, expected: ItemType = ANY) -> Code:
    """A FEEL text; an empty one is null. That it gives another type than `expected` is noted if it can be told."""
    if not expression.text:
        return null
    feel = place.expression(expression.text, expression.id, expression.line)
    element = expression.id or place.owner
    if feel is None:
        return null
    if not expected.may_be(feel.type):
        parameters = {"entry": expression.text, "found": feel.type.name, "type": expected.name}
        place.doubt("output_type", element, expression.line, **parameters)
    types = place.types.feel if _NAMES_TYPES.search(expression.text) else None
    if types is not None or _DRAWS.search(expression.text):
        return lambda run, scope: run.evaluate(feel, scope, element, run.moment_for(types))
    return _constant(feel) or (lambda run, scope: run.evaluate(feel, scope, element))


def _constant(feel: Expression) -> Code | None:
    """What always has the same value has it from now on, unless that is costly or comes with a warning."""
    if not feel.constant:
        return None
    try:
        value, warnings = feel.evaluate({}, NO_MOMENT, _CONSTANT_BUDGET)
    except FeelLimitError:
        return None
    return None if warnings else lambda run, scope: value
