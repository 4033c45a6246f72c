"""How a decision table is laid out on a page: which of its rules, and what its annotation columns are called."""

from collections.abc import Iterator
from typing import Any

from web.asking import Language
from web.pages.words import say, texts

# A longer table shows the rules that matched and those around them, until it is asked for as a whole.
MOST_RULES = 40
AROUND = 2


def shown_rules(table: Any, whole: bool) -> list[tuple[int, Any]]:
    """The rules to show, each after how many that are left out; the last entry is None after those of the end."""
    rules = table.sheet.rules
    near = {near for index in table.matched for near in range(index - AROUND, index + AROUND + 1)}
    near = near or set(range(1, AROUND * 2 + 2))
    kept = rules if whole or len(rules) <= MOST_RULES else [rule for rule in rules if rule.index in near]
    return list(_with_gaps(kept, len(rules)))


def annotation_name(name: str, language: Language) -> str:
    """The name of an annotation column; those that our own tables have are translated."""
    told = f"decisions.annotation_{name}"
    return say(told, language) if told in texts() else name


def _with_gaps(kept: Any, count: int) -> Iterator[tuple[int, Any]]:
    before = 0
    for rule in kept:
        yield rule.index - before - 1, rule
        before = rule.index
    yield count - before, None
