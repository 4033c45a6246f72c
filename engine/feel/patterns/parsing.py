"""Text to tree: regular expressions as XPath and XQuery Functions 3.1 (5.6.1) has them, on XML Schema's syntax."""

from typing import NoReturn

from engine.feel.patterns.charsets import LAST, Charset, block, category, characters, union
from engine.feel.patterns.tree import Anchor, BackReference, Choice, Dot, Group, OneOf, Repeat, Sequence, Tree

_ESCAPED = {"n": 10, "r": 13, "t": 9} | {sign: ord(sign) for sign in "\\|.?*+(){}-[]^$"}
_SPACE = " \t\n\r"
# RE2 takes no higher count.
_MOST_TIMES = 1_000
_DEEPEST = 50

_NAME_START = union(
    characters(ord("_"), ord(":")),
    Charset(
        (
            (0x41, 0x5A),
            (0x61, 0x7A),
            (0xC0, 0xD6),
            (0xD8, 0xF6),
            (0xF8, 0x2FF),
            (0x370, 0x37D),
            (0x37F, 0x1FFF),
            (0x200C, 0x200D),
            (0x2070, 0x218F),
            (0x2C00, 0x2FEF),
            (0x3001, 0xD7FF),
            (0xF900, 0xFDCF),
            (0xFDF0, 0xFFFD),
            (0x10000, 0xEFFFF),
        )
    ),
)
_NAME = union(
    _NAME_START, characters(ord("-"), ord("."), 0xB7), Charset(((0x30, 0x39), (0x300, 0x36F), (0x203F, 0x2040)))
)
_SPACES = characters(*map(ord, _SPACE))


class InvalidPatternError(Exception):
    """The pattern is not XPath's: why, and at which of its characters from one, 0 if none is to blame."""

    def __init__(self, reason: str, at: int = 0) -> None:
        super().__init__(reason)
        self.reason = reason
        self.at = at


def parse_pattern(text: str, literal: bool, ignore_space: bool, ignore_case: bool) -> Tree:
    """The tree of a pattern. `literal` takes every character as itself, `ignore_space` leaves white space out."""
    if literal:
        return Sequence(tuple(_one(ord(character)) for character in text))
    parser = _Parser(_without_space(text) if ignore_space else text, ignore_case)
    tree = parser.choice()
    if parser.here:
        parser.fail("a closing bracket without its opening one")
    return tree


def _without_space(text: str) -> str:
    kept, level, escaped = [], 0, False
    for character in text:
        # Inside a character class, white space counts; an escape there keeps its brackets from counting.
        if level == 0 and character in _SPACE:
            continue
        if not escaped:
            level += (character == "[") - (character == "]" and level > 0)
        escaped = character == "\\" and not escaped
        kept.append(character)
    return "".join(kept)


def _one(point: int) -> OneOf:
    return OneOf(characters(point), f"\\x{{{point:x}}}")


class _Parser:
    def __init__(self, text: str, ignore_case: bool) -> None:
        self._text = text
        self._ignore_case = ignore_case
        self._at = 0
        self._groups = 0
        self._closed: set[int] = set()
        self._level = 0

    @property
    def here(self) -> str:
        """The character it stands on, nothing at the end."""
        return self._text[self._at : self._at + 1]

    def fail(self, reason: str) -> NoReturn:
        """Give up."""
        raise InvalidPatternError(reason, self._at + 1)

    def choice(self) -> Tree:
        """Everything up to a closing bracket or the end."""
        self._level += 1
        if self._level > _DEEPEST:
            self.fail("too many groups in one another")
        options = [self._sequence()]
        while self._accept("|"):
            options.append(self._sequence())
        self._level -= 1
        return options[0] if len(options) == 1 else Choice(tuple(options))

    def _accept(self, sign: str) -> bool:
        if not self._text.startswith(sign, self._at):
            return False
        self._at += len(sign)
        return True

    def _take(self) -> str:
        character = self.here
        if not character:
            self.fail("the pattern ends too early")
        self._at += 1
        return character

    def _sequence(self) -> Tree:
        parts = []
        while self.here and self.here not in "|)":
            parts.append(self._repeated(self._atom()))
        return Sequence(tuple(parts))

    def _atom(self) -> Tree:
        sign = self._take()
        if sign == "(":
            return self._group()
        if sign == "[":
            charset, text = self._class()
            return OneOf(charset, text)
        if sign == ".":
            return Dot()
        if sign in "^$":
            return Anchor(sign)
        if sign == "\\":
            return self._escape()
        if sign in "?*+{}]":
            self._at -= 1
            self.fail("a sign has nothing to belong to")
        return _one(ord(sign))

    def _group(self) -> Tree:
        number = 0
        if not self._accept("?:"):
            if self.here == "?":
                self.fail("looking ahead or behind is not XPath's")
            self._groups += 1
            number = self._groups
        body = self.choice()
        if not self._accept(")"):
            self.fail("a bracket is not closed")
        self._closed.add(number)
        return Group(number, body)

    def _repeated(self, atom: Tree) -> Tree:
        if self.here == "{":
            least, most = self._counts()
        elif self.here and self.here in "?*+":
            least, most = {"?": (0, 1), "*": (0, None), "+": (1, None)}[self._take()]
        else:
            return atom
        # XPath's grammar has no such thing, and RE2 would take it.
        if isinstance(atom, Anchor):
            self.fail("a repeated anchor")
        repeat = Repeat(atom, least, most, self._accept("?"))
        if self.here and self.here in "?*+{":
            self.fail("a repetition of a repetition")
        return repeat

    def _counts(self) -> tuple[int, int | None]:
        self._take()
        least = self._digits()
        if least is None:
            self.fail("a count is missing")
        most: int | None = least
        if self._accept(","):
            most = self._digits()
        if not self._accept("}"):
            self.fail("a count is not closed")
        if least > _MOST_TIMES or (most is not None and not least <= most <= _MOST_TIMES):
            self.fail("a count is out of range")
        return least, most

    def _digits(self) -> int | None:
        start = self._at
        # Six are enough to be out of range, and int() of a long run of digits takes quadratic time.
        while self.here.isascii() and self.here.isdigit() and self._at - start < 6:
            self._at += 1
        return int(self._text[start : self._at]) if self._at > start else None

    def _escape(self) -> Tree:
        sign = self.here
        if sign.isascii() and sign.isdigit():
            return self._back_reference()
        charset, text = self._escaped_set()
        return OneOf(charset, text)

    def _back_reference(self) -> Tree:
        number = int(self._take())
        # `\12` is group 12 if there are as many, else group 1 and a 2.
        while self.here.isascii() and self.here.isdigit() and number * 10 + int(self.here) <= self._groups:
            number = number * 10 + int(self._take())
        if number not in self._closed or number == 0:
            self.fail("a reference to a group that is not there")
        return BackReference(number)

    def _escaped_set(self) -> tuple[Charset, str | None]:
        """What follows a backslash, as a set and in RE2's words (None where it has none)."""
        sign = self._take()
        if sign in _ESCAPED:
            return characters(_ESCAPED[sign]), f"\\x{{{_ESCAPED[sign]:x}}}"
        if sign in "pP":
            return self._property(sign == "P")
        kind = sign.lower()
        if kind == "d":
            return _turned(category("Nd") or Charset(()), "\\p{Nd}", sign.isupper())
        if kind == "s":
            return _turned(_SPACES, None, sign.isupper())
        if kind == "w":
            # XML Schema's `\w` is whatever is no punctuation, separator or "other", so signs such as `+` are in it.
            others = union(*(category(name) or Charset(()) for name in "PZC"))
            return _turned(others, None, sign.islower())
        if kind == "i":
            return _turned(_NAME_START, None, sign.isupper())
        if kind == "c":
            return _turned(_NAME, None, sign.isupper())
        raise InvalidPatternError("an escape without a meaning", self._at - 1)

    def _property(self, negated: bool) -> tuple[Charset, str | None]:
        end = self._text.find("}", self._at)
        if self._take() != "{" or end < 0:
            self.fail("`{` with a property must follow")
        name = self._text[self._at : end]
        charset = block(name[2:]) if name.startswith("Is") else category(name) if 0 < len(name) < 3 else None
        if charset is None:
            self.fail("no such property of characters")
        self._at = end + 1
        return _turned(charset, None, negated)

    def _class(self) -> tuple[Charset, str | None]:
        """A character class after its `[`."""
        negated = self._accept("^")
        parts: list[Charset] = []
        taken: Charset | None = None
        while not self._accept("]"):
            if parts and self._accept("-["):
                self._level += 1
                if self._level > _DEEPEST:
                    self.fail("too many classes in one another")
                taken = self._any_case(self._class()[0])
                self._level -= 1
                if not self._accept("]"):
                    self.fail("a class must end after what is taken from it")
                break
            parts.append(self._member())
        if not parts:
            self.fail("an empty class")
        charset = union(*parts)
        if negated:
            charset = self._any_case(charset).complement()
        return (charset.without(taken) if taken else charset), None

    def _any_case(self, charset: Charset) -> Charset:
        # What is left out must be left out in both cases, else the other one would let it in again.
        return charset.ignoring_case() if self._ignore_case else charset

    def _member(self) -> Charset:
        first = self._class_character()
        following = self._text[self._at + 1 : self._at + 2]
        if self.here != "-" or following in ("]", "[", "") or isinstance(first, Charset):
            return first if isinstance(first, Charset) else characters(first)
        self._take()
        last = self._class_character()
        if isinstance(last, Charset) or last < first:
            self.fail("a range that is none")
        return Charset(((first, last),))

    def _class_character(self) -> int | Charset:
        sign = self._take()
        if sign == "[":
            self._at -= 1
            self.fail("`[` inside a class")
        if sign != "\\":
            return ord(sign)
        charset, _ = self._escaped_set()
        first, last = charset.intervals[0] if charset.intervals else (0, LAST)
        return first if len(charset.intervals) == 1 and first == last else charset


def _turned(charset: Charset, text: str | None, negated: bool) -> tuple[Charset, str | None]:
    if not negated:
        return charset, text
    return charset.complement(), text.replace("\\p", "\\P") if text else None
