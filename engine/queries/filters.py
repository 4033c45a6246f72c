"""Conditions on one field: a value, or a mapping from Camunda's operators ($eq, $in, $like …) to values."""

from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import ColumnElement, Text, and_, cast, false, literal
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from engine.core.state import COUNTER_BITS
from engine.errors import Invalid

Condition = Any  # a plain value, or a mapping from operators to values; None asks for nothing


def holds(column: Any, condition: Condition, name: str) -> ColumnElement[bool]:
    """The SQL condition. Raises Invalid for an operator nobody knows."""
    if isinstance(column.type, JSONB):
        column, condition = _of_json(column, condition)
    if not isinstance(condition, Mapping):
        return column == condition  # type: ignore[no-any-return]
    clauses = []
    for operator, value in condition.items():
        if operator not in _OPERATORS:
            raise Invalid("filter_operator_unknown", field=name, operator=operator, operators=", ".join(_OPERATORS))
        if operator in ("$in", "$notIn") and not isinstance(value, list | tuple | set | frozenset):
            raise Invalid("filter_needs_list", field=name, operator=operator)
        clauses.append(_OPERATORS[operator](column, value))
    # A condition without operators must not become "everything".
    return and_(*clauses) if clauses else false()


def within(column: Any, instance_key: Any) -> ColumnElement[bool]:
    """Whether a key is one of an instance's: they lie between its own and the next instance's."""
    return column.between(instance_key, instance_key + (1 << COUNTER_BITS) - 1)  # type: ignore[no-any-return]


def is_instance(key: int) -> bool:
    """Whether a key can be an instance's own, which the range of `within` begins at."""
    return key % (1 << COUNTER_BITS) == 0


def like(column: Any, pattern: str) -> ColumnElement[bool]:
    """Camunda's wildcards: `*` any text, `?` one character, a backslash before them takes them as they are."""
    written = []
    characters = iter(str(pattern))
    for character in characters:
        if character == "\\":
            written.append(_plain(next(characters, "\\")))
        else:
            written.append({"*": "%", "?": "_"}.get(character) or _plain(character))
    return column.like("".join(written), escape="!")  # type: ignore[no-any-return]


def _of_json(column: Any, condition: Condition) -> tuple[Any, Condition]:
    """JSON is compared with JSON; a pattern is for the text of a string."""
    if not isinstance(condition, Mapping):
        return column, literal(condition, JSONB)
    if "$like" in condition:
        return column.op("#>>")(cast([], ARRAY(Text))), condition
    return column, {operator: _json(operator, value) for operator, value in condition.items()}


def _json(operator: str, value: Any) -> Any:
    if operator == "$exists":
        return value
    if operator in ("$in", "$notIn") and isinstance(value, list | tuple):
        return [literal(one, JSONB) for one in value]
    return literal(value, JSONB)


def _plain(character: str) -> str:
    return f"!{character}" if character in "%_!" else character


_OPERATORS: Mapping[str, Callable[[Any, Any], ColumnElement[bool]]] = {
    "$eq": lambda column, value: column == value,
    # SQL's <> would leave out rows without a value, which are not equal either.
    "$neq": lambda column, value: column.is_distinct_from(value),
    "$exists": lambda column, value: column.is_not(None) if value else column.is_(None),
    "$gt": lambda column, value: column > value,
    "$gte": lambda column, value: column >= value,
    "$lt": lambda column, value: column < value,
    "$lte": lambda column, value: column <= value,
    "$in": lambda column, value: column.in_(list(value)),
    "$notIn": lambda column, value: column.not_in(list(value)),
    "$like": like,
}
