"""A place in the tokens of a text, and the steps a parser takes from it."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import NoReturn

from engine.feel.errors import FeelSyntaxError
from engine.feel.limits import MAX_NESTING
from engine.feel.names import NameTable, joined_words
from engine.feel.tokens import Sort, Token, syntax_error, tokenize


class Cursor:
    """Moves over tokens; knows the names of several words that may stand at each place."""

    def __init__(self, text: str, names: NameTable, built_ins: NameTable) -> None:
        self.text = text
        self.tokens = tokenize(text)
        self.index = 0
        self._built_ins = built_ins
        # Keys seen so far in the text: what is inside a filter or after a dot cannot be known otherwise without types.
        self._keys = NameTable()
        self._tables = [names, self._keys]
        self._nesting = 0

    @property
    def token(self) -> Token:
        """The token it stands on."""
        return self.tokens[self.index]

    def peek(self, ahead: int = 1) -> Token:
        """A later token; END for all after the last."""
        return self.tokens[min(self.index + ahead, len(self.tokens) - 1)]

    def advance(self) -> Token:
        """Step over the token it stands on and return it."""
        token = self.token
        self.index += 1
        return token

    def at_sign(self, *signs: str) -> bool:
        """Whether it stands on one of these signs."""
        token = self.tokens[self.index]
        return token.sort is Sort.SIGN and token.text in signs

    def at_word(self, *words: str) -> bool:
        """Whether it stands on one of these words."""
        token = self.tokens[self.index]
        return token.sort is Sort.WORD and token.text in words

    def accept(self, sign: str) -> bool:
        """Step over the sign if it stands there."""
        if not self.at_sign(sign):
            return False
        self.index += 1
        return True

    def expect(self, sign: str) -> Token:
        """Step over the sign, or fail."""
        if not self.at_sign(sign):
            self.fail(f"`{sign}`")
        return self.advance()

    def expect_word(self, word: str) -> Token:
        """Step over the word, or fail."""
        if not self.at_word(word):
            self.fail(f"`{word}`")
        return self.advance()

    def fail(self, expected: str) -> NoReturn:
        """Raise the syntax error of this place."""
        raise self.error(expected)

    def error(self, expected: str) -> FeelSyntaxError:
        """The syntax error of this place."""
        return syntax_error(self.text, self.token.start, expected, self.token.describe())

    @contextmanager
    def nested(self) -> Iterator[None]:
        """One level deeper; fails cleanly where Python's stack would not."""
        self._nesting += 1
        if self._nesting > MAX_NESTING:
            self.fail("fewer levels in one another")
        yield
        # No `finally`: an error ends the parse, and with it this cursor.
        self._nesting -= 1

    @contextmanager
    def knowing(self, *names: str) -> Iterator[NameTable]:
        """Names of several words that are known inside the block."""
        table = NameTable(names)
        self._tables.append(table)
        yield table
        self._tables.pop()

    def remember_key(self, name: str) -> None:
        """A key of a context written anywhere before may follow a dot or stand in a filter."""
        self._keys.add(name)

    def known_name(self, built_ins: bool = True) -> tuple[str, int] | None:
        """The longest known name of several words here, and the index after it."""
        # After a dot no built-in can stand, and `x.date and time` means two things compared.
        best = self._built_ins.match(self.tokens, self.index) if built_ins else None
        for table in reversed(self._tables):
            found = table.match(self.tokens, self.index)
            if found and (best is None or found[1] > best[1]):
                best = found
        return best

    def take_name(self, built_ins: bool = True) -> str:
        """Step over the name that begins here: a known one, or words in a row."""
        name, end = joined_words(self.tokens, self.index)
        known = self.known_name(built_ins)
        # Of equals the known name wins, because it is spelt as it was declared.
        if known and known[1] >= end:
            name, end = known
        self.index = end
        return name

    def take_text_until(self, is_end: str, *ends: str) -> str:
        """A name being declared: all tokens up to the sign or word that ends it, spaces made single."""
        first = self.index
        while not (self.at_sign(is_end, *ends) or self.at_word(is_end, *ends)):
            if self.token.sort not in (Sort.WORD, Sort.NUMBER, Sort.SIGN) or self.at_sign(*"()[]{},:"):
                break
            self.index += 1
        if self.index == first or self.tokens[first].sort is not Sort.WORD:
            self.index = first
            self.fail("a name")
        return " ".join(self.text[self.tokens[first].start : self.tokens[self.index - 1].end].split())
