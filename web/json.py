"""JSON of requests and answers: numbers keep every digit, as in the store."""

from typing import Any

from flask.json.provider import JSONProvider

import engine


class ExactJson(JSONProvider):
    """Flask's JSON on the engine's."""

    def dumps(self, obj: Any, **kwargs: Any) -> str:
        return engine.dump_json(obj)

    def loads(self, s: str | bytes, **kwargs: Any) -> Any:
        """Raises ValueError for what is no JSON, and for one that is nested too deeply."""
        try:
            return engine.load_json(s)
        except RecursionError:
            raise ValueError("nested too deeply") from None
