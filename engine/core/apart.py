"""Tokens apart: what lies inside a multi-instance body of many is kept a row a token, and read when it is asked for.

A snapshot is written anew by each advance. One of a thousand tokens that wait side by side would carry the others
along, and its advance would cost the more the more of them there are.
"""

import json
from collections.abc import Callable, Iterator
from operator import attrgetter
from typing import Any, NamedTuple, Protocol, cast

from .token import Token

MANY = 32  # a snapshot with so many tokens more is still written as fast as rows of their own
APART = "apart"  # a body's data: its tokens are rows, whatever is taken for many by now


class Row(NamedTuple):
    """A token as it is kept: as a snapshot has it, with the number of tokens that live in it, and its variables.

    `parent` is the key of the token it lives in.
    """

    key: int
    parent: int
    token: list[Any]
    inside: int
    variables: dict[str, Any]


class Rows(Protocol):
    """Where an instance's rows are."""

    def one(self, key: int) -> Row | None:
        """The row of a key."""

    def inside(self, scope: int) -> list[Row]:
        """Those that live directly in a token."""

    def all(self) -> list[Row]:
        """All of them."""


def is_wide(token: Token) -> bool:
    """Whether the tokens inside this one lie apart."""
    return APART in token.internal_data


def lay_apart(token: Token) -> None:
    """Have the tokens inside this one lie apart from now on, if it is a body of many instances side by side."""
    # One after the other there is never more than one, however many are still to come.
    if token.internal_data.get("size", 0) > MANY and not getattr(token.task_spec.loop, "sequential", True):
        token.internal_data[APART] = True


class Tokens(dict[int, Token]):
    """The tokens of an instance by key; those that lie apart come when they are asked for, in the order of keys.

    `last` is the newest key there can be a row of. `make` makes a token of a row.
    """

    def __init__(self, near: dict[int, Token], rows: Rows, last: int, make: Callable[[Row], Token]) -> None:
        super().__init__(near)
        self._rows, self._last, self._make = rows, last, make
        self._known = set(near)  # keys that need not be asked for: read, or not there
        self._whole = False
        self.read: dict[int, str] = {}  # the rows that were read, as they were

    def __missing__(self, key: int) -> Token:
        if self._whole or key > self._last or key in self._known:
            raise KeyError(key)
        self._known.add(key)
        row = self._rows.one(key)
        if row is None:
            raise KeyError(key)
        return self._take(row)

    # A dict's own `get` and `in` do not ask `__missing__`.
    def get(self, key: int, default: Any = None) -> Any:
        try:
            return self[key]
        except KeyError:
            return default

    def __contains__(self, key: object) -> bool:
        return self.get(cast("int", key)) is not None

    def present(self) -> list[Token]:
        """Those that are here already."""
        return list(super().values())

    def inside(self, scope: Token) -> list[Token]:
        """Those that live directly in a token."""
        if not self._whole and (scope.key in self.read or is_wide(scope)):
            self._take_new(self._rows.inside(scope.key))
        return sorted((token for token in self.present() if token.parent_key == scope.key), key=attrgetter("key"))

    # Whoever goes through them has all.

    def __iter__(self) -> Iterator[int]:
        self._take_all()
        return super().__iter__()

    def keys(self) -> Any:
        self._take_all()
        return super().keys()

    def values(self) -> Any:
        self._take_all()
        return super().values()

    def items(self) -> Any:
        self._take_all()
        return super().items()

    def _take_all(self) -> None:
        if self._whole:
            return
        self._whole = True
        self._take_new(self._rows.all())
        # Effects follow the order in which tokens are gone through, which must not depend on where they lay.
        ordered = sorted(super().items())
        self.clear()
        self.update(ordered)

    def _take_new(self, rows: list[Row]) -> None:
        for row in rows:
            # What is here already may have changed, or gone, since its row was written.
            if row.key not in self._known:
                self._known.add(row.key)
                self._take(row)

    def _take(self, row: Row) -> Token:
        self.read[row.key] = written(row.token, row.inside)
        token = self[row.key] = self._make(row)
        return token


class Variables(dict[int, dict[str, Any]]):
    """Variables by scope; those of a token that lies apart come with it."""

    def __init__(self, near: dict[int, dict[str, Any]], tokens: Tokens) -> None:
        super().__init__(near)
        self._tokens = tokens

    def __missing__(self, scope: int) -> dict[str, Any]:
        self._tokens.get(scope)
        if not super().__contains__(scope):
            raise KeyError(scope)
        return super().__getitem__(scope)

    def get(self, scope: int, default: Any = None) -> Any:
        try:
            return self[scope]
        except KeyError:
            return default

    def setdefault(self, scope: int, default: Any = None) -> Any:
        # Read later, the token's row would take the place of what is set here.
        self._tokens.get(scope)
        return super().setdefault(scope, default)


def written(token: list[Any], inside: int) -> str:
    """What two rows of one token differ in, if they do."""
    return json.dumps([token, inside])
