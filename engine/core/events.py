"""Start, intermediate, boundary and end events."""

from typing import TYPE_CHECKING, Any

from SpiffWorkflow.bpmn.specs import defaults

from .element import Element, Flow
from .event_definitions import Definition
from .gateways import EventBasedGateway
from .jobs import JobTask
from .token import Token

if TYPE_CHECKING:
    from .run import Run


class CatchEvent(Element):
    """Anything that waits in the flow for an event: intermediate catch events and receive tasks."""

    event_definition: Definition

    def enter(self, run: "Run", token: Token) -> bool | None:
        if self.event_definition.is_none:
            return True
        self.event_definition.subscribe(run, token, self)
        return None

    def triggered(self, run: "Run", host: Token, variables: dict[str, Any]) -> None:
        if isinstance(host.task_spec, EventBasedGateway):
            host.task_spec.pass_on(run, host, self, variables)
        else:
            run.complete(host, variables)


class IntermediateCatchEvent(CatchEvent, defaults.IntermediateCatchEvent):  # type: ignore[misc]
    """An intermediate event in the flow that waits."""


class ReceiveTask(CatchEvent, defaults.ReceiveTask):  # type: ignore[misc]
    """A task that waits for a message; with `instantiate`, one that opens the instance."""

    instantiate = False


class ThrowEvent(JobTask):
    """Throws its event; a message with a task definition is sent by a handler instead."""

    event_definition: Definition

    def enter(self, run: "Run", token: Token) -> bool | None:
        if self.job_type is not None:
            return super().enter(run, token)
        # SpiffWorkflow's `Task.run` would take False for an error.
        return self.event_definition.throw(run, token) or None


class IntermediateThrowEvent(ThrowEvent, defaults.IntermediateThrowEvent):  # type: ignore[misc]
    """Throws its event and goes on, if it still can."""


class EndEvent(ThrowEvent, defaults.EndEvent):  # type: ignore[misc]
    """Throws its event; the token ends here."""

    def flows(self, run: "Run", token: Token) -> tuple[Flow, ...]:
        return ()


class StartEvent(Element, defaults.StartEvent):  # type: ignore[misc]
    """Where a process or sub-process begins; in an event sub-process it waits for as long as the scope around lives."""

    event_definition: Definition
    interrupting = True

    def triggered(self, run: "Run", host: Token, variables: dict[str, Any]) -> None:
        """Begin the event sub-process in the scope `host`, alone if the start is interrupting."""
        if self.interrupting:
            for child in run.state.children(host):
                run.terminate(child)
            run.state.clear_joins(host.key)
            run.close_events(host)
        around = run.spec.elements[self.scope or ""]
        handler = run.enter_first(around, host)
        handler.internal_data["start"] = self.id
        # They stay with the handler: its output mappings say what goes up.
        for name, value in variables.items():
            run.state.set(handler.key, name, value)


class BoundaryEvent(Element, defaults.BoundaryEvent):  # type: ignore[misc]
    """An event attached to an activity."""

    event_definition: Definition
    attached_to: str = ""
    interrupting = True
    handler: str | None = None  # of a compensation event: what undoes the activity

    def __init__(self, spec: Any, id: str, event_definition: Definition, interrupting: bool, **kwargs: Any) -> None:  # noqa: A002
        super().__init__(spec, id, event_definition, interrupting, **kwargs)
        self.interrupting = interrupting

    def triggered(self, run: "Run", host: Token, variables: dict[str, Any]) -> None:
        # Asked before it is ended: a task that tells its listeners goes into the instance's own scope (`State.adopt`).
        parent = host.parent
        if self.interrupting:
            run.terminate(host)
        run.spring(self, parent, variables)
