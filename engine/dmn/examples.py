"""Inputs that a check shows as an example, such as `grade = "AA", 1 ≤ amount < 5`.

Business people know a column by its label, which is in the language of the file; elsewhere it goes by its expression.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from engine.dmn.boxed import TableInput
from engine.dmn.coverage import Box
from engine.dmn.regions import OTHERS, Interval


@dataclass(frozen=True, slots=True)
class Heading:
    """What a column is called."""

    label: str
    name: str

    def __str__(self) -> str:
        return self.name

    def told(self) -> dict[str, Any]:
        """For the words of every language: `{code, parameters}`."""
        return {"code": "dmn_column", "parameters": {"label": self.label, "name": self.name}}


def heading_of(column: TableInput) -> Heading:
    """What a column of conditions is called."""
    return Heading(column.label or column.text, column.text)


@dataclass(frozen=True, slots=True)
class Part:
    """What an example has in one column: a condition on its value, in signs that every language has."""

    label: str
    name: str
    values: Interval

    def __str__(self) -> str:
        return f"{self.name} is none of the values named" if self._is_other else self._condition(self.name)

    def told(self) -> dict[str, Any]:
        """For the words of every language: `{code, parameters}`."""
        if self._is_other:
            return {"code": "dmn_part_other", "parameters": {"label": self.label, "name": self.name}}
        conditions = {"labelled": self._condition(self.label), "named": self._condition(self.name)}
        return {"code": "dmn_part", "parameters": conditions}

    @property
    def _is_other(self) -> bool:
        return bool(self.values.low == OTHERS)

    def _condition(self, name: str) -> str:
        low, high = self.values.low, self.values.high
        if low is not None and low == high:
            return f"{name} = {_text(low)}"
        above, below = "≤" if self.values.low_closed else "<", "≤" if self.values.high_closed else "<"
        if low is not None and high is not None:
            return f"{_text(low)} {above} {name} {below} {_text(high)}"
        if low is not None:
            return f"{name} {'≥' if self.values.low_closed else '>'} {_text(low)}"
        return f"{name} {below} {_text(high)}"


@dataclass(frozen=True, slots=True)
class Example:
    """An input to a table: a condition for each column that matters, none where any input will do."""

    parts: tuple[Part, ...]

    def __str__(self) -> str:
        return ", ".join(map(str, self.parts)) or "any input"

    def told(self) -> Any:
        """For the words of every language: a list of `{code, parameters}`."""
        if not self.parts:
            return {"code": "dmn_any_input", "parameters": {}}
        return [part.told() for part in self.parts]


def example_of(box: Box, columns: Sequence[TableInput]) -> Example:
    """The box of a table with those columns in words."""
    # A column where everything is possible says nothing.
    bounded = [(index, values) for index, values in box if values != Interval()]
    return Example(
        tuple(Part(columns[index].label or columns[index].text, columns[index].text, v) for index, v in bounded)
    )


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else f'"{value}"' if isinstance(value, str) else str(value)
