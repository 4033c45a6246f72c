"""Listeners: jobs before an element is entered and before it is left, and around a person's task."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from SpiffWorkflow.util.task import TaskState

from engine.errors import Invalid

from .element import number_of, text_of
from .expressions import Source
from .records import Job
from .token import Token

if TYPE_CHECKING:
    from .element import Element
    from .run import Run

LISTENER = "#listener"  # stands for the element in the wait of a listener's job; no id in a diagram begins like this
ASKED = "asked"  # a token's data: the event whose listener has not answered yet
EVENT = "listenerEventType"  # a header of a listener's job: the event it listens to
EXECUTION_EVENTS = ("beforeAll", "start", "end")
TASK_EVENTS = ("creating", "assigning", "updating", "completing", "canceling")
CORRECTABLE = frozenset({"assignee", "candidate_groups", "candidate_users", "due_at", "follow_up_at", "priority"})
DENIABLE = frozenset({"assigning", "updating", "completing"})
RESERVED = "io.camunda.zeebe:"  # before the names of the headers that the engine gives
HEARD = "heard"  # a token's data: event → how many of its listeners have answered


@dataclass(frozen=True, slots=True)
class Listener:
    """zeebe:executionListener (`EXECUTION_EVENTS`; beforeAll is a multi-instance body's) or zeebe:taskListener."""

    event: str
    type: Source
    retries: Source | None = None
    headers: Mapping[str, str] = field(default_factory=dict)


def hears(element: "Element", *events: str) -> bool:
    """Whether an element has listeners for one of these events."""
    return any(listener.event in events for listener in element.listeners)


def require_asked(
    key: int, kind: str, headers: Mapping[str, str], denied: bool, corrections: Mapping[str, Any]
) -> None:
    """Only a task's listener may correct or deny; not that a task is created or has ended. Raises Invalid."""
    event = headers.get(EVENT)
    if kind != "TASK_LISTENER":
        raise Invalid("job_result_misplaced", key=str(key), kind=kind)
    if denied and event not in DENIABLE:
        raise Invalid("job_denial_misplaced", key=str(key), event=event)
    if denied and corrections:
        raise Invalid("job_denial_corrects", key=str(key))
    if event == "creating" and "assignee" in corrections and RESERVED + "assignee" in headers:
        raise Invalid("job_assignee_given", key=str(key))
    if unknown := sorted(corrections.keys() - CORRECTABLE):
        raise Invalid("job_correction_unknown", names=", ".join(unknown), known=", ".join(sorted(CORRECTABLE)))


def ask(run: "Run", token: Token, event: str, told: Mapping[str, str], scopes: tuple[int, ...]) -> bool:
    """Open the job of the next listener for this event. False when all have answered, or there is none.

    `told` are headers that the engine adds, `scopes` those whose variables the listener sees.
    """
    listeners = [listener for listener in token.task_spec.listeners if listener.event == event]
    heard = token.internal_data.get(HEARD, {}).get(event, 0)
    if heard >= len(listeners):
        return False
    listener = listeners[heard]
    kind = "TASK_LISTENER" if event in TASK_EVENTS else "EXECUTION_LISTENER"
    retries = number_of(run, token, listener.retries, 3, "retries")
    job_type = text_of(run, token, listener.type, "type")
    own = getattr(token.task_spec, "headers", {})
    # The engine's own headers come last: no diagram may speak in its name.
    headers = {**own, **listener.headers, **told, EVENT: event}
    job = Job(run.state.new_key(), token.task_spec.id, token.key, job_type, retries, kind, headers, scopes)
    run.open(token, job, LISTENER)
    token.internal_data[ASKED] = event
    return True


def answered(run: "Run", token: Token, variables: Mapping[str, Any]) -> None:
    """A listener's job is done: ask the next, or go on with what it listened to.

    Its variables stay with the element, but those of an end listener go up: the outputs are mapped by then.
    """
    event = token.internal_data.pop(ASKED)
    heard = token.internal_data.setdefault(HEARD, {})
    heard[event] = heard.get(event, 0) + 1
    if event == "end" and token.parent_key is not None:
        run.state.propagate(token.parent, variables)
    else:
        for name, value in variables.items():
            run.state.set(token.key, name, value)
    if event in ("beforeAll", "start"):
        token._set_state(TaskState.READY)
        run.ready.append(token)
    else:
        run.complete(token)
