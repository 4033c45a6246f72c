"""Tasks that are jobs for a handler: service and send tasks, and any other with a task definition."""

from typing import TYPE_CHECKING

from SpiffWorkflow.bpmn.specs import defaults

from . import task_changes
from .commands import CompleteJob, FailJob, ThrowError, ThrowEscalation
from .effects import Change, Note
from .element import Element, number_of, text_of
from .event_definitions import Definition
from .expressions import Source
from .listeners import ASKED, LISTENER, TASK_EVENTS, answered
from .records import Job
from .stuck import Stuck
from .throwing import catcher, caught_outside, throw_error, throw_escalation
from .token import Token, Wait

if TYPE_CHECKING:
    from .run import Run

ADAPTER_FAILED = "adapter_failed"  # the error a job raises when its retries are used up (decision 8)
REMINDER = "#reminder"  # stands for the element in the wait of a job that reminds people of a task


class JobTask(Element):
    """A task that may be a job. `retries` is Camunda's: how often it is tried in all."""

    job_type: Source | None = None
    retries: Source | None = None
    headers: dict[str, str] = {}  # noqa: RUF012 - replaced by the parser, never written to
    priority: Source | None = None

    def enter(self, run: "Run", token: Token) -> bool | None:
        if self.job_type is None:
            return True
        kind = text_of(run, token, self.job_type, "type")
        # Camunda's default.
        retries = number_of(run, token, self.retries, 3, "retries")
        priority = number_of(run, token, self.priority, 0, "priority")
        scopes = tuple(run.state.scopes(token))
        job = Job(
            run.state.new_key(), self.id, token.key, kind, retries, "BPMN_ELEMENT", self.headers, scopes, priority
        )
        run.open(token, job)
        return None


class ServiceTask(JobTask, defaults.ServiceTask):  # type: ignore[misc]
    """Work for a handler."""


class SendTask(JobTask, defaults.SendTask):  # type: ignore[misc]
    """Sends a message: by a handler where it has a task definition, else by the engine itself."""

    event_definition: Definition

    def enter(self, run: "Run", token: Token) -> bool | None:
        if self.job_type is not None:
            return super().enter(run, token)
        return self.event_definition.throw(run, token) or None


def complete_job(run: "Run", token: Token, wait: Wait, command: CompleteJob) -> None:
    run.close(token, wait, "completed")
    if wait.element == LISTENER and token.internal_data[ASKED] in TASK_EVENTS:
        task_changes.answered(run, token, command)
    elif wait.element == LISTENER:
        answered(run, token, command.variables)
    # A reminder runs beside its task, which goes on waiting for its person.
    elif wait.element != REMINDER:
        run.complete(token, command.variables)


def fail_job(run: "Run", token: Token, wait: Wait, command: FailJob) -> None:
    """Try again, or raise `adapter_failed` where somebody catches it, or stop with an incident."""
    data = {"job": command.key, "retries": command.retries, "message": command.message}
    run.effects.append(Note("job_failed", token.task_spec.id, token.key, data))
    # Camunda's rule: what a failed try gives stays with the element, where the next try and a person see it.
    for name, value in command.variables.items():
        run.state.set(token.key, name, value)
    if command.retries > 0:
        changes = {"state": "created", "retries": command.retries, "back_off": command.back_off}
        run.effects.append(Change("job", command.key, {**changes, "error_message": command.message}))
    # A reminder that cannot be sent is no reason to take the task away from its person.
    elif wait.element != REMINDER and is_caught(run, token, ADAPTER_FAILED):
        throw_error(run, token, ADAPTER_FAILED, command.message, command.variables)
    else:
        changes = {"state": "failed", "retries": 0, "error_message": command.message}
        run.effects.append(Change("job", command.key, changes))
        stuck = Stuck(_no_retries(token, wait), "job_no_retries", {"message": command.message})
        run.stop(token, stuck, "job", command.key)


def _no_retries(token: Token, wait: Wait) -> str:
    if wait.element != LISTENER:
        return "JOB_NO_RETRIES"
    of_task = token.internal_data[ASKED] in TASK_EVENTS
    return "TASK_LISTENER_NO_RETRIES" if of_task else "EXECUTION_LISTENER_NO_RETRIES"


def throw_job_error(run: "Run", token: Token, wait: Wait, command: ThrowError) -> None:
    try:
        throw_error(run, token, command.code, command.message, command.variables)
    except Stuck as stuck:
        run.effects.append(Change(wait.noun, wait.key, {"state": "error_thrown", "error_code": command.code}))
        run.stop(token, stuck, wait.noun, command.key)


def escalate(run: "Run", token: Token, command: ThrowEscalation) -> None:
    throw_escalation(run, token, command.code, command.variables)


def is_caught(run: "Run", token: Token, code: str) -> bool:
    """Whether an event catches an error of this code, by the code or as any."""
    return catcher(run, token, "error", code) is not None or caught_outside(run, code)
