"""Call activities: the called process is an instance of its own (decision 7)."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from SpiffWorkflow.bpmn.specs import defaults

from .cases import prefix
from .commands import Returned
from .effects import Binding, Call, Note, Uncall
from .element import Element, text_of
from .expressions import Source
from .stuck import Stuck
from .throwing import catchable, throw_error, throw_escalation
from .token import Token

if TYPE_CHECKING:
    from .run import Run


DEEPEST = 1000  # calls inside each other, as in Camunda: a process that calls itself for ever ends with an incident


class CallActivity(Element, defaults.CallActivity):  # type: ignore[misc]
    """Starts `process` with the variables visible here, or with its input mappings' only, and waits for its end."""

    process: Source
    binding = Binding()
    propagate_all_parent = True
    propagate_all_child = True

    def __init__(self, spec: Any, id: str, **kwargs: Any) -> None:  # noqa: A002 - BPMN's own name
        # SpiffWorkflow wants to know the called process here; which one it is, is only known when it is called.
        super().__init__(spec, id, subworkflow_spec=id, **kwargs)

    def enter(self, run: "Run", token: Token) -> None:
        process_id = text_of(run, token, self.process, "processId")
        # Told here, the incident stands at once where the call is drawn; what fails later comes back as "failed".
        if not run.surroundings.catalogue.has_process(process_id, self.binding):
            raise Stuck("CALLED_ELEMENT_ERROR", "process_missing", {"process": process_id})
        if run.state.depth >= DEEPEST:
            raise Stuck("CALLED_ELEMENT_ERROR", "calls_too_deep", {"process": process_id, "most": DEEPEST})
        given = run.view(token) if self.propagate_all_parent else run.state.variables.get(token.key, {})
        call = Call(process_id, self.binding, dict(given), token.key, catchable(run, token), run.state.depth + 1)
        run.effects += [call, Note("process_called", self.id, token.key, {"process": process_id})]

    def _on_cancel(self, token: Token) -> None:
        token.workflow.effects.append(Uncall(token.key))


def _result(run: "Run", token: Token, variables: Mapping[str, Any]) -> dict[str, Any]:
    """What the called instance gives back, but what is the caller's own.

    Of the loop's output it gives back what it was given, and others have added to it since. Its case number takes the
    place of the caller's only where an output mapping says so.
    """
    own = {getattr(token.task_spec.loop, "output_collection", None)}
    if prefix(run.spec) is not None and not token.task_spec.output_mappings:
        own.add("no")
    return {name: value for name, value in variables.items() if name not in own}


def returned(run: "Run", token: Token, command: Returned) -> None:
    """What the called instance answers: its result, an error or an escalation, or that there is none."""
    if command.outcome == "completed":
        call: Any = token.task_spec
        # Output mappings see the whole result even where nothing of it is propagated, as in Camunda.
        wanted = call.propagate_all_child or call.output_mappings
        run.complete(token, _result(run, token, command.variables) if wanted else {})
    elif command.outcome == "error":
        try:
            throw_error(run, token, command.code, command.message, command.variables)
        except Stuck as stuck:
            run.stop(token, stuck, "enter")
    elif command.outcome == "failed":
        # it could not be started at all; resolved, the call is made again
        run.stop(token, Stuck("CALLED_ELEMENT_ERROR", command.code, command.variables), "enter")
    else:
        throw_escalation(run, token, command.code, command.variables)
