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
            return json.loads(s, parse_float=Decimal, parse_constant=_refuse)
        except RecursionError:
            raise ValueError("nested too deeply") from None


def _refuse(name: str) -> NoReturn:
    raise ValueError(f"{name} is no number of JSON")
