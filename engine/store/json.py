"""JSON as the store writes and reads it: numbers with a fraction are Decimal and keep every digit."""

import json
from decimal import Decimal
from json.encoder import encode_basestring
from typing import Any

_PLAIN = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":"))


def dumps(value: Any) -> str:
    """JSON text of None, bool, str, int, float, Decimal, lists and dicts; ValueError for NaN and infinities."""
    match value:
        case str():
            return encode_basestring(value)
        case Decimal():
            if not value.is_finite():
                raise ValueError(f"{value} has no place in JSON")
            return str(value)
        case dict():
            return "{" + ",".join(f"{encode_basestring(_key(key))}:{dumps(item)}" for key, item in value.items()) + "}"
        case list() | tuple():
            return "[" + ",".join(map(dumps, value)) + "]"
        case _:
            return json.dumps(value, allow_nan=False)


def dumps_rows(rows: Any) -> str:
    """Like `dumps`, quicker where no Decimal is among the values; for rows that `json_to_recordset` reads."""
    try:
        return _PLAIN.encode(rows)
    except TypeError:
        return dumps(rows)


def loads(text: str | bytes) -> Any:
    """The value of a JSON text; whole numbers come as int, all others as Decimal."""
    return json.loads(text, parse_float=Decimal)


def _key(key: Any) -> str:
    if not isinstance(key, str):
        raise TypeError(f"a JSON name is a string, not {key!r}")
    return key
