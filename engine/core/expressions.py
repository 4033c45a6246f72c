"""Values in a diagram: literals, and FEEL where the text begins with `=` (Camunda 8's rule)."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from engine.feel import Evaluation, Expression, Moment, compile_expression, to_json

Scope = Mapping[str, Any]
# FEEL's names may have spaces in them.
_PATH = re.compile(r"[\w ]+(\.[\w ]+)*")


class Source(Protocol):
    """What a diagram gives for a value: a literal or a FEEL expression."""

    @property
    def text(self) -> str: ...

    @property
    def reads(self) -> frozenset[str]: ...

    def evaluate(self, scope: Scope, moment: Moment) -> Evaluation: ...


@dataclass(frozen=True, slots=True)
class Literal:
    """A text taken as it stands."""

    text: str
    reads: frozenset[str] = frozenset()

    def evaluate(self, scope: Scope, moment: Moment) -> Evaluation:
        return Evaluation(self.text, ())


@dataclass(frozen=True, slots=True)
class Feel:
    """A FEEL expression; its value comes as JSON, dates and durations as ISO strings."""

    text: str
    expression: Expression

    @property
    def reads(self) -> frozenset[str]:
        return self.expression.reads

    def evaluate(self, scope: Scope, moment: Moment) -> Evaluation:
        value, warnings = self.expression.evaluate(scope, moment)
        return Evaluation(to_json(value), warnings)


def variable_of(source: Source) -> str | None:
    """The variable that an expression is, or a part of (`=a`, `=a.b`); None for any other."""
    (name, *others) = source.reads or ("",)
    own = not others and (source.text == name or source.text.startswith(f"{name}."))
    return name if own and _PATH.fullmatch(source.text) else None


def source(text: str) -> Source:
    """The value a text of the diagram stands for. Raises FeelSyntaxError."""
    return feel(text[1:]) if text.startswith("=") else Literal(text)


def feel(text: str) -> Feel:
    """A FEEL expression without the leading `=`. Raises FeelSyntaxError."""
    return Feel(text.strip(), compile_expression(text.strip()))
