"""The state of an instance as JSON and back. Variables are not in it: they live in rows of their own (decision 5).

Keys are written as offsets from the instance's key. `FORMAT` goes up when the shape changes; `OLDER` then gets what
brings a snapshot of the format before it into the next, and a snapshot of each format is kept by the tests.
"""

from collections.abc import Callable
from typing import Any

from SpiffWorkflow.util.task import TaskState

from .spec import ProcessSpec
from .state import State
from .token import Token, Wait

FORMAT = 1
OLDER: dict[int, Callable[[dict[str, Any]], dict[str, Any]]] = {}  # format → the same state in the next format


def write(state: State) -> dict[str, Any]:
    """The snapshot of a state; what is empty is left out."""
    base = state.key
    snapshot: dict[str, Any] = {
        "v": FORMAT,
        "n": state.counter,
        "t": [_token(token, base) for token in state.tokens.values()],
        "j": [[scope - base, element, arrived] for (scope, element), arrived in state.joins.items()],
        "h": state.held,
        "c": state.caller,
        "e": list(state.catches),
        "r": [key - base for key in state.ready],
        "u": state.undo,
        "k": [[scope - base, [key - base for key in keys]] for scope, keys in state.kept.items()],
    }
    return {name: value for name, value in snapshot.items() if value or name == "n"}


def read(snapshot: dict[str, Any], key: int, spec: ProcessSpec, status: str = "active") -> State:
    """The state a snapshot was written from; variables are added by the caller.

    Raises ValueError for a format this version does not know, KeyError for an element the specification lacks.
    """
    snapshot = _migrated(snapshot, key)
    state = State(key)
    state.counter = snapshot["n"]
    state.status = status
    for row in snapshot.get("t", ()):
        state.add(_read_token(row, key, spec))
    state.joins = {(key + scope, element): arrived for scope, element, arrived in snapshot.get("j", ())}
    state.held = snapshot.get("h", [])
    state.caller = snapshot.get("c")
    state.catches = tuple(snapshot.get("e", ()))
    state.ready = [key + offset for offset in snapshot.get("r", ())]
    state.undo = snapshot.get("u", [])
    state.kept = {key + scope: [key + kept for kept in keys] for scope, keys in snapshot.get("k", ())}
    return state


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


def _read_token(row: list[Any], base: int, spec: ProcessSpec) -> Token:
    # Nothing is built twice here: an instance may have thousands of tokens.
    length, parent = len(row), row[2]
    state = row[3] if length > 3 else TaskState.READY
    token = Token(base + row[0], spec.elements[row[1]], None if parent < 0 else base + parent, state)
    if length > 4:
        token.waits = [Wait(noun, base + key, target) for noun, key, target in row[4]]
    if length > 5:
        token.internal_data = row[5]
    return token
