"""Tokens that lie apart from their instance's snapshot, read one by one or together with their variables."""

import json
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from engine.core.apart import Row
from engine.store import first_row

_VARIABLES = "SELECT json_object_agg(v.name, v.value) FROM variables v WHERE v.instance_key = %(instance)s"
# As text, since variables alone keep the digits of their numbers.
_ROW = f"json_build_array(t.key, t.parent_key, t.token::text, t.inside, ({_VARIABLES} AND v.scope_key = t.key))"
_ROWS = f"SELECT json_agg({_ROW} ORDER BY t.key) AS one FROM tokens_apart t WHERE "  # noqa: S608
_ONE = _ROWS + "t.key = %(key)s"
_INSIDE = _ROWS + "t.parent_key = %(key)s"
_ALL = _ROWS + "t.key BETWEEN %(instance)s AND %(instance)s + 16777215"


@dataclass(frozen=True, slots=True)
class TokenRows:
    """Those of one instance, read in the session's transaction, which has the instance locked."""

    session: Session
    instance_key: int

    def one(self, key: int) -> Row | None:
        """The row of a key."""
        found = self._found(_ONE, key)
        return found[0] if found else None

    def inside(self, scope: int) -> list[Row]:
        """Those that live directly in a token."""
        return self._found(_INSIDE, scope)

    def all(self) -> list[Row]:
        """All of them."""
        return self._found(_ALL, self.instance_key)

    def _found(self, query: str, key: int) -> list[Row]:
        row = first_row(self.session, query, {"key": key, "instance": self.instance_key})
        assert row is not None
        return [_row(*columns) for columns in row[0] or ()]


def _row(key: int, parent: int, token: str, inside: int, variables: dict[str, Any] | None) -> Row:
    return Row(key, parent, json.loads(token), inside, variables or {})
