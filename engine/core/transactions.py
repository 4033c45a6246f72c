"""Transactions: a cancel end event undoes what completed in them and leaves by the cancel boundary event."""

from typing import TYPE_CHECKING

from SpiffWorkflow.bpmn.specs.event_definitions.simple import CancelEventDefinition
from SpiffWorkflow.util.task import TaskState

from .compensation import LEFT, taken, undo_next
from .event_definitions import Definition
from .subprocesses import SubProcess
from .token import Token

if TYPE_CHECKING:
    from .run import Run


class Transaction(SubProcess):
    """A sub-process that can be cancelled as a whole."""


class Cancel(Definition, CancelEventDefinition):  # type: ignore[misc]
    """Thrown inside a transaction it cancels it; caught at its boundary it says where things go on."""

    def __init__(self) -> None:
        super().__init__()

    def throw(self, run: "Run", token: Token) -> bool:
        scope = token.parent
        for other in run.state.children(scope):
            if other is not token:
                run.terminate(other)
        run.state.clear_joins(scope.key)
        token._set_state(TaskState.STARTED)
        token.internal_data[LEFT] = taken(run, scope.key, None)
        undo_next(run, token)
        return False

    def undone(self, run: "Run", token: Token) -> None:
        """All is undone: leave the transaction by its cancel boundary event, or along its flows where it has none."""
        transaction = token.parent
        for boundary in run.spec.boundaries(transaction.task_spec.id):
            if isinstance(boundary.event_definition, Cancel):
                boundary.triggered(run, transaction, {})
                return
        run.terminate(token)
        run.complete(transaction)
