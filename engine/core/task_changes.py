"""What is done to a user task once its listeners have agreed: creating, assigning, updating, completing, canceling.

While they are asked the change waits in the token's data and nothing else can be done to the task. Each may correct
the task's attributes; assigning, updating and completing may be denied, which leaves the task as it was. The variables
that come with a change are kept as rows under a key of their own (`State.kept`).
"""

import json
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from SpiffWorkflow.util.task import TaskState

from .commands import AssignTask, CompleteJob, CompleteTask, SetVariables, UpdateTask
from .effects import Change, Note
from .listeners import ASKED, DENIABLE, HEARD, RESERVED, hears
from .stuck import Stuck
from .token import LEAVING, OWN_DUE, Token

if TYPE_CHECKING:
    from .run import Run

TASK = "task"  # a token's data, where its task has listeners: the task's key and attributes
PENDING = "change"  # a token's data: {event, action, to}; `to` has the attributes that become others
KEPT = "kept"  # a token's data: the key of the variables that come with the change, and whether they stay local
LISTEN = "listen"  # the phase of an incident: a task's listener could not be asked
HEADERS = {  # attribute of a task → how the jobs of its listeners name it
    "assignee": "assignee",
    "candidate_groups": "candidateGroups",
    "candidate_users": "candidateUsers",
    "due_at": "dueDate",
    "follow_up_at": "followUpDate",
    "form_key": "formKey",
    "priority": "priority",
}

Attributes = Mapping[str, Any]  # of a task as JSON, by the names of `records.Task`


def is_heard(token: Token) -> bool:
    """Whether a token's task has listeners, so that nothing is done to it past them."""
    return TASK in token.internal_data


def ask(run: "Run", token: Token, event: str, action: str, to: Attributes) -> None:
    """Put a change of the task before its listeners; where none listens it is done at once."""
    token.internal_data[PENDING] = {"event": event, "action": action, "to": dict(to)}
    if event in DENIABLE and hears(token.task_spec, event):
        run.effects.append(Change("task", token.internal_data[TASK]["key"], {"transition": event}))
    go_on(run, token)


def go_on(run: "Run", token: Token) -> None:
    """Ask the next listener, or do what they have agreed to."""
    change = token.internal_data[PENDING]
    try:
        if run.asks(token, change["event"]):
            return
    except Stuck as stuck:
        run.stop(token, stuck, LISTEN)
        return
    token.internal_data.get(HEARD, {}).pop(change["event"], None)
    _DONE[change["event"]](run, token, change)


def answered(run: "Run", token: Token, command: CompleteJob) -> None:
    """A listener has answered, perhaps with corrections, perhaps with no."""
    event = token.internal_data.pop(ASKED)
    if command.denied and event in DENIABLE:
        _deny(run, token, command.denied_reason)
        return
    token.internal_data[PENDING]["to"] |= command.corrections
    heard = token.internal_data.setdefault(HEARD, {})
    heard[event] = heard.get(event, 0) + 1
    for name, value in command.variables.items():
        run.state.set(token.key, name, value)
    go_on(run, token)


def headers(token: Token) -> dict[str, str]:
    """What a listener is told of the task: its attributes as they will be, and which of them change."""
    change, task = token.internal_data[PENDING], token.internal_data[TASK]
    will_be = {**task, **change["to"]}
    told = {name: _text(will_be[field]) for field, name in HEADERS.items() if will_be.get(field) is not None}
    changed = [name for field, name in HEADERS.items() if will_be.get(field) != task.get(field)]
    told |= {"action": change["action"], "userTaskKey": str(task["key"]), "changedAttributes": _text(changed)}
    return {RESERVED + name: text for name, text in told.items()}


def fields(attributes: Attributes) -> dict[str, Any]:
    """Attributes as a record has them."""
    found = dict(attributes)
    for name in ("due_at", "follow_up_at"):
        if found.get(name) is not None:
            found[name] = datetime.fromisoformat(found[name])
    for name in ("candidate_groups", "candidate_users"):
        if name in found:
            found[name] = tuple(found[name] or ())
    return found


# Commands


def assign(run: "Run", token: Token, command: AssignTask) -> None:
    ask(run, token, "assigning", command.action, {"assignee": command.assignee})


def update(run: "Run", token: Token, command: UpdateTask) -> None:
    if is_heard(token):
        ask(run, token, "updating", command.action, command.changes)
        return
    _own_due(token, command.changes)
    run.effects.append(Change("task", command.key, {**fields(command.changes), "transition": None}))
    _note_update(run, token, command.key, [HEADERS[name] for name in command.changes])


def complete(run: "Run", token: Token, command: CompleteTask) -> None:
    _keep(run, token, command.variables)
    ask(run, token, "completing", command.action, {})


def set_variables(run: "Run", token: Token, command: SetVariables) -> bool:
    """Setting variables at a task is an update of it: whether its listeners are asked first."""
    if not is_heard(token) or PENDING in token.internal_data or not hears(token.task_spec, "updating"):
        return False
    _keep(run, token, command.variables, command.local)
    ask(run, token, "updating", "update", {})
    return True


def linger(run: "Run", token: Token) -> bool:
    """A task that ends early tells its listeners before its token goes; what ended it does not wait for them."""
    if not is_heard(token) or not hears(token.task_spec, "canceling"):
        return False
    # The change that was being asked about comes to nothing, and so do its variables.
    taken_variables(run, token)
    token.internal_data = {LEAVING: True, TASK: token.internal_data[TASK]}
    # What is around the task ends without waiting for it; only the instance itself waits.
    run.state.adopt(token, run.state.key)
    ask(run, token, "canceling", "cancel", {})
    return True


def _keep(run: "Run", token: Token, variables: Mapping[str, Any], local: bool = False) -> None:
    """Keep what comes with a change until it is done; the listeners see it already."""
    if variables:
        kept = run.state.new_key()
        run.state.kept.setdefault(token.key, []).append(kept)
        token.internal_data[KEPT] = [kept - run.state.key, local]
        for name, value in variables.items():
            run.state.set(kept, name, value)


def taken_variables(run: "Run", token: Token) -> tuple[dict[str, Any], bool]:
    """The variables kept for a change, which are kept no longer, and whether they stay local."""
    if KEPT not in token.internal_data:
        return {}, False
    offset, local = token.internal_data.pop(KEPT)
    return run.state.take_kept(token.key, run.state.key + offset), local


def scopes(run: "Run", token: Token) -> tuple[int, ...]:
    """The scopes that a listener sees: what comes with the change before all others."""
    kept = token.internal_data.get(KEPT)
    return (*((run.state.key + kept[0],) if kept else ()), *run.state.scopes(token))


# What is done in the end


def _created(run: "Run", token: Token, change: dict[str, Any]) -> None:
    # The element is entered once more, and opens the task then.
    change["agreed"] = True
    token._set_state(TaskState.READY)
    run.ready.append(token)


def _assigned(run: "Run", token: Token, change: dict[str, Any]) -> None:
    task = _changed(run, token, change)
    data = {"task": str(task["key"])} | ({"assignee": task["assignee"]} if task["assignee"] else {})
    kind = "task_assigned" if task["assignee"] else "task_unassigned"
    run.effects.append(Note(kind, token.task_spec.id, token.key, data))


def _updated(run: "Run", token: Token, change: dict[str, Any]) -> None:
    task = _changed(run, token, change)
    variables, local = taken_variables(run, token)
    if local:
        for name, value in variables.items():
            run.state.set(token.key, name, value)
    else:
        run.state.propagate(token, variables)
    _note_update(run, token, task["key"], [*(HEADERS[name] for name in change["to"]), *sorted(variables)])


def _note_update(run: "Run", token: Token, task: int, names: list[str]) -> None:
    run.effects.append(Note("task_updated", token.task_spec.id, token.key, {"task": str(task), "names": names}))


def _completed(run: "Run", token: Token, change: dict[str, Any]) -> None:
    task = _changed(run, token, change)
    wait = token.wait_for("task", task["key"])
    assert wait is not None
    # the element may have to wait still, before it is left: there is no task by then
    del token.internal_data[TASK]
    run.close(token, wait, "completed")
    run.take_result(token, taken_variables(run, token)[0])
    run.complete(token)


def _canceled(run: "Run", token: Token, change: dict[str, Any]) -> None:
    run.depart(token)


def _changed(run: "Run", token: Token, change: dict[str, Any]) -> dict[str, Any]:
    """The task is what the change makes of it; gives its attributes."""
    del token.internal_data[PENDING]
    task: dict[str, Any] = token.internal_data[TASK]
    task |= change["to"]
    _own_due(token, change["to"])
    run.effects.append(Change("task", task["key"], {**fields(change["to"]), "transition": None, "denied_reason": None}))
    return task


def _own_due(token: Token, changes: Attributes) -> None:
    if "due_at" in changes:
        token.internal_data[OWN_DUE] = True


def _deny(run: "Run", token: Token, reason: str | None) -> None:
    """All stays as it was: what earlier listeners corrected is forgotten too."""
    change, task = token.internal_data.pop(PENDING), token.internal_data[TASK]
    token.internal_data.get(HEARD, {}).pop(change["event"], None)
    taken_variables(run, token)
    run.effects.append(Change("task", task["key"], {"transition": None, "denied_reason": reason or ""}))
    data = {"task": str(task["key"]), "event": change["event"]} | ({"reason": reason} if reason else {})
    run.effects.append(Note("task_denied", token.task_spec.id, token.key, data))


def _text(value: Any) -> str:
    """A header's text; lists as JSON has them."""
    return json.dumps(value, ensure_ascii=False) if isinstance(value, list) else str(value)


_DONE: Mapping[str, Callable[["Run", Token, dict[str, Any]], None]] = {
    "creating": _created,
    "assigning": _assigned,
    "updating": _updated,
    "completing": _completed,
    "canceling": _canceled,
}
