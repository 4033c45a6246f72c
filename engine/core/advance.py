"""The front door of the core: one command in, the new state and its effects out."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from SpiffWorkflow.util.task import TaskState

from . import commands, task_changes
from .ad_hoc import activate
from .calls import returned
from .conditions import look_again
from .effects import Change, Effect, Note
from .jobs import complete_job, escalate, fail_job, throw_job_error
from .limits import fire
from .modification import modify
from .run import Run
from .spec import ProcessSpec
from .state import State
from .stuck import Stuck
from .subprocesses import ENDING
from .surroundings import Surroundings
from .timer_cycles import repeat
from .token import AT_CONDITION, AT_EVENT, AT_JOIN, Token, Wait
from .user_tasks import complete_task


@dataclass(frozen=True, slots=True)
class Advanced:
    """What an advance did. `stale`: nothing, because what the command names waits no longer."""

    state: State
    effects: list[Effect]
    stale: bool = False


def advance(spec: ProcessSpec, state: State, command: commands.Command, surroundings: Surroundings) -> Advanced:
    """Apply one command to an instance and step until everything waits.

    The state is changed in place and returned; a caller who may have to go back keeps the snapshot. Raises Invalid,
    before anything has changed, for a modification or an activation that cannot be made.
    """
    run = Run(spec, state, surroundings)
    try:
        if not _apply(run, command):
            return Advanced(state, [], stale=True)
        run.until_waiting()
        _own(run)
        return Advanced(state, run.effects)
    finally:
        run.let_go()


def _apply(run: Run, command: commands.Command) -> bool:
    match command:
        case commands.Start():
            _start(run, command)
        case commands.Continue():
            return bool(run.ready)
        case commands.Cancel():
            return _cancel(run)
        case commands.SetVariables():
            return _set_variables(run, command)
        case commands.Returned():
            return _returned(run, command)
        case commands.Modify():
            return modify(run, command)
        case commands.ActivateInside():
            return activate(run, command)
        case _:
            return _to_wait(run, command)
    return True


def _start(run: Run, command: commands.Start) -> None:
    run.state.caller = command.caller
    run.state.catches = command.catches
    run.state.depth = command.depth
    root = run.enter(run.spec.root, None)
    for name, value in command.variables.items():
        run.state.set(root.key, name, value)
    if command.element is not None:
        root.internal_data["start"] = command.element
    run.effects.append(Note("instance_started", run.spec.root.id, root.key))


def _cancel(run: Run) -> bool:
    root = run.tasks.get(run.state.key)
    if root is None:
        return False
    if ENDING in root.internal_data:
        # asked again: it ends now, whoever has still to be told
        for token in run.state.children(root):
            run.depart(token)
    else:
        run.abandon(root)
    return True


def _set_variables(run: Run, command: commands.SetVariables) -> bool:
    token = run.tasks.get(command.scope_key)
    if token is None:
        return False
    if task_changes.set_variables(run, token, command):
        return True
    if command.local:
        for name, value in command.variables.items():
            run.state.set(token.key, name, value)
    else:
        run.state.propagate(token, command.variables)
    names = sorted(command.variables)
    run.effects.append(Note("variables_set", token.task_spec.id, token.key, {"names": names}))
    return True


def _returned(run: Run, command: commands.Returned) -> bool:
    token = run.tasks.get(command.element_key)
    if token is None or token.state != TaskState.STARTED:
        return False
    returned(run, token, command)
    return True


def _to_wait(run: Run, command: Any) -> bool:
    """Commands that answer a record a token waits for."""
    token = run.tasks.get(command.element_key)
    noun, handle = _WAITS[type(command)]
    wait = token and next((w for w in token.waits if w.key == command.key and noun in (w.noun, "")), None)
    if token is None or wait is None or (noun == "task" and task_changes.PENDING in token.internal_data):
        return False
    handle(run, token, wait, command)
    return True


def _assign(run: Run, token: Token, wait: Wait, command: commands.AssignTask) -> None:
    task_changes.assign(run, token, command)


def _update(run: Run, token: Token, wait: Wait, command: commands.UpdateTask) -> None:
    task_changes.update(run, token, command)


def _escalate(run: Run, token: Token, wait: Wait, command: commands.ThrowEscalation) -> None:
    escalate(run, token, command)


def _deliver(run: Run, token: Token, wait: Wait, command: commands.Deliver) -> None:
    run.trigger(token, wait, command.variables, "event_received")


def _fire(run: Run, token: Token, wait: Wait, command: commands.FireTimer) -> None:
    if command.kind != "event":
        fire(run, token, wait, command)
        return
    # a clock may have taken the timer before the instance was migrated and its elements had other names
    element = run.spec.elements[wait.element]
    if not getattr(element, "interrupting", True):
        # the row of this time is used up, whether or not there is a next
        run.close(token, wait, "completed")
        repeat(run, token, element, command)
    run.trigger(token, wait, {}, "timer_fired")


def _resolve(run: Run, token: Token, wait: Wait, command: commands.ResolveIncident) -> None:
    """Do again what stopped: enter the element, leave it, ask a condition, or let the job be tried again."""
    run.close(token, wait, "resolved")
    at_join = wait.element.startswith(AT_JOIN)
    element = wait.element.removeprefix(AT_JOIN) if at_join else token.task_spec.id
    run.effects.append(Note("incident_resolved", element, token.key))
    if at_join:
        return  # where it waits in vain still, there is a new one
    if wait.element.startswith(AT_EVENT):
        run.wait_again(token, run.spec.elements[wait.element.removeprefix(AT_EVENT)])
    elif wait.element.startswith(AT_CONDITION):
        look_again(run, token, wait.element.removeprefix(AT_CONDITION))
    elif wait.element == "enter":
        token._set_state(TaskState.READY)
        run.ready.append(token)
    elif wait.element == "leave":
        run.complete(token)
    elif wait.element == task_changes.LISTEN:
        task_changes.go_on(run, token)
    elif wait.element == "inside":
        token._set_state(TaskState.STARTED)
        # In snapshots written before they had incidents of their own, this is one of its conditions'.
        look_again(run, token)
        run.child_left(token)
    else:
        token._set_state(TaskState.STARTED)
        _retry(run, token, command.retries)


def _retry(run: Run, token: Token, retries: int) -> None:
    for wait in token.waits:
        if wait.noun == "job":
            run.effects.append(Change("job", wait.key, {"state": "created", "retries": max(retries, 1)}))


def _own(run: Run) -> None:
    """The owning unit follows the variables it is made of (decision 14)."""
    unit = run.spec.properties.get("unit")
    if unit is None or run.state.key not in run.tasks:
        return
    changed = {name for scope, name in run.state.changed if scope == run.state.key}
    if changed & unit.reads:
        try:
            value, _ = run.evaluate(unit, run.tasks[run.state.key])
        except Stuck:
            # Past FEEL's limits. Who works on the case has to go on; where it belongs a person sees to.
            run.effects.append(Note("unit_not_computed", data={"expression": unit.text}))
            return
        # While what it is made of is not all there, the case stays with the unit that has it.
        if isinstance(value, str):
            run.effects.append(Change("instance", run.state.key, {"unit": value}))


_WAITS: dict[type, tuple[str, Callable[[Run, Token, Wait, Any], None]]] = {
    commands.CompleteJob: ("job", complete_job),
    commands.FailJob: ("job", fail_job),
    commands.ThrowError: ("", throw_job_error),
    commands.ThrowEscalation: ("", _escalate),
    commands.CompleteTask: ("task", complete_task),
    commands.AssignTask: ("task", _assign),
    commands.UpdateTask: ("task", _update),
    commands.FireTimer: ("timer", _fire),
    commands.Deliver: ("subscription", _deliver),
    commands.ResolveIncident: ("incident", _resolve),
}
