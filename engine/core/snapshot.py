"""The state of an instance as JSON and back. Variables are not in it: they live in rows of their own (decision 5), as
do the tokens that lie apart, whose bodies say how many there are.

Keys are written as offsets from the instance's key. `FORMAT` goes up when the shape changes; `OLDER` then gets what
brings a snapshot of the format before it into the next, and a snapshot of each format is kept by the tests.
"""

import weakref
from collections.abc import Callable
from typing import Any

from SpiffWorkflow.util.task import TaskState

from .apart import Row, Rows, Tokens, Variables, is_wide, lay_apart, written
from .conditions import WATCHED
from .jobs import REMINDER
from .limits import WAITS
from .listeners import ASKED, LISTENER
from .spec import ProcessSpec
from .state import State
from .subprocesses import ProcessRoot, SubProcess
from .token import Token, Wait

FORMAT = 3
# Format → the same state in the next format. What lies apart has been in format 1 like all the rest; a token's own row
# may be of an older format than its instance, so `_read_token` sees to it (format 2: see `_renamed`).
OLDER: dict[int, Callable[[dict[str, Any]], dict[str, Any]]] = {1: dict, 2: dict}
# What waits were called that stand for no element, before format 3.
_ONCE_CALLED = {"job": {"listener": LISTENER, "reminder": REMINDER}, "timer": WAITS}
_OLD_NAMES = frozenset(name for names in _ONCE_CALLED.values() for name in names)


def write(state: State) -> dict[str, Any]:
    """The snapshot of a state; what is empty is left out, and so is what lies apart."""
    base = state.key
    near = _near(state)
    snapshot: dict[str, Any] = {
        "v": FORMAT,
        "n": state.counter,
        "t": [_token(token, base) for token in near],
        "a": [[token.key - base, token.inside] for token in near if is_wide(token)],
        "j": [[scope - base, element, arrived] for (scope, element), arrived in state.joins.items()],
        "h": state.held,
        "c": state.caller,
        "e": list(state.catches),
        "d": state.depth,
        "r": [key - base for key in state.ready],
        "u": state.undo,
        "k": [[scope - base, [key - base for key in keys]] for scope, keys in state.kept.items()],
    }
    return {name: value for name, value in snapshot.items() if value or name == "n"}


def apart(state: State) -> tuple[list[Row], list[int]]:
    """The rows that lie apart and have changed since they were read, and the keys of those that are no more.

    Their variables are not in them: those that have changed are in `state.changed` like all others.
    """
    read = state.tokens.read if isinstance(state.tokens, Tokens) else {}
    near = _near(state)
    if not read and len(near) == len(state.tokens):
        return [], []
    keys = {token.key for token in near}
    rows = [_row(token, state.key) for token in state.present() if token.key not in keys]
    gone = read.keys() - {row.key for row in rows}
    return [row for row in rows if read.get(row.key) != written(row.token, row.inside)], sorted(gone)


def scopes(snapshot: dict[str, Any], key: int) -> list[int] | None:
    """The scopes whose variables belong to the snapshot itself, where some lie apart; None where none does."""
    if not snapshot.get("a"):
        return None
    kept = [kept for _, keys in snapshot.get("k", ()) for kept in keys]
    return [key + offset for offset in (*(row[0] for row in snapshot["t"]), *kept)]


def read(
    snapshot: dict[str, Any], key: int, spec: ProcessSpec, status: str = "active", rows: Rows | None = None
) -> State:
    """The state a snapshot was written from; variables are added by the caller, those of `scopes` where some lie apart.

    `rows`: where the tokens are that lie apart. Raises ValueError for a format this version does not know, KeyError for
    an element the specification lacks.
    """
    snapshot = _migrated(snapshot, key)
    state = State(key)
    state.counter = snapshot["n"]
    state.status = status
    for row in snapshot.get("t", ()):
        # A token stands behind the one it lives in, which counts it.
        state.add(_read_token(row, key, spec))
    if bodies := snapshot.get("a"):
        _read_apart(state, spec, bodies, rows)
    state.joins = {(key + scope, element): arrived for scope, element, arrived in snapshot.get("j", ())}
    state.held = snapshot.get("h", [])
    state.caller = snapshot.get("c")
    state.catches = tuple(snapshot.get("e", ()))
    state.depth = snapshot.get("d", 0)
    state.ready = [key + offset for offset in snapshot.get("r", ())]
    state.undo = snapshot.get("u", [])
    state.kept = {key + scope: [key + kept for kept in keys] for scope, keys in snapshot.get("k", ())}
    return state


def _near(state: State) -> list[Token]:
    """The tokens of which no body of many is around."""
    present = state.present()
    for token in present:
        lay_apart(token)
    if not any(map(is_wide, present)):
        return present
    apart: dict[int, bool] = {}
    return [token for token in present if not _lies_apart(state, token.key, apart)]


def _lies_apart(state: State, key: int, known: dict[int, bool]) -> bool:
    if key not in known:
        parent = state.tokens[key].parent_key
        known[key] = parent is not None and (is_wide(state.tokens[parent]) or _lies_apart(state, parent, known))
    return known[key]


def _read_apart(state: State, spec: ProcessSpec, bodies: list[list[int]], rows: Rows | None) -> None:
    """Have the tokens of the bodies, and their variables, read when they are asked for."""
    if rows is None:
        raise ValueError(f"tokens of instance {state.key} lie apart, and it is not said where")
    for offset, inside in bodies:
        state.tokens[state.key + offset].inside = inside
    # Whoever has the tokens has the state: a circle of both only the garbage collector would find.
    around = weakref.proxy(state)

    def make(row: Row) -> Token:
        token = _read_token(row.token, around.key, spec)
        token.inside = row.inside
        if around.workflow is not None:
            token.workflow = around.workflow
        if row.variables:
            around.variables[row.key] = row.variables
        return token

    tokens = state.tokens = Tokens(state.tokens, rows, state.key + state.counter, make)
    state.variables = Variables(state.variables, tokens)


def _migrated(snapshot: dict[str, Any], key: int) -> dict[str, Any]:
    found = version = snapshot["v"]
    while version in OLDER:
        snapshot, version = OLDER[version](snapshot), version + 1
    if version != FORMAT:
        raise ValueError(f"snapshot of instance {key} has format {found}, this version reads up to {FORMAT}")
    return snapshot


def _token(token: Token, base: int) -> list[Any]:
    parent = -1 if token.parent_key is None else token.parent_key - base
    waits = [[wait.noun, wait.key - base, wait.element] for wait in token.waits]
    row = [token.key - base, token.task_spec.id, parent, token.state, waits, token.internal_data]
    while row[-1] in ({}, []):
        row.pop()
    return row


def _row(token: Token, base: int) -> Row:
    assert token.parent_key is not None
    return Row(token.key, token.parent_key, _token(token, base), token.inside, {})


def _read_token(row: list[Any], base: int, spec: ProcessSpec) -> Token:
    # Nothing is built twice here: an instance may have thousands of tokens.
    length, parent = len(row), row[2]
    state = row[3] if length > 3 else TaskState.READY
    token = Token(base + row[0], spec.elements[row[1]], None if parent < 0 else base + parent, state)
    if length > 4:
        token.waits = [Wait(noun, base + key, target) for noun, key, target in row[4]]
    if length > 5:
        token.internal_data = row[5]
    if any(wait.element in _OLD_NAMES for wait in token.waits):
        token.waits = [_renamed(token, wait, spec) for wait in token.waits]
    if state == TaskState.ERROR and _stopped_by_condition(token):
        token._set_state(TaskState.STARTED)
    return token


def _stopped_by_condition(token: Token) -> bool:
    """Whether it was written when a condition past FEEL's limits stopped what it is attached to.

    A scope stays as it is: resolving its incident makes up for what left it meanwhile.
    """
    incidents = [wait.element for wait in token.waits if wait.noun == "incident"]
    is_scope = isinstance(token.task_spec, SubProcess | ProcessRoot)
    return incidents == ["inside"] and WATCHED in token.internal_data and not is_scope


def _renamed(token: Token, wait: Wait, spec: ProcessSpec) -> Wait:
    """A wait of format 2, in which an element could be called as what stands for none."""
    data, own = token.internal_data, token.task_spec.id
    name = _ONCE_CALLED.get(wait.noun, {}).get(wait.element)
    if wait.noun == "timer":
        is_element = "limit" not in data or wait.element in {event.id for event in spec.boundaries(own)}
    else:
        is_element = wait.element == own and "limit" not in data and ASKED not in data
    return wait if name is None or is_element else wait._replace(element=name)
