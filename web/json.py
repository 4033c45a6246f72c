"""JSON of requests and answers: numbers keep every digit, as in the store."""

import json
from decimal import Decimal
from typing import Any, NoReturn

from flask.json.provider import JSONProvider

import engine


class ExactJson(JSONProvider):
    """Flask's JSON with the engine's numbers."""

    def dumps(self, obj: Any, **kwargs: Any) -> str:
        return engine.dump_json(obj)

    def loads(self, s: str | bytes, **kwargs: Any) -> Any:
        """Raises ValueError for what is no JSON, NaN and infinities included, and for one nested too deeply."""
        try:
            return _load(s)
        except RecursionError:
            raise ValueError("nested too deeply") from None


def read(text: str | bytes, code: str = "request_not_json") -> Any:
    """The value of a text that somebody has sent. Raises Invalid with `code` and why it is no JSON."""
    try:
        return _load(text)
    except (ValueError, RecursionError) as error:
        raise engine.Invalid(code, findings=(_why(error),)) from None


def _load(text: str | bytes) -> Any:
    return json.loads(text, parse_float=Decimal, parse_constant=_refuse)


def _why(error: ValueError | RecursionError) -> engine.Finding:
    """Python's own words are English only."""
    match error:
        case json.JSONDecodeError():
            return engine.Finding("json_syntax", {"line": error.lineno, "column": error.colno})
        case UnicodeDecodeError():
            return engine.Finding("json_encoding")
        case RecursionError():
            return engine.Finding("json_depth")
    return engine.Finding("json_number")


def _refuse(name: str) -> NoReturn:
    raise ValueError(f"{name} is no number of JSON")
