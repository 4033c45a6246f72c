"""Texts by which things are found: names of messages and signals, correlation keys, types of jobs, ids."""

import re

from engine.errors import Invalid

LONGEST = 256  # characters: three of them side by side are still found by an index

# PostgreSQL's texts hold no NUL, and UTF-8 no half of a surrogate pair.
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


def require_name(text: str) -> None:
    """Raises Invalid for a name or key that nothing could be found by."""
    if not is_name(text):
        raise Invalid("name_malformed", text=text[:50], longest=LONGEST)


def is_name(text: str) -> bool:
    """Whether a text can be looked for: not too long, and of characters that a database holds."""
    return len(text) <= LONGEST and _UNSTORABLE.search(text) is None
