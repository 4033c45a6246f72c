"""What is alive of one instance: tokens, joins, variables by scope, and the intervals in which its clocks stood."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from .apart import Tokens
from .token import Token

if TYPE_CHECKING:
    from .run import Run

COUNTER_BITS = 24  # a key is the instance's number × 2²⁴ + a counter (decision 10)


class State:
    """The state of one instance. `variables` holds scope key → name → JSON value; changes to them are recorded."""

    def __init__(self, key: int) -> None:
        self.key = key
        self.counter = 0
        self.status = "active"
        self.workflow: Run | None = None  # what tokens read later belong to
        self.tokens: dict[int, Token] = {}
        self.joins: dict[tuple[int, str], dict[str, int]] = {}
        self.variables: dict[int, dict[str, Any]] = {}
        self.held: list[list[str | None]] = []
        self.caller: int | None = None
        self.catches: tuple[str, ...] = ()
        self.depth = 0  # how many calls lead here
        self.ready: list[int] = []
        self.undo: list[dict[str, Any]] = []  # what has completed and can be compensated, see `compensation`
        self.kept: dict[int, list[int]] = {}  # scope → keys under which variables of what completed in it are kept
        self.moved: list[tuple[int, str, str]] | None = None  # changes of variables, where conditions look at them
        self.changed: set[tuple[int, str]] = set()
        self.dropped: set[int] = set()

    def new_key(self) -> int:
        self.counter += 1
        # A key beyond would be one of the next instance.
        if self.counter >> COUNTER_BITS:
            raise OverflowError(f"instance {self.key} has used up its keys")
        return self.key + self.counter

    @property
    def is_held(self) -> bool:
        return bool(self.held) and self.held[-1][1] is None

    def add(self, token: Token) -> None:
        self.tokens[token.key] = token
        if (parent := token._parent) is not None:
            self.tokens[parent].inside += 1

    def remove(self, token: Token) -> None:
        """Take the token away, with the variables and joins of the scope it was."""
        del self.tokens[token.key]
        if (parent := token._parent) is not None:
            self.tokens[parent].inside -= 1
        if self.variables.pop(token.key, None):
            self.dropped.add(token.key)
        if self.joins:
            self.clear_joins(token.key)
        if self.kept or self.undo:
            self.forget(token.key)

    def adopt(self, token: Token, scope: int) -> None:
        """The token goes on in another scope, with its own variables."""
        self.tokens[token.parent_key or self.key].inside -= 1
        token._parent = scope
        self.tokens[scope].inside += 1

    def take_kept(self, scope: int, key: int) -> dict[str, Any]:
        """The variables kept for a scope under a key, which are kept no longer."""
        self.kept[scope].remove(key)
        if not self.kept[scope]:
            del self.kept[scope]
        self.dropped.add(key)
        return self.variables.pop(key, {})

    def forget(self, scope: int) -> None:
        """What has completed in a scope cannot be undone any more."""
        for key in self.kept.pop(scope, ()):
            if self.variables.pop(key, None):
                self.dropped.add(key)
        if self.undo:
            self.undo = [record for record in self.undo if record["scope"] != scope]

    def clear_joins(self, scope: int) -> None:
        for place in [place for place in self.joins if place[0] == scope]:
            del self.joins[place]

    def present(self) -> list[Token]:
        """The tokens that are here; those that lie apart come when they are asked for."""
        return self.tokens.present() if isinstance(self.tokens, Tokens) else list(self.tokens.values())

    def children(self, token: Token) -> list[Token]:
        # Most tokens have nothing inside: nobody goes through all of an instance's to find that out.
        if not token.inside:
            return []
        if isinstance(self.tokens, Tokens):
            return self.tokens.inside(token)
        return [t for t in self.tokens.values() if t.parent_key == token.key]

    def has_pending_join(self, token: Token) -> bool:
        return bool(self.joins) and any(scope == token.key for scope, _ in self.joins)

    # Variables

    def scopes(self, token: Token) -> Iterator[int]:
        """The keys of the scopes visible from a token, nearest first."""
        key: int | None = token.key
        while key is not None:
            yield key
            key = self.tokens[key]._parent

    def scope_of(self, token: Token) -> Token | None:
        """The scope around a token as the diagram has it: a path through an ad-hoc sub-process is none."""
        scope = None if token.parent_key is None else self.tokens[token.parent_key]
        return self.scope_of(scope) if scope is not None and scope.is_path else scope

    def view(self, token: Token) -> "View":
        return View(self, token)

    def set(self, scope: int, name: str, value: Any) -> None:
        held = self.variables.setdefault(scope, {})
        if self.moved is not None:
            self.moved.append((scope, name, "update" if name in held else "create"))
        held[name] = value
        self.changed.add((scope, name))

    def restore(self, scope: int, variables: dict[str, Any]) -> None:
        """Give a scope the variables it had before."""
        added = self.variables.pop(scope, {}).keys() - variables.keys()
        self.changed -= {(scope, name) for name in added}
        if variables:
            self.variables[scope] = variables

    def propagate(self, token: Token, values: Mapping[str, Any]) -> None:
        """Each value goes to the nearest scope, from the token's own on, that has the name; else to the instance."""
        for name, value in values.items():
            holders = (scope for scope in self.scopes(token) if name in self.variables.get(scope, ()))
            self.set(next(holders, self.key), name, value)


class View(Mapping[str, Any]):
    """The variables visible from a token, looked up when asked for."""

    def __init__(self, state: State, token: Token) -> None:
        self._layers = [held for scope in state.scopes(token) if (held := state.variables.get(scope))]

    def __getitem__(self, name: str) -> Any:
        for layer in self._layers:
            if name in layer:
                return layer[name]
        raise KeyError(name)

    def __contains__(self, name: object) -> bool:
        return any(name in layer for layer in self._layers)

    def __iter__(self) -> Iterator[str]:
        return iter(dict.fromkeys(name for layer in self._layers for name in layer))

    def __len__(self) -> int:
        return len(set().union(*self._layers)) if self._layers else 0
