"""Compensation: what has completed is undone by its handlers, last first (BPMN 2.0.2, 10.7).

A completed activity that can be compensated leaves a record with the scope it completed in. A sub-process's record
holds those of its inside, so they can still be undone once it has completed.
"""

from typing import TYPE_CHECKING, Any

from SpiffWorkflow.util.task import TaskState

from .element import Element
from .event_definitions import Definition
from .token import Token

if TYPE_CHECKING:
    from .run import Run

LEFT = "compensate"  # a thrower's data: the records still to undo
FOR = "for"  # a handler's data: the key of the token that threw

Undo = dict[str, Any]  # {scope, element, variables, inside: [Undo]}


class Compensation(Definition):
    """Thrown, it undoes `activity`, or all that completed in its scope. Caught, its boundary event names a handler."""

    def __init__(self, activity: str | None = None, wait: bool = True) -> None:
        super().__init__("")
        self.activity = activity
        self.wait = wait

    def throw(self, run: "Run", token: Token) -> bool:
        scope = token.parent
        records = taken(run, scope.key, self.activity)
        if not records and getattr(scope.task_spec, "by_event", False):
            # an event sub-process undoes what completed in the scope around it
            records = taken(run, scope.parent_key or 0, self.activity)
        if not records:
            return True
        if self.wait:
            token.internal_data[LEFT] = records
            token._set_state(TaskState.STARTED)
            undo_next(run, token)
            return False
        for record in flattened(run, records):
            undo(run, record, scope, None)
        return True


def completed(run: "Run", token: Token) -> None:
    """Remember a completed activity that can be undone."""
    element = token.task_spec
    inside = taken(run, token.key, None)[::-1]
    if not inside and handler_of(run, element) is None:
        return
    record: Undo = {"scope": token.parent_key, "element": element.id, "inside": inside}
    record["variables"] = dict(run.state.variables.get(token.key, {}))
    run.state.undo.append(record)


def taken(run: "Run", scope: int, activity: str | None) -> list[Undo]:
    """The records of a scope (of one activity of it), last first; they are not to be undone twice."""
    wanted = [r for r in run.state.undo if r["scope"] == scope and activity in (None, r["element"])]
    run.state.undo = [record for record in run.state.undo if record not in wanted]
    return wanted[::-1]


def undo_next(run: "Run", thrower: Token) -> None:
    """Undo the next record; when none is left the thrower goes on."""
    records = flattened(run, thrower.internal_data[LEFT])
    if records:
        thrower.internal_data[LEFT] = records[1:]
        undo(run, records[0], thrower.parent, thrower)
        return
    del thrower.internal_data[LEFT]
    definition = getattr(thrower.task_spec, "event_definition", None)
    undone = getattr(definition, "undone", None)
    if undone is not None:
        undone(run, thrower)
    else:
        run.complete(thrower)


def flattened(run: "Run", records: list[Undo]) -> list[Undo]:
    """A sub-process without a handler of its own is undone by undoing its inside, last first."""
    found: list[Undo] = []
    for record in records:
        if handler_of(run, run.spec.elements[record["element"]]) is not None:
            found.append(record)
        else:
            found += flattened(run, record["inside"][::-1])
    return found


def undo(run: "Run", record: Undo, scope: Token, thrower: Token | None) -> None:
    """Start a record's handler with the variables the activity had."""
    handler = handler_of(run, run.spec.elements[record["element"]])
    if handler is None:
        return
    token = run.enter(run.spec.elements[handler[0]], scope)
    if thrower is not None:
        token.internal_data[FOR] = thrower.key
    if handler[1] is not None:
        token.internal_data["start"] = handler[1]
        run.state.undo += [{**inner, "scope": token.key} for inner in record["inside"]]
    for name, value in record["variables"].items():
        run.state.set(token.key, name, value)


def handled(run: "Run", thrower_key: int) -> None:
    """A handler is done."""
    thrower = run.tasks.get(thrower_key)
    if thrower is not None and LEFT in thrower.internal_data:
        undo_next(run, thrower)


def handler_of(run: "Run", element: Element) -> tuple[str, str | None] | None:
    """What undoes an activity: the handler of its boundary event, or its event sub-process and that one's start."""
    for boundary in run.spec.boundaries(element.id):
        if isinstance(boundary.event_definition, Compensation) and boundary.handler:
            return boundary.handler, None
    for start in run.spec.event_starts(element.id):
        if isinstance(start.event_definition, Compensation) and start.scope:
            return start.scope, start.id
    return None
