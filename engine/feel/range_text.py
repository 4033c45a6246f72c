"""Reading a range from its text, for `range()`: only literals may stand as its ends."""

from typing import Any

from engine.feel.arithmetic import negate
from engine.feel.comparing import compare
from engine.feel.durations import parse_duration
from engine.feel.errors import FeelSyntaxError, NoValue
from engine.feel.names import NameTable
from engine.feel.parser import parse_expression
from engine.feel.syntax import Call, Literal, Name, Negation, Node, RangeOf
from engine.feel.temporal_text import parse_date, parse_date_time, parse_time
from engine.feel.values import Range

_READERS = {"date": parse_date, "time": parse_time, "date and time": parse_date_time, "duration": parse_duration}
_NAMES = NameTable(_READERS)
_LONGEST = 500


def parse_range(text: str) -> Range | None:
    """The range written as `text`, or None; its ends must be of one kind and in order."""
    if len(text) > _LONGEST:
        return None
    try:
        tree = parse_expression(text, (), _NAMES)
    except FeelSyntaxError:
        return None
    if not isinstance(tree, RangeOf) or tree.operator:
        return None
    start, end = _literal(tree.start), _literal(tree.end)
    # Also refuses ends of two kinds, and null.
    if not compare("<=", start, end):
        return None
    return Range(start, end, tree.start_included, tree.end_included)


def _literal(node: Node) -> Any:
    if isinstance(node, Literal):
        return node.value
    if isinstance(node, Negation) and isinstance(node.operand, Literal):
        return _negated(node.operand.value)
    if isinstance(node, Call) and isinstance(node.function, Name) and len(node.arguments) == 1 and node.names is None:
        reader, argument = _READERS.get(node.function.name), node.arguments[0]
        if reader and isinstance(argument, Literal) and isinstance(argument.value, str):
            return reader(argument.value)
    return None


def _negated(value: Any) -> Any:
    try:
        return negate(value)
    except NoValue:
        return None
