"""Transactions (BPMN 2.0.2, 10.3.5): a cancel end event undoes what has completed, then the boundary event goes on."""

from typing import TYPE_CHECKING

from SpiffWorkflow.bpmn.specs.event_definitions.simple import CancelEventDefinition
from SpiffWorkflow.util.task import TaskState

from .compensation import LEFT, cancelled, undo_next
from .event_definitions import Definition
from .subprocesses import SubProcess
from .token import Token

if TYPE_CHECKING:
    from .run import Run


class Transaction(SubProcess):
    """A sub-process that can be cancelled as a whole."""


class Cancel(Definition, CancelEventDefinition):  # type: ignore[misc]
    """Thrown inside a transaction it cancels it; caught at its boundary it says where things go on."""

    takes_over = True

    def __init__(self) -> None:
        super().__init__()

    def throw(self, run: "Run", token: Token) -> bool:
        scope = token.parent
        for other in run.state.children(scope):
            if other is not token:
                run.terminate(other)
        run.state.clear_joins(scope.key)
        token._set_state(TaskState.STARTED)
        token.internal_data[LEFT] = cancelled(run, scope)
        undo_next(run, token)
        return False

    def undone(self, run: "Run", token: Token) -> None:
        """All is undone: leave the transaction by its cancel boundary event, or along its flows where it has none."""
        transaction = token.parent
        if transaction.is_inner:
            # one cancelled instance cancels the whole activity: the boundary event is attached to that
            transaction = transaction.parent
        for boundary in run.spec.boundaries(transaction.task_spec.id):
            if isinstance(boundary.event_definition, Cancel):
                boundary.triggered(run, transaction, {})
                return
        for inside in run.state.children(transaction):
            run.terminate(inside)
        run.complete(transaction)
