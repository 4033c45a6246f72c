"""Types, as they stand after `instance of` and a parameter's colon."""

from engine.feel.cursor import Cursor
from engine.feel.names import STOPPERS
from engine.feel.tokens import Sort
from engine.feel.typesystem import ANY, ContextType, FunctionType, ListType, RangeType, Type

_OF_SEVERAL_WORDS = ("date and time", "days and time duration", "years and months duration")


def parse_type(cursor: Cursor) -> Type:
    """The type that begins here."""
    with cursor.nested():
        if cursor.token.sort is not Sort.WORD:
            cursor.fail("a type")
        word = cursor.token.text
        if cursor.peek().sort is Sort.SIGN and cursor.peek().text == "<" and word in _GENERIC:
            cursor.index += 2
            return _GENERIC[word](cursor)
        return Type(_type_name(cursor))


def _type_name(cursor: Cursor) -> str:
    # These have an `and` in them, which ends every other name.
    for name in _OF_SEVERAL_WORDS:
        words = name.split()
        if [cursor.peek(ahead).text for ahead in range(len(words))] == words:
            cursor.index += len(words)
            return name
    known = cursor.known_name()
    if known:
        name, cursor.index = known
        return name
    name = _words(cursor)
    while cursor.at_sign(".") and cursor.peek().sort is Sort.WORD:
        cursor.advance()
        name = f"{name}.{_words(cursor)}"
    return name


def _words(cursor: Cursor) -> str:
    words = [cursor.advance().text]
    while cursor.token.sort is Sort.WORD and cursor.token.text not in STOPPERS:
        words.append(cursor.advance().text)
    return " ".join(words)


def _list(cursor: Cursor) -> Type:
    element = parse_type(cursor)
    cursor.expect(">")
    return ListType("list", element)


def _range(cursor: Cursor) -> Type:
    element = parse_type(cursor)
    cursor.expect(">")
    return RangeType("range", element)


def _context(cursor: Cursor) -> Type:
    entries = []
    while True:
        name = cursor.take_text_until(":")
        cursor.expect(":")
        entries.append((name, parse_type(cursor)))
        if not cursor.accept(","):
            break
    cursor.expect(">")
    return ContextType("context", tuple(entries))


def _function(cursor: Cursor) -> Type:
    parameters = []
    if not cursor.at_sign(">"):
        parameters.append(parse_type(cursor))
        while cursor.accept(","):
            parameters.append(parse_type(cursor))
    cursor.expect(">")
    result = parse_type(cursor) if cursor.accept("->") else ANY
    return FunctionType("function", tuple(parameters), result)


_GENERIC = {"list": _list, "range": _range, "context": _context, "function": _function}
