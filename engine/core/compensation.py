"""Compensation: what has completed is undone by its handlers, last first (BPMN 2.0.2, 10.7 and 13.5.5).

A completed activity that can be compensated leaves a record with the scope it completed in. A sub-process's record
holds those of its inside, so they can still be undone once it has completed. The variables a handler sees are kept
as rows under keys of their own (`State.kept`) for as long as the scope around lives.
"""

from typing import TYPE_CHECKING, Any

from SpiffWorkflow.util.task import TaskState

from .element import Element
from .event_definitions import Definition
from .token import Token

if TYPE_CHECKING:
    from .run import Run

LEFT = "compensate"  # a thrower's data: what is still to undo
FOR = "for"  # a handler's data: the key of the token that threw, 0 if that does not wait

# {scope, element, turn: of a loop or "" or "loop" for the whole, keys: kept variables outermost first, inside: [Undo]}
Undo = dict[str, Any]


class Compensation(Definition):
    """Thrown, it undoes `activity`, or all that completed in its scope. Caught, its boundary event names a handler."""

    def __init__(self, activity: str | None = None, wait: bool = True) -> None:
        super().__init__("")
        self.activity = activity
        self.wait = wait
        self.takes_over = wait

    def throw(self, run: "Run", token: Token) -> bool:
        scope: Any = run.state.scope_of(token)
        records = taken(run, scope.key, self.activity)
        if not records and getattr(scope.task_spec, "by_event", False):
            # an event sub-process undoes what completed in the scope around it
            records = taken(run, scope.parent_key or 0, self.activity)
        wanted = to_undo(run, records)
        if not wanted:
            return True
        if self.wait:
            token.internal_data[LEFT] = wanted
            token._set_state(TaskState.STARTED)
            undo_next(run, token)
            return False
        for record in wanted:
            undo(run, record, scope, 0)
        return True


def completed(run: "Run", token: Token) -> None:
    """Remember a completed activity, or one turn of it, that can be undone."""
    element = token.task_spec
    inside, scope = taken(run, token.key, None)[::-1], run.state.scope_of(token)
    if FOR in token.internal_data or scope is None:
        return  # what undoes something is not undone itself
    turn = "turn" if token.is_inner else "loop" if element.loop is not None else ""
    if not inside and handler_of(run, element, turn) is None:
        return
    keys = _keep(run, token, scope)
    run.state.undo.append({"scope": scope.key, "element": element.id, "turn": turn, "keys": keys, "inside": inside})


def _keep(run: "Run", token: Token, scope: Token) -> list[int]:
    """Keep the variables of a token that goes, and those kept for it, with the scope around; the key of its own."""
    keys = []
    if variables := run.state.variables.get(token.key):
        keys = [run.state.new_key()]
        for name, value in list(variables.items()):
            run.state.set(keys[0], name, value)
    kept = keys + run.state.kept.pop(token.key, [])
    if kept:
        run.state.kept.setdefault(scope.key, []).extend(kept)
    return keys


def cancelled(run: "Run", scope: Token) -> list[Undo]:
    """What is to be undone of a cancelled transaction, last first.

    Of a loop, one cancelled instance cancels all of them: those that have completed, and the others, which end.
    """
    around: dict[int, list[int]] = {scope.key: []}
    others = [other for other in run.state.children(scope.parent) if other is not scope] if scope.is_inner else []
    if scope.is_inner:
        around[scope.parent.key] = []
    for other in others:
        around[other.key] = _keep(run, other, scope.parent)
    records = [record for record in run.state.undo if record["scope"] in around]
    run.state.undo = [record for record in run.state.undo if record["scope"] not in around]
    for other in others:
        run.terminate(other)
    return [found for record in records[::-1] for found in to_undo(run, [record], tuple(around[record["scope"]]))]


def taken(run: "Run", scope: int, activity: str | None) -> list[Undo]:
    """The records of a scope (of one activity of it), last first; they are not to be undone twice."""
    wanted: list[Undo] = []
    rest: list[Undo] = []
    for record in run.state.undo:
        chosen = record["scope"] == scope and activity in (None, record["element"])
        (wanted if chosen else rest).append(record)
    run.state.undo = rest
    return wanted[::-1]


def to_undo(run: "Run", records: list[Undo], around: tuple[int, ...] = ()) -> list[Undo]:
    """The records that have a handler, in the order to undo them; without one the inside is undone, last first."""
    found: list[Undo] = []
    for record in records:
        keys = [*around, *record["keys"]]
        if handler_of(run, run.spec.elements[record["element"]], record["turn"]) is not None:
            found.append({**record, "keys": keys})
        else:
            found += to_undo(run, record["inside"][::-1], tuple(keys))
    return found


def undo_next(run: "Run", thrower: Token) -> None:
    """Undo the next record; when none is left the thrower goes on."""
    left = thrower.internal_data[LEFT]
    if left:
        thrower.internal_data[LEFT] = left[1:]
        undo(run, left[0], run.state.scope_of(thrower), thrower.key)
        return
    del thrower.internal_data[LEFT]
    definition = getattr(thrower.task_spec, "event_definition", None)
    # A cancel end event is not left along its flows: it leaves its transaction.
    undone = getattr(definition, "undone", None)
    if undone is not None:
        undone(run, thrower)
    else:
        run.complete(thrower)


def undo(run: "Run", record: Undo, scope: Token | None, thrower: int) -> None:
    """Start a record's handler with the variables the activity had."""
    handler, start = handler_of(run, run.spec.elements[record["element"]], record["turn"]) or ("", None)
    token = run.enter(run.spec.elements[handler], scope)
    token.internal_data[FOR] = thrower
    if start is not None:
        token.internal_data["start"] = start
        run.state.undo += [{**inner, "scope": token.key} for inner in record["inside"]]
    # Outermost first, so that of one name the nearest scope's value stays.
    for key in record["keys"]:
        for name, value in list(run.state.variables.get(key, {}).items()):
            run.state.set(token.key, name, value)


def handled(run: "Run", thrower_key: int) -> None:
    """A handler is done."""
    thrower = run.tasks.get(thrower_key)
    if thrower is not None and LEFT in thrower.internal_data:
        undo_next(run, thrower)


def handler_of(run: "Run", element: Element, turn: str) -> tuple[str, str | None] | None:
    """What undoes an activity: the handler of its boundary event, or its event sub-process and that one's start.

    Of a loop the boundary event undoes the whole, the event sub-process each turn.
    """
    for boundary in run.spec.boundaries(element.id) if turn != "turn" else ():
        if isinstance(boundary.event_definition, Compensation) and boundary.handler:
            return boundary.handler, None
    for start in run.spec.event_starts(element.id) if turn != "loop" else ():
        if isinstance(start.event_definition, Compensation) and start.scope:
            return start.scope, start.id
    return None
