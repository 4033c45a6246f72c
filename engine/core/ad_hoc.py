"""Ad-hoc sub-processes: activities without an order, until a completion condition holds or nothing is left."""

from typing import TYPE_CHECKING

from SpiffWorkflow.util.task import TaskState

from engine.errors import Finding, Invalid

from .commands import ActivateInside
from .effects import Note
from .element import texts_of
from .expressions import Source, variable_of
from .listeners import ASKED
from .stuck import Stuck, warned
from .subprocesses import SubProcess
from .token import PATH, Token

if TYPE_CHECKING:
    from .run import Run

LEFT = "left"  # what a sequential one has not begun yet
OVER = "over"  # the condition has held: what runs may end, nothing begins


class AdHocSubProcess(SubProcess):
    """`active` gives the ids of the elements to begin with; without it, all that no flow leads to.

    `completion` is asked after each inner element; `cancel_remaining` ends what still runs when it holds. Where
    outputs are collected, each element begun opens a path with a scope of its own, and gives one output at its end.
    """

    active: Source | None = None
    completion: Source | None = None
    cancel_remaining = True
    sequential = False
    output_collection: str | None = None
    output_element: Source | None = None

    def enter(self, run: "Run", token: Token) -> bool | None:
        run.watch_scope(token)
        if self.output_collection:
            run.state.set(token.key, self.output_collection, [])
        if self.begun(run, token):
            return None
        wanted = self._wanted(run, token)
        if self.sequential:
            token.internal_data[LEFT] = list(wanted[1:])
            wanted = wanted[:1]
        for element in wanted:
            run.enter(run.spec.elements[element], self.path(run, token))
        return None if wanted else True

    def path(self, run: "Run", token: Token) -> Token:
        """Where an element that begins lies: in the sub-process itself, or in a path of its own."""
        if self.output_element is None:
            return token
        path = Token(run.state.new_key(), self, token.key, TaskState.STARTED)
        path.workflow = run
        path.internal_data[PATH] = True
        run.state.add(path)
        if name := variable_of(self.output_element):
            # as in a loop: what one path gives the others do not see
            run.state.set(path.key, name, None)
        return path

    def child_left(self, run: "Run", token: Token) -> None:
        if token.is_path:
            # at its end it is asked when the output has been collected
            if token.inside:
                run.child_left(token.parent)
            return
        if OVER in token.internal_data or not self._complete(run, token):
            return
        token.internal_data[OVER] = True
        if self.cancel_remaining:
            for child in run.state.children(token):
                run.terminate(child)
            run.state.clear_joins(token.key)
            token.internal_data.pop(LEFT, None)

    def outlasts_joins(self, token: Token) -> bool:
        around = token.parent if token.is_path else token
        return OVER in around.internal_data or bool(token.internal_data.get(LEFT))

    def scope_emptied(self, run: "Run", token: Token) -> None:
        left = token.internal_data.get(LEFT)
        if token.is_path:
            self._collect(run, token)
        elif left and OVER not in token.internal_data:
            run.enter(run.spec.elements[left.pop(0)], self.path(run, token))
        else:
            run.complete(token)

    def _on_complete(self, token: Token) -> None:
        if self.output_collection and token.parent_key is not None:
            collected = token.workflow.state.variables[token.key][self.output_collection]
            token.workflow.state.propagate(token.parent, {self.output_collection: collected})
        super()._on_complete(token)

    def _collect(self, run: "Run", path: Token) -> None:
        """A path has come to its end."""
        name, around = self.output_collection, path.parent
        try:
            output = None if self.output_element is None else run.evaluate(self.output_element, path).value
        except Stuck as stuck:
            run.stop(path, stuck, "inside")
            return
        if name:
            run.state.set(around.key, name, [*(run.state.variables[around.key].get(name) or ()), output])
        run.close_waits(path)
        run.state.remove(path)
        run.child_left(around)

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


def activate(run: "Run", command: ActivateInside) -> bool:
    """Begin elements that somebody chose. False where no such sub-process runs, or it is over; raises Invalid."""
    token = run.tasks.get(command.element_key)
    if token is None or not isinstance(token.task_spec, AdHocSubProcess) or not _takes_more(token):
        return False
    around = token.task_spec
    may_begin = set(run.spec.entries(around.id))
    wrong = [element for element, _ in command.elements if element not in may_begin]
    told = [Finding("ad_hoc_not_inside", {"element": one, "scope": around.id}, element=one) for one in wrong]
    if not command.elements:
        told.append(Finding("modification_empty"))
    if told:
        raise Invalid("modification_refused", findings=tuple(told))
    ended = run.state.children(token) if command.cancel else []
    for child in ended:
        run.terminate(child)
    if command.cancel:
        run.state.clear_joins(token.key)
        token.internal_data.pop(LEFT, None)
    started = [element for element, _ in command.elements]
    run.effects.append(
        Note("instance_modified", around.id, token.key, {"started": started, "ended": [str(one.key) for one in ended]})
    )
    for element, variables in command.elements:
        path = around.path(run, token)
        begun = run.enter(run.spec.elements[element], path)
        # Where there are paths, what comes later on this one sees them too.
        for name, value in variables.items():
            run.state.set(path.key if path.is_path else begun.key, name, value)
    return True


def _takes_more(token: Token) -> bool:
    stands = token.state == TaskState.STARTED and ASKED not in token.internal_data and not token.is_path
    return stands and OVER not in token.internal_data and (token.task_spec.loop is None or token.is_inner)
