"""JSON as the store writes and reads it: numbers with a fraction are Decimal and keep every digit."""

import json
from decimal import Decimal
from json.encoder import encode_basestring
from typing import Any

from engine.errors import Invalid

# Python refuses to make an int of more than 4,300.
MOST_DIGITS = 4_000  # of a whole number that is read as an int

_DECODER = json.JSONDecoder(parse_float=Decimal)
_PLAIN = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":"))


def dumps(value: Any) -> str:
    """JSON text of None, bool, str, int, float, Decimal, lists and dicts.

    Raises Invalid for anything else: NaN and infinities, other types, what is nested without end; and for texts with
    characters that the database does not hold.
    """
    try:
        text = _text(value)
        if not text.isascii():
            text.encode()  # half a surrogate pair is no character
        return text
    except UnicodeEncodeError as error:
        raise Invalid("value_not_storable", reason=f"U+{ord(error.object[error.start]):04X}") from error
    except (TypeError, ValueError, RecursionError) as error:
        raise Invalid("value_not_json", reason=str(error)) from error


def _text(value: Any) -> str:
    match value:
        case str():
            if "\x00" in value:
                raise Invalid("value_not_storable", reason="U+0000")
            return encode_basestring(value)
        case None:
            return "null"
        # Before int, which a bool is too.
        case bool():
            return "true" if value else "false"
        case int():
            return int.__repr__(value)
        case Decimal():
            if not value.is_finite():
                raise ValueError(f"{value} has no place in JSON")
            return str(value)
        case dict():
            return "{" + ",".join(f"{encode_basestring(_key(key))}:{_text(item)}" for key, item in value.items()) + "}"
        case list() | tuple():
            return "[" + ",".join(map(_text, value)) + "]"
        case _:
            return json.dumps(value, allow_nan=False)


def dumps_rows(rows: Any) -> str:
    """Like `dumps`, quicker where no Decimal is among the values; for rows that `json_to_recordset` reads."""
    try:
        return _PLAIN.encode(rows)
    except (TypeError, ValueError, RecursionError):
        return dumps(rows)


def loads(text: str | bytes) -> Any:
    """The value of a JSON text; whole numbers come as int, all others as Decimal. Raises ValueError."""
    try:
        return _DECODER.decode(text if isinstance(text, str) else text.decode())
    except ValueError:
        # Python makes no int of more than some thousand digits; what is no JSON fails again.
        return json.loads(text, parse_float=Decimal, parse_int=_whole)


def _whole(digits: str) -> int | Decimal:
    return int(digits) if len(digits) < MOST_DIGITS else Decimal(digits)


def _key(key: Any) -> str:
    if not isinstance(key, str):
        raise TypeError(f"a JSON name is a string, not {key!r}")
    return key
