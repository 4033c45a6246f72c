"""Regular expressions: XPath's syntax, run by RE2, which takes time in proportion to the text.

Only a pattern with back-references, which RE2 has not, runs in a matcher of our own that pays for every step.
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Protocol

import re2

from engine.feel.errors import FeelLimitError, NoValue
from engine.feel.limits import MAX_STRING
from engine.feel.patterns.backtracking import Backtracking
from engine.feel.patterns.parsing import InvalidPatternError, parse_pattern
from engine.feel.patterns.re2_text import re2_text
from engine.feel.patterns.tree import Flags, has_back_reference
from engine.feel.run import Run

_KNOWN_FLAGS = frozenset("smixq")
_LONGEST = 5_000
_PLAIN_TEXT = re.compile(r"[^\\$]+")
Spans = list[tuple[int, int]]


class Matcher(Protocol):
    """What runs a pattern: the spans of the whole match and of each group, (-1, -1) for one that took no part."""

    def matches(self, run: Run, text: str) -> Iterator[Spans]:
        """All matches, from left to right, none overlapping."""


class _Re2:
    def __init__(self, text: str) -> None:
        options = re2.Options()
        # RE2 writes to the standard error otherwise.
        options.log_errors = False
        self._compiled = re2.compile(text, options)

    def matches(self, run: Run, text: str) -> Iterator[Spans]:
        """See Matcher."""
        for match in self._compiled.finditer(text):
            run.charge(1)
            yield [match.span(group) for group in range(self._compiled.groups + 1)]


class Pattern:
    """A compiled pattern."""

    def __init__(self, matcher: Matcher, source: str) -> None:
        self._matcher = matcher
        self._source = source

    def found(self, run: Run, text: str) -> bool:
        """Whether it matches somewhere in the text."""
        return next(self._matcher.matches(run, text), None) is not None

    def replaced(self, run: Run, text: str, replacement: str) -> str:
        """The text with every match replaced; `$1` stands for a group, `$0` for the match."""
        # XPath forbids it: where would the next match begin?
        if self.found(run, ""):
            raise NoValue("pattern", pattern=self._source, reason="it matches the empty string")
        parts: list[str] = []
        start = length = 0
        template: Template | None = None
        for spans in self._matcher.matches(run, text):
            template = template or _template(replacement, len(spans))
            written = [one if isinstance(one, str) else text[slice(*spans[one])] for one in template]
            # Paid for before it is put together: `$0` may stand in it a thousand times.
            run.charge_text(sum(map(len, written)))
            parts += [text[start : spans[0][0]], "".join(written)]
            length += len(parts[-2]) + len(parts[-1])
            if length > MAX_STRING:
                raise FeelLimitError("string length")
            start = spans[0][1]
        return "".join([*parts, text[start:]])

    def split(self, run: Run, text: str) -> list[str]:
        """The parts between the matches; an empty match parts two characters."""
        parts, start = [], 0
        for spans in self._matcher.matches(run, text):
            left, right = spans[0]
            if left < right or 0 < left < len(text):
                parts.append(text[start:left])
                start = right
        return [*parts, text[start:]]

    def extracted(self, run: Run, text: str) -> list[str]:
        """The matches."""
        return [text[spans[0][0] : spans[0][1]] for spans in self._matcher.matches(run, text)]


@lru_cache(maxsize=256)
def pattern_of(pattern: str, flags: str) -> Pattern:
    """The pattern compiled; NoValue if it or the flags are not XPath's."""
    if not set(flags) <= _KNOWN_FLAGS:
        raise NoValue("pattern", pattern=pattern, reason="unknown flags")
    if len(pattern) > _LONGEST:
        raise NoValue("pattern", pattern=pattern, reason="it is too long")
    chosen = Flags("s" in flags, "m" in flags, "i" in flags)
    try:
        tree = parse_pattern(pattern, "q" in flags, "x" in flags, chosen.ignore_case)
        if has_back_reference(tree):
            return Pattern(Backtracking(tree, chosen), pattern)
        return Pattern(_Re2(re2_text(tree, chosen)), pattern)
    except InvalidPatternError as error:
        code = "pattern_at" if error.at else "pattern"
        raise NoValue(code, pattern=pattern, reason=error.reason, at=error.at) from None
    except (re2.error, UnicodeEncodeError):
        raise NoValue("pattern", pattern=pattern, reason="it is too large") from None


# A replacement read once: texts, and numbers of groups; one that took no part has the span (-1, -1), which is empty.
Template = list[str | int]


def _template(replacement: str, groups: int) -> Template:
    parts: Template = []
    position = 0
    while position < len(replacement):
        sign = replacement[position]
        following = replacement[position + 1 : position + 2]
        if sign == "\\" and following in ("\\", "$"):
            parts.append(following)
            position += 2
        elif sign == "$" and following.isascii() and following.isdigit():
            end = position + 2
            # As many digits as there are groups for; the rest are text.
            while replacement[end : end + 1].isdigit() and int(replacement[position + 1 : end + 1]) < groups:
                end += 1
            group = int(replacement[position + 1 : end])
            # A group that is not there is empty.
            parts.append(group if group < groups else "")
            position = end
        elif sign in "\\$":
            raise NoValue("invalid", text=replacement, what="replacement")
        else:
            plain = _PLAIN_TEXT.match(replacement, position)
            parts.append(plain[0] if plain else sign)
            position += len(str(parts[-1]))
    return parts
