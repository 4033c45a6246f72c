"""Text to tokens. A token knows where it stands; names of several words are put together by the parser."""

import re
from dataclasses import dataclass
from enum import Enum

from engine.feel.errors import FeelSyntaxError
from engine.feel.limits import MAX_TEXT


class Sort(Enum):
    """What a token is."""

    NUMBER = "a number"
    STRING = "a string"
    AT = "an @-literal"
    WORD = "a name"
    SIGN = "a sign"
    END = "the end of the expression"


@dataclass(frozen=True, slots=True)
class Token:
    """`text` is as written, for a string or @-literal what it stands for; `start` and `end` are offsets."""

    sort: Sort
    text: str
    start: int
    end: int

    def describe(self) -> str:
        """The token in an error message."""
        if self.sort is Sort.END:
            return str(self.sort.value)
        return f'"{self.text}"' if self.sort is Sort.STRING else f"`{self.text}`"


# Rules 30 to 32 of the grammar; Python's \s has all of it but the zero-width ones.
_SPACE = "\\s\u0085\u00a0\u1680\u180e\u2000-\u200b\u2028\u2029\u202f\u205f\u3000\ufeff"
# Rules 28 and 29: letters of every script, emoji too, and `?`, which alone is the value under test.
_START = (
    "?A-Z_a-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u02ff\u0370-\u037d\u037f-\u1fff\u200c-\u200d\u2070-\u218f"
    "\u2c00-\u2fef\u3001-\ud7ff\uf900-\ufdcf\ufdf0-\ufffd\U00010000-\U000effff"
)
_PART = _START + "0-9\u00b7\u0300-\u036f\u203f-\u2040"

# One pattern for all tokens: the alternatives are tried in order, so the longer signs stand before the shorter.
# A `/` before `*` is no sign, so that a comment without its end is told as one and not as a division.
_TOKEN = re.compile(
    rf"""(?P<space>[{_SPACE}]+|//[^\n]*|/\*.*?\*/)
    |(?P<word>[{_START}][{_PART}]*)
    |(?P<number>(?:\d+(?:\.\d+)?|\.\d+)(?:[eE][+-]?\d+)?)
    |(?P<string>@?[{_SPACE}]*"(?:[^"\\]|\\.)*")
    |(?P<sign>\*\*|\.\.|<=|>=|!=|->|/(?!\*)|[-+*=<>()\[\]{{}},.:|'])""",
    re.VERBOSE | re.DOTALL,
)
# An escape that FEEL does not know stays as it is written, so that patterns need no second backslash.
_ESCAPE = re.compile(r"\\(?:u([0-9a-fA-F]{4})|U([0-9a-fA-F]{6})|(.))", re.DOTALL)
_ESCAPED = {"n": "\n", "r": "\r", "t": "\t", '"': '"', "'": "'", "\\": "\\"}
_LARGEST_CODE_POINT = 0x10FFFF


def line_and_column(text: str, offset: int) -> tuple[int, int]:
    """Both from one."""
    return text.count("\n", 0, offset) + 1, offset - text.rfind("\n", 0, offset)


def syntax_error(text: str, offset: int, expected: str, found: str) -> FeelSyntaxError:
    """The error at that offset of the text."""
    return FeelSyntaxError(text, *line_and_column(text, offset), expected, found)


def tokenize(text: str) -> list[Token]:
    """All tokens and one END; FeelSyntaxError for what is none."""
    if len(text) > MAX_TEXT:
        raise syntax_error(text, MAX_TEXT, "a shorter text", f"{len(text)}")
    tokens: list[Token] = []
    position = 0
    while position < len(text):
        match = _TOKEN.match(text, position)
        if match is None:
            raise _unreadable(text, position)
        # Comments were matched as space: neither means anything between tokens.
        if match.lastgroup != "space":
            tokens.append(_token(text, match))
        position = match.end()
    tokens.append(Token(Sort.END, "", len(text), len(text)))
    return tokens


def _token(text: str, match: re.Match[str]) -> Token:
    raw, start, end = match[0], match.start(), match.end()
    if match.lastgroup == "string":
        # An @-literal may have space before its quotes, so the first quote is looked for.
        content = raw[raw.index('"') + 1 : -1]
        value = _unescaped(text, start, content) if "\\" in content else content
        return Token(Sort.AT if raw[0] == "@" else Sort.STRING, value, start, end)
    sort = {"word": Sort.WORD, "number": Sort.NUMBER, "sign": Sort.SIGN}[match.lastgroup or ""]
    return Token(sort, raw, start, end)


def _unescaped(text: str, start: int, content: str) -> str:
    def character(match: re.Match[str]) -> str:
        if match[3]:
            return _ESCAPED.get(match[3]) or str(match[0])
        point = int(match[1] or match[2], 16)
        # U+0000 is a character, but none that JSON in PostgreSQL can hold.
        if not 0 < point <= _LARGEST_CODE_POINT:
            raise syntax_error(text, start, "a Unicode character", f"`{match[0]}`")
        return chr(point)

    value = _ESCAPE.sub(character, content)
    # Two escapes \uD83D\uDCA9 are one character; a half alone is none and no database would take it.
    try:
        return value.encode("utf-16", "surrogatepass").decode("utf-16")
    except UnicodeDecodeError:
        raise syntax_error(text, start, "a Unicode character", "half of a surrogate pair") from None


def _unreadable(text: str, position: int) -> FeelSyntaxError:
    rest = text[position:]
    if rest.startswith(('"', "@")):
        return syntax_error(text, position, 'a closing quotation mark `"`', "the end of the expression")
    if rest.startswith("/*"):
        return syntax_error(text, position, "the `*/` that ends the comment", "the end of the expression")
    if rest.startswith("!"):
        return syntax_error(text, position, "`!=` or `not(…)`", "`!`")
    return syntax_error(text, position, "a name, a literal or an operator", f"`{rest[0]}`")
