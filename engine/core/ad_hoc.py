"""Ad-hoc sub-processes: activities without an order, until a completion condition holds or nothing is left."""

from typing import TYPE_CHECKING

from .element import texts_of
from .expressions import Source
from .stuck import Stuck, warned
from .subprocesses import SubProcess
from .token import Token

if TYPE_CHECKING:
    from .run import Run

LEFT = "left"  # what a sequential one has not begun yet
OVER = "over"  # the condition has held: what runs may end, nothing begins


class AdHocSubProcess(SubProcess):
    """`active` gives the ids of the elements to begin with; without it, all that no flow leads to.

    `completion` is asked after each inner element; `cancel_remaining` ends what still runs when it holds.
    """

    active: Source | None = None
    completion: Source | None = None
    cancel_remaining = True
    sequential = False

    def enter(self, run: "Run", token: Token) -> bool | None:
        run.watch_scope(token)
        if self.begun(run, token):
            return None
        wanted = self._wanted(run, token)
        if self.sequential:
            token.internal_data[LEFT] = list(wanted[1:])
            wanted = wanted[:1]
        for element in wanted:
            run.enter(run.spec.elements[element], token)
        return None if wanted else True

    def child_left(self, run: "Run", token: Token) -> None:
        if OVER in token.internal_data or not self._complete(run, token):
            return
        token.internal_data[OVER] = True
        if self.cancel_remaining:
            for child in run.state.children(token):
                run.terminate(child)
            run.state.clear_joins(token.key)
            token.internal_data.pop(LEFT, None)

    def outlasts_joins(self, token: Token) -> bool:
        return OVER in token.internal_data or bool(token.internal_data.get(LEFT))

    def scope_emptied(self, run: "Run", token: Token) -> None:
        left = token.internal_data.get(LEFT)
        if left and OVER not in token.internal_data:
            run.enter(run.spec.elements[left.pop(0)], token)
        else:
            run.complete(token)

    def _wanted(self, run: "Run", token: Token) -> tuple[str, ...]:
        if self.active is None:
            return run.spec.entries(self.id)
        wanted = texts_of(run, token, self.active, "activeElementsCollection")
        for element in wanted:
            found = run.spec.elements.get(element)
            if found is None or found.scope != self.id:
                raise Stuck("EXTRACT_VALUE_ERROR", "not_inside", {"element": element, "scope": self.id})
        return wanted

    def _complete(self, run: "Run", token: Token) -> bool:
        if self.completion is None:
            return False
        value, warnings = run.evaluate(self.completion, token)
        if not isinstance(value, bool):
            raise warned("CONDITION_ERROR", "condition_not_boolean", self.completion.text, warnings)
        return value
