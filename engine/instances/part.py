"""A part of the statement that writes an advance: one table's data-modifying WITH query."""

from dataclasses import dataclass
from typing import Any

COUNT = "(SELECT count(*) FROM {name})"
# One entry a row: the key of a job that our own workers run, null for another's.
HANDLED = "(SELECT array_agg(CASE WHEN handled THEN key END) FROM {name})"


@dataclass(frozen=True, slots=True)
class Part:
    """`rows`: how many it must write, None where that is not known. `answer`: what the statement tells of it."""

    name: str
    text: str
    rows: int | None = None
    answer: str = COUNT

    def fits(self, answer: Any) -> bool:
        """Whether it wrote as many rows as it must."""
        written = len(answer or ()) if self.answer == HANDLED else answer
        return self.rows is None or self.rows == written
