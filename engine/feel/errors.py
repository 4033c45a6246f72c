"""The exceptions of FEEL: nothing else leaves this room."""

from typing import Any

from engine.feel.terms import told, told_parameters


class FeelError(Exception):
    """Any failure of FEEL that is not simply a null."""


class FeelSyntaxError(FeelError):
    """The text is no FEEL expression. Line and column count from one; `expected` says what would have fitted."""

    def __init__(self, text: str, line: int, column: int, expected: str, found: str) -> None:
        super().__init__(f"line {line}, column {column}: expected {expected}, found {found}")
        self.text = text
        self.line = line
        self.column = column
        self.expected = expected
        self.found = found

    def told(self) -> dict[str, Any]:
        """The error for the words of every language: `{code: feel_syntax, parameters}`."""
        place = {"line": self.line, "column": self.column}
        return {
            "code": "feel_syntax",
            "parameters": {**place, "expected": told(self.expected), "found": told(self.found)},
        }


class FeelLimitError(FeelError):
    """An evaluation took more steps, depth or space than it may; `limit` names which."""

    def __init__(self, limit: str) -> None:
        super().__init__(f"the expression was stopped: it went over the limit of {limit}")
        self.limit = limit

    def told(self) -> dict[str, Any]:
        """The error for the words of every language: `{code: feel_limit, parameters}`."""
        return {"code": "feel_limit", "parameters": told_parameters({"limit": self.limit})}


class NoValue(FeelError):
    """A built-in or operator has no value for its operands; the calling node answers null and warns with this."""

    def __init__(self, code: str, **parameters: object) -> None:
        super().__init__(code)
        self.code = code
        self.parameters = {name: str(value) for name, value in parameters.items()}
