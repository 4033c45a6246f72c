"""The inbox's commands: claim, assign, update and complete user tasks, under the rights of who asks (decision 14).

What is done to a task with listeners they are asked about first: it goes through the core, which opens their jobs.
A substitute may do what the person may; history then tells for whom.
"""

from collections.abc import Mapping
from contextlib import AbstractContextManager, ExitStack, nullcontext
from dataclasses import replace
from typing import Any, NamedTuple

from sqlalchemy import text
from sqlalchemy.orm import Session

from engine import history
from engine.core import commands
from engine.core.effects import Close
from engine.core.listeners import TASK_EVENTS, hears
from engine.core.state import State
from engine.definitions import process_spec
from engine.directory.acting import acting
from engine.directory.people import principal_of
from engine.directory.principal import Principal
from engine.errors import Conflict, Forbidden, Invalid, NotFound
from engine.instances import TASKS, Inside, advance, advance_by
from engine.queries.rights import sees
from engine.store import tell
from engine.work.activation import overlaid
from engine.work.checking import checked_with


class TaskRow(NamedTuple):
    """What is asked of a task that somebody works on."""

    key: int
    instance_key: int
    element: str
    element_key: int
    state: str
    scopes: list[int]
    assignee: str | None
    candidate_groups: list[str]
    candidate_users: list[str]
    form_key: int | None
    definition_key: int
    transition: str | None


_TASK = text(f"SELECT {', '.join(TaskRow._fields)} FROM tasks WHERE key = :key")  # noqa: S608 - our columns
# Whoever advances locks the instance first, so that nobody waits crosswise.
_LOCK = text("SELECT FROM instances WHERE key = :key FOR UPDATE")
# Compare-and-set: of two who claim the same task, one gets it.
_ASSIGN = text("""
    UPDATE tasks SET assignee = :assignee
    WHERE key = :key AND state = 'created' AND assignee IS NOT DISTINCT FROM :before
""")


def claim_task(session: Session, principal: Principal, key: int) -> bool:
    """Take a task for oneself. Raises NotFound, Forbidden, Conflict if somebody else has it or it has ended."""
    return assign_task(session, principal, key, principal.id, override=False)


def assign_task(
    session: Session, principal: Principal, key: int, assignee: str, override: bool = True, action: str = "assign"
) -> bool:
    """Give a task to somebody who may work on it; without `override` only if nobody else has it.

    Gives whether it is done: if not, listeners of the task are being asked, who may say no. Raises NotFound, Forbidden,
    Conflict; Invalid for somebody who is no candidate (operators may choose anybody).
    """
    task = _for_change(session, principal, key)
    if task.assignee not in (None, assignee) and not override:
        raise Conflict("task_assigned_already", key=str(key), assignee=task.assignee)
    if assignee != principal.id:
        _require_candidate(session, principal, task, assignee)
    with _acting(principal, task):
        if has_listeners(session, task):
            return _ask(session, task, commands.AssignTask(key, task.element_key, assignee, action))
        # No token moves by it, so the case is not locked: the row itself says whether it is still as it was.
        _set_assignee(session, task, assignee)
        history.record(session, "task_assigned", *_place(task), {"task": str(key), "assignee": assignee})
    return True


def hand_over_task(session: Session, principal: Principal, key: int, assignee: str) -> bool:
    """Give a task of one's own, or one that nobody has claimed, to somebody who may work on it.

    Gives whether it is done. Raises NotFound, Forbidden for a task somebody else has, Conflict, Invalid for somebody
    who is no candidate.
    """
    _require_in_hand(principal, workable(session, principal, key))
    return assign_task(session, principal, key, assignee)


def unassign_task(session: Session, principal: Principal, key: int) -> bool:
    """Give a task back to its candidates. Gives whether it is done; raises NotFound, Forbidden, Conflict."""
    task = _for_change(session, principal, key)
    with _acting(principal, task):
        if has_listeners(session, task):
            return _ask(session, task, commands.AssignTask(key, task.element_key, None, "unassign"))
        _set_assignee(session, task, None)
        history.record(session, "task_unassigned", *_place(task), {"task": str(key), "assignee": task.assignee})
    return True


def update_task(
    session: Session, principal: Principal, key: int, changes: Mapping[str, Any], action: str = "update"
) -> bool:
    """Change candidate groups or users, due or follow-up date, or priority: JSON by the names of `core.records.Task`.

    A limit's clock is not moved by it. Gives whether it is done; raises NotFound, Forbidden (operators may),
    Conflict.
    """
    task = _for_change(session, principal, key)
    if not principal.may_operate():
        raise Forbidden("may_not_operate")
    return _ask(session, task, commands.UpdateTask(key, task.element_key, changes, action))


def complete_task(
    session: Session,
    principal: Principal,
    key: int,
    variables: Mapping[str, Any] | None = None,
    action: str = "complete",
) -> bool:
    """A person has done a task; what they sent is checked against its form, which alone says what is taken over.

    Gives whether it is done. Raises NotFound, Forbidden (somebody else has it, or the asker is no candidate), Conflict
    (it has ended), Invalid with one finding a field.
    """

    def decide(task: TaskRow, state: State) -> commands.Command:
        _require_workable(session, principal, task)
        _require_settled(task)
        _require_in_hand(principal, task)
        # Open until the advance is over, which writes the history that tells for whom.
        behalf.enter_context(_acting(principal, task))
        taken = checked_with(session, task.form_key, variables or {}, overlaid(task.scopes, state.variables))
        return commands.CompleteTask(key, task.element_key, taken, action)

    unknown = NotFound("task_unknown", key=str(key))
    with ExitStack() as behalf:
        advanced = advance_by(session, key >> 24 << 24, Inside("tasks", TaskRow, key, unknown), decide)
    if advanced.stale:
        raise Conflict("task_ended", key=str(key), state="completed")
    # Its listeners may have to be asked first.
    return any(isinstance(effect, Close) and (effect.noun, effect.key) == ("task", key) for effect in advanced.effects)


def _for_change(session: Session, principal: Principal, key: int) -> TaskRow:
    """The task's row if the principal may change it now; raises as `workable`, and Conflict while listeners are asked.

    One with listeners is looked at again under the lock of its instance, since they are asked about what it is then.
    """
    task = workable(session, principal, key)
    if has_listeners(session, task):
        session.execute(_LOCK, {"key": task.instance_key})
        task = workable(session, principal, key)
        _require_settled(task)
    return task


# Its listeners have been asked about the task as it is; another change meanwhile would make their answer wrong.
def _require_settled(task: TaskRow) -> None:
    if task.transition is not None:
        raise Conflict("task_in_transition", key=str(task.key), transition=task.transition)


def has_listeners(session: Session, task: TaskRow) -> bool:
    element = process_spec(session, task.definition_key).elements[task.element]
    return hears(element, *TASK_EVENTS)


def _ask(session: Session, task: TaskRow, command: commands.Command) -> bool:
    if advance(session, task.instance_key, command).stale:
        raise Conflict("task_changed", key=str(task.key))
    return _is_settled(session, task.key)


def _is_settled(session: Session, key: int) -> bool:
    return session.execute(_TASK, {"key": key}).one().transition is None


def workable(session: Session, principal: Principal, key: int) -> TaskRow:
    """The task's row if the principal may work on it. Raises NotFound, Forbidden, Conflict if it has ended."""
    found = session.execute(_TASK, {"key": key}).one_or_none()
    if found is None:
        raise NotFound("task_unknown", key=str(key))
    task = TaskRow(*found)
    _require_workable(session, principal, task)
    return task


def _require_workable(session: Session, principal: Principal, task: TaskRow) -> None:
    groups, users = tuple(task.candidate_groups), tuple(task.candidate_users)
    if not principal.may_work_on(groups, users, task.assignee):
        # whoever does not see the case is not told that it is there, operators of other units included
        if not sees(session, principal, task.instance_key):
            raise NotFound("task_unknown", key=str(task.key))
        if not principal.may_operate():
            raise Forbidden("task_not_yours", key=str(task.key))
    if task.state != "created":
        raise Conflict("task_ended", key=str(task.key), state=task.state)


def _require_in_hand(principal: Principal, task: TaskRow) -> None:
    """That no other has claimed it whom the principal does not stand in for."""
    if task.assignee not in (None, *principal.people()) and not principal.may_operate():
        raise Forbidden("task_of_another", key=str(task.key), assignee=task.assignee)


def _acting(principal: Principal, task: TaskRow) -> AbstractContextManager[Any]:
    """Let history tell for whom the principal stands in at this task."""
    other = principal.stands_in(tuple(task.candidate_groups), tuple(task.candidate_users), task.assignee)
    return acting(replace(principal, on_behalf_of=other)) if other is not None else nullcontext()


def _require_candidate(session: Session, principal: Principal, task: TaskRow, assignee: str) -> None:
    other = principal_of(session, assignee)
    groups, users = tuple(task.candidate_groups), tuple(task.candidate_users)
    # By the other's own rights alone, whoever has the task now.
    if not (principal.may_operate() or other.may_work_on(groups, users, None)):
        raise Invalid("assignee_not_candidate", assignee=assignee)


def _set_assignee(session: Session, task: TaskRow, assignee: str | None) -> None:
    done = session.execute(_ASSIGN, {"key": task.key, "assignee": assignee, "before": task.assignee})
    if done.rowcount == 0:  # type: ignore[attr-defined]
        raise Conflict("task_changed", key=str(task.key))
    persons = {person for person in (task.assignee, assignee) if person is not None}
    tell(session, TASKS, persons.union(task.candidate_groups, task.candidate_users))


def _place(task: TaskRow) -> tuple[int, str, int]:
    return task.instance_key, task.element, task.element_key
