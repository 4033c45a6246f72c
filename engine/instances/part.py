"""A part of the statement that writes an advance: one table's data-modifying WITH query."""

from dataclasses import dataclass

COUNT = "(SELECT count(*) FROM {name})"
# The keys of the jobs that our own workers run.
HANDLED = "(SELECT json_agg(key) FROM {name} WHERE handled)"
# The groups and people whose inboxes have changed.
CONCERNED = "(SELECT json_agg(DISTINCT word) FROM {name}, unnest(concerned) word)"
IDS = "(SELECT json_agg(id) FROM {name})"


@dataclass(frozen=True, slots=True)
class Part:
    """`rows`: how many it must change or delete, None where they are not counted. `answer`: what the statement tells of
    it, if anything has to be done after it, as JSON."""

    name: str
    text: str
    rows: int | None = None
    answer: str | None = None
