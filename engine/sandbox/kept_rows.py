"""The tokens of a sandbox's case that lie apart, as PostgreSQL keeps them for the real ones."""

import json

from engine.core.apart import Row
from engine.core.snapshot import apart
from engine.core.state import State


class KeptRows:
    """Rows by key. What is given away is a copy, as it is for whoever reads a database."""

    def __init__(self, kept: dict[int, Row] | None = None) -> None:
        self.kept = kept or {}

    def after(self, state: State) -> "KeptRows":
        """The rows after an advance."""
        # Those of before stay as they are: a migration that tries these may be refused.
        kept = dict(self.kept)
        changed, gone = apart(state)
        for row in changed:
            kept[row.key] = row
        for key in gone:
            del kept[key]
        for token in state.present():
            if token.key in kept:
                kept[token.key] = kept[token.key]._replace(variables=dict(state.variables.get(token.key, {})))
        return KeptRows(kept)

    def one(self, key: int) -> Row | None:
        """The row of a key."""
        return _copy(self.kept[key]) if key in self.kept else None

    def inside(self, scope: int) -> list[Row]:
        """Those that live directly in a token."""
        return [_copy(row) for row in self.kept.values() if row.parent == scope]

    def all(self) -> list[Row]:
        """All of them."""
        return [_copy(row) for row in self.kept.values()]


def _copy(row: Row) -> Row:
    return row._replace(token=json.loads(json.dumps(row.token)), variables=dict(row.variables))
