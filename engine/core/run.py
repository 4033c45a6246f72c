"""One advance of one instance: tokens step until everything waits, and effects say what the world has to do.

Nothing here depends on anything but the state, the command and the surroundings, so the same inputs give the same
effects in the same order (event-triggered tokens step first).
"""

from collections import deque
from collections.abc import Mapping
from typing import Any

from SpiffWorkflow.util.task import TaskState

from . import compensation, conditions, listeners, stranded, task_changes
from .effects import Answer, Change, Close, Effect, Note, Open, Proceed
from .element import Element, Flow
from .joins import arrive, pass_late
from .limits import hold
from .multiple import Multiple, gathered
from .records import Incident, Record
from .spec import ProcessSpec
from .state import State
from .stuck import Stuck
from .subprocesses import ENDING
from .surroundings import Surroundings
from .token import AT_CONDITION, AT_EVENT, Token, Wait
from .values import Values

STEPS = 10_000  # what one transaction does at most; a longer way goes on in the next


class Run(Values):
    """The workflow that a token (SpiffWorkflow's task) belongs to while it steps."""

    def __init__(self, spec: ProcessSpec, state: State, surroundings: Surroundings) -> None:
        self.spec = spec
        self.state = state
        self.surroundings = surroundings
        self.moment = surroundings.moment()
        self.tasks = state.tokens  # SpiffWorkflow's name for it
        self.effects: list[Effect] = []
        self.ready: deque[Token] = deque(state.tokens[key] for key in state.ready)
        self.by_event = 0  # how many of them an event has brought; these stand first, in the order they came
        state.ready = []
        # what has changed is only worth noting where conditions look at it
        state.moved = [] if spec.has_conditions else None
        self.collections: dict[int, list[Any]] = {}  # of multi-instance bodies, worked out once an advance
        self.unseen = False
        self.joined = bool(state.joins)
        state.workflow = self
        for token in state.present():
            token.workflow = self

    def let_go(self) -> None:
        """The advance is over: what hangs together in a circle only the garbage collector would find."""
        self.state.workflow = None
        for token in self.state.present():
            del token.workflow

    # Stepping

    def until_waiting(self) -> None:
        """Step every ready token; stop when all wait or the budget is used up."""
        for _ in range(STEPS):
            # At each step: a condition that holds only between two of them has held, and fires.
            if self.state.moved or self.unseen:
                conditions.look(self)
            # Whoever ends a token leaves it in the queue. That it is no more is no step.
            while self.ready and self.ready[0].key not in self.tasks:
                self._next()
            if self.ready:
                self.step(self._next())
            # Inclusive and complex gateways are asked last: whatever is ready may still come to them.
            elif not pass_late(self):
                if self.joined or self.state.joins:
                    stranded.look(self)
                return
        if self.state.moved or self.unseen:
            conditions.look(self)
        self._proceed()

    def _next(self) -> Token:
        self.by_event = max(self.by_event - 1, 0)
        return self.ready.popleft()

    def _proceed(self) -> None:
        """Go on in the next transaction, or stop what has gone on like this for too long."""
        ready = [token for token in self.ready if token.key in self.tasks]
        try:
            self.require_end()
        except Stuck as stuck:
            for token in ready:
                self.stop(token, stuck, "enter")
            return
        self.state.ready = [token.key for token in ready]
        self.effects.append(Proceed())

    def require_end(self) -> None:
        """Raises Stuck on a way that nothing from outside has moved on for too long."""
        if self.surroundings.hops >= self.surroundings.most_hops:
            raise Stuck("UNKNOWN", "way_without_end", {"most": self.surroundings.most_hops})

    def step(self, token: Token) -> None:
        mark, own = len(self.effects), dict(self.state.variables.get(token.key, ()))
        waits, data = list(token.waits), dict(token.internal_data)
        try:
            token.run()
        except Stuck as stuck:
            if token.state == TaskState.COMPLETED:
                self.stop(token, stuck, "leave")
            else:
                self.undo(token, mark, own)
                token.waits, token.internal_data = waits, data
                self.stop(token, stuck, "enter")
            return
        # History tells of the element before all that entering it has noted. One whose listener has answered was told
        # of when that was asked.
        if token.key in self.tasks and token.state == TaskState.STARTED and listeners.HEARD not in data:
            self.effects.insert(mark, Note("element_activated", token.task_spec.id, token.key))

    def undo(self, token: Token, mark: int, own: dict[str, Any]) -> None:
        """What entering had done before it got stuck: it is all done again once the incident is resolved."""
        del self.effects[mark:]
        self.state.restore(token.key, own)

    # Tokens

    def enter(self, element: Element, parent: Token | None) -> Token:
        # The root's key is the instance's own, and so names the scope of the instance's variables.
        token = Token(self.state.new_key() if parent else self.state.key, element, parent.key if parent else None)
        token.workflow = self
        self.state.add(token)
        self.ready.append(token)
        return token

    def enter_first(self, element: Element, parent: Token) -> Token:
        """A token that an event brings steps before those that go on by themselves."""
        token = self.enter(element, parent)
        self.ready.insert(self.by_event, self.ready.pop())
        self.by_event += 1
        return token

    def spring(self, element: Element, parent: Token, variables: Mapping[str, Any]) -> Token:
        """A token that comes out of an event, with the event's variables."""
        token = self.enter_first(element, parent)
        token.internal_data["sprung"] = True
        self.take_result(token, variables)
        return token

    def complete(self, token: Token, variables: Mapping[str, Any] | None = None) -> None:
        """The wait is over: take the result and leave."""
        if variables is not None:
            self.take_result(token, variables)
        try:
            token.complete()
        except Stuck as stuck:
            self.stop(token, stuck, "leave")

    def leave(self, token: Token, flows: tuple[Flow, ...], go: bool = True) -> None:
        """The token goes along the flows; without `go` somebody else has put it there already."""
        self.close_waits(token)
        data = {"flows": [flow.id for flow in flows]} if flows else {}
        self.effects.append(Note("element_completed", token.task_spec.id, token.key, data))
        parent = token.parent
        self.hold(token)
        # Before the token goes: a record for undoing keeps its variables.
        if self.spec.has_compensation:
            compensation.completed(self, token)
        self.state.remove(token)
        for flow in flows * token.task_spec.completion_quantity if go else ():
            arrive(self, flow, parent)
        if compensation.FOR in token.internal_data:
            compensation.handled(self, token.internal_data[compensation.FOR])
        # Last of all: until the tokens have arrived behind the flows, the scope might look empty.
        if parent is not None:
            self.child_left(parent)

    def child_left(self, scope: Token) -> None:
        """A token inside the scope has left it or its element."""
        if scope.key not in self.tasks:
            return
        try:
            scope.task_spec.child_left(self, scope)
        except Stuck as stuck:
            self.stop(scope, stuck, "inside")
        else:
            self.emptied(scope)

    def inner_left(self, token: Token) -> None:
        """One instance of a multi-instance body, or turn of a loop, is done. Raises Stuck before anything changed."""
        body = token.parent
        go_on = body.task_spec.loop.inner_left(self, token, body)
        self.close_waits(token)
        self.effects.append(Note("element_completed", token.task_spec.id, token.key))
        if self.spec.has_compensation:
            compensation.completed(self, token)
        go_on()

    def emptied(self, scope: Token) -> None:
        # one that is stuck goes on when its incident is resolved
        if scope.key not in self.tasks or scope.inside or scope.state == TaskState.ERROR:
            return
        if not self.state.has_pending_join(scope) or scope.task_spec.outlasts_joins(scope):
            scope.task_spec.scope_emptied(self, scope)

    def terminate(self, token: Token) -> None:
        """Take a token away with all that is inside it, innermost first."""
        # It has been ended already, and stays until its task's listeners are told (`task_changes.linger`).
        if token.is_leaving:
            return
        for child in self.state.children(token):
            self.terminate(child)
        self.close_waits(token)
        token.cancel()
        if not token.is_path:
            self.effects.append(Note("element_terminated", token.task_spec.id, token.key))
        if not task_changes.linger(self, token):
            self.state.remove(token)

    def depart(self, token: Token) -> None:
        """A token goes whose task had ended before; only its listeners were still to be told."""
        scope = token.parent
        self.close_waits(token)
        self.state.remove(token)
        self.emptied(scope)

    def finish(self, token: Token, status: str) -> None:
        """The instance ends with its root token."""
        self.close_waits(token)
        self.state.status = status
        self.effects.append(Note(f"instance_{status}", token.task_spec.id, token.key))
        if self.state.caller is not None and status == "completed":
            result = dict(self.state.variables.get(self.state.key, {}))
            self.effects.append(Answer(self.state.caller, "completed", result))
        self.effects.append(Change("instance", self.state.key, {"state": status}))
        self.state.clear_joins(token.key)
        self.state.forget(token.key)
        # Not `remove`: the variables of an instance that has ended can still be read.
        del self.tasks[token.key]

    def abandon(self, root: Token) -> None:
        """An error leaves the called instance: it ends with all that is inside it."""
        for child in self.state.children(root):
            self.terminate(child)
        self.ready.clear()
        self.by_event = 0
        # Listeners of cancelled tasks have still to be told; the instance ends with the last of them.
        if root.inside:
            self.close_waits(root)
            root.internal_data[ENDING] = "canceled"
        else:
            self.finish(root, "canceled")

    def hold(self, token: Token) -> None:
        """Property `hold` (begin, end) on an element makes the case's clocks stand, or go on."""
        if "hold" in token.task_spec.properties:
            hold(self, token.task_spec.properties["hold"].text == "begin")

    # Records

    def trigger(self, token: Token, wait: Wait, variables: Mapping[str, Any], kind: str) -> None:
        """An event a token waits for has come; `kind` is what history calls it."""
        element = self.spec.elements[wait.element]
        definition = getattr(element, "event_definition", None)
        self.effects.append(Note(kind, element.id, token.key))
        # a non-interrupting event is waited for again and again
        again = not getattr(element, "interrupting", True)
        if not isinstance(definition, Multiple) or not definition.parallel:
            if not again:
                self.close(token, wait, "completed")
            element.triggered(self, token, dict(variables))
            return
        self.close(token, wait, "completed")
        parts = gathered(self, token, element, variables)
        if parts is not None:
            if again:
                self.wait_again(token, element)
            element.triggered(self, token, parts)

    def wait_again(self, token: Token, element: Element) -> None:
        """Wait anew for all parts of an event; where that cannot be, the incident is the event's: its host goes on."""
        mark, waits = len(self.effects), list(token.waits)
        try:
            element.event_definition.subscribe(self, token, element)
        except Stuck as stuck:
            del self.effects[mark:]
            token.waits = waits
            self.raise_incident(token, stuck, AT_EVENT + element.id)
        else:
            conditions.hold(token, element)

    def open(self, token: Token, record: Record, element: str | None = None) -> None:
        """A record begins to wait for this token; `element` is what it triggers, if that is not the token's own."""
        self.effects.append(Open(record))
        token.waits.append(Wait(record.noun, record.key, element or token.task_spec.id))

    def asks(self, token: Token, event: str) -> bool:
        """Whether a listener has to answer before the token goes on; its job is opened."""
        asked = listeners.ASKED in token.internal_data or self._ask(token, event)
        if asked:
            # For an end listener SpiffWorkflow has called the token completed before it asks.
            token._set_state(TaskState.STARTED)
        return asked

    def _ask(self, token: Token, event: str) -> bool:
        if event in listeners.TASK_EVENTS:
            told, scopes = task_changes.headers(token), task_changes.scopes(self, token)
        else:
            told, scopes = {}, tuple(self.state.scopes(token))
        return listeners.ask(self, token, event, told, scopes)

    def close(self, token: Token, wait: Wait, outcome: str) -> None:
        if wait not in token.waits:
            return
        self.effects.append(Close(wait.noun, wait.key, outcome))
        token.waits.remove(wait)
        if wait.noun == "subscription":
            for incident in [other for other in token.waits if other.element == AT_CONDITION + str(wait.key)]:
                self.close(token, incident, "resolved")

    def close_waits(self, token: Token) -> None:
        for wait in tuple(token.waits):
            self.close(token, wait, "resolved" if wait.noun == "incident" else "canceled")

    def close_events(self, scope: Token) -> None:
        """Listen no longer for the starts of the scope's event sub-processes: one has interrupted it."""
        starts = {start.id for start in self.spec.event_starts(scope.task_spec.id)}
        for wait in [wait for wait in scope.waits if wait.element.removeprefix(AT_EVENT) in starts]:
            self.close(scope, wait, "canceled")

    def watch_boundaries(self, token: Token) -> None:
        for boundary in self.spec.boundaries(token.task_spec.id):
            boundary.event_definition.subscribe(self, token, boundary)

    def watch_scope(self, token: Token) -> None:
        """Listen for the start events of the event sub-processes that lie in this scope."""
        for start in self.spec.event_starts(token.task_spec.id):
            start.event_definition.subscribe(self, token, start)

    def stop(self, token: Token, stuck: Stuck, phase: str, job_key: int | None = None) -> None:
        """The token goes no further until its incident is resolved; `phase`: see `raise_incident`."""
        token._set_state(TaskState.ERROR)
        self.raise_incident(token, stuck, phase, job_key)

    def raise_incident(self, token: Token, stuck: Stuck, phase: str, job_key: int | None = None) -> None:
        """`phase`: what is done again when it is resolved: enter, leave, job, inside, listen, an event, a condition."""
        key = self.state.new_key()
        incident = Incident(key, token.task_spec.id, token.key, stuck.kind, stuck.code, stuck.parameters, job_key)
        self.open(token, incident, phase)
        if stuck.decided is not None:
            self.effects.append(stuck.decided)
        self.effects.append(
            Note("incident_raised", token.task_spec.id, token.key, {"kind": stuck.kind, "code": stuck.code})
        )
