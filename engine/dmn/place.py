"""Where an expression stands: what it may name, and the compiling of its FEEL texts."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from engine.dmn.errors import Finding
from engine.dmn.types import Typed
from engine.dmn.typetable import TypeTable
from engine.feel import Expression as Feel
from engine.feel import FeelSyntaxError, UnaryTests, compile_expression, compile_unary_tests


@dataclass(frozen=True, slots=True)
class Place:
    """Where an expression stands: the names known there, the model's types, and where findings go.

    `doubts` are findings that forbid nothing; they and what the expressions read and call are gathered in compiling.
    """

    names: frozenset[str]
    types: TypeTable
    findings: list[Finding]
    doubts: list[Finding]
    owner: str  # id of the decision or knowledge model
    reads: set[str] = field(default_factory=set)
    calls: set[str] = field(default_factory=set)
    bound: frozenset[str] = frozenset()  # names that the expression itself brings in

    def within(self, names: Iterable[str]) -> "Place":
        """The same place where a boxed expression has named more values."""
        # Bound names are known to the parser and are no variables of the caller's.
        new = frozenset(names)
        return replace(self, names=self.names | new, bound=self.bound | new)

    def expression(self, text: str, element: str, line: int) -> Feel | None:
        """The compiled FEEL text, or None with a finding."""
        try:
            compiled = compile_expression(text, self.names)
        except FeelSyntaxError as error:
            self._wrong(error, text, element, line)
            return None
        self._note(compiled)
        return compiled

    def unary_tests(self, text: str, element: str, line: int) -> UnaryTests | None:
        """The compiled unary tests, or None with a finding."""
        try:
            compiled = compile_unary_tests(text, self.names)
        except FeelSyntaxError as error:
            self._wrong(error, text, element, line)
            return None
        self._note(compiled)
        return compiled

    def typed(self, name: str, type_ref: str, element: str, line: int) -> Typed:
        return Typed(name, element or self.owner, self.types.find(type_ref, element or self.owner, line))

    def doubt(self, code: str, element: str, line: int, **parameters: str) -> None:
        self.doubts.append(Finding(code, element or self.owner, line, parameters))

    def _note(self, compiled: Feel | UnaryTests) -> None:
        """A name that stands only in a filter may be an item's entry: it is not counted as read."""
        self.reads.update(compiled.reads - compiled.possible - compiled.calls - self.bound)
        self.calls.update(compiled.calls - self.bound)

    def _wrong(self, error: FeelSyntaxError, text: str, element: str, line: int) -> None:
        parameters = {
            "message": error,
            "text": text,
        }
        self.findings.append(Finding("feel_syntax", element or self.owner, line, parameters))
