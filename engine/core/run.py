"""One advance of one instance: tokens step until everything waits, and effects say what the world has to do.

Nothing here depends on anything but the state, the command and the surroundings, so the same inputs give the same
effects in the same order (event-triggered tokens step first).
"""

from collections import deque
from collections.abc import Mapping
from typing import Any

from SpiffWorkflow.util.task import TaskState

from engine.feel import Evaluation, FeelError

from .effects import Answer, Change, Close, Effect, Note, Open, Proceed
from .element import Element, Flow
from .element import Mapping as IoMapping
from .expressions import Source
from .gateways import InclusiveGateway
from .inclusive import may_join
from .limits import hold
from .records import Incident, Record
from .spec import ProcessSpec
from .state import State, View
from .stuck import Stuck, failed, warned
from .surroundings import Surroundings
from .token import Token, Wait

STEPS = 10_000  # what one transaction does at most; a longer way goes on in the next


class Run:
    """The workflow that a token (SpiffWorkflow's task) belongs to while it steps."""

    def __init__(self, spec: ProcessSpec, state: State, surroundings: Surroundings) -> None:
        self.spec = spec
        self.state = state
        self.surroundings = surroundings
        self.moment = surroundings.moment()
        self.tasks = state.tokens  # SpiffWorkflow's name for it
        self.effects: list[Effect] = []
        self.ready: deque[Token] = deque(state.tokens[key] for key in state.ready)
        state.ready = []
        for token in state.tokens.values():
            token.workflow = self

    # Stepping

    def until_waiting(self) -> None:
        """Step every ready token; stop when all wait or the budget is used up."""
        for _ in range(STEPS):
            while self.ready and self.ready[0].key not in self.tasks:
                self.ready.popleft()
            if self.ready:
                self.step(self.ready.popleft())
            elif not self.join_inclusive():
                return
        self.state.ready = [token.key for token in self.ready if token.key in self.tasks]
        self.effects.append(Proceed())

    def step(self, token: Token) -> None:
        mark = len(self.effects)
        try:
            done = token.run()
        except Stuck as stuck:
            if token.state == TaskState.COMPLETED:
                self.stop(token, stuck, "leave")
            else:
                self.undo(token, mark)
                self.stop(token, stuck, "enter")
            return
        if done is None and token.key in self.tasks:
            self.effects.insert(mark, Note("element_activated", token.task_spec.id, token.key))

    def undo(self, token: Token, mark: int) -> None:
        """What entering had done before it got stuck: it is all done again once the incident is resolved."""
        del self.effects[mark:]
        token.waits.clear()
        self.state.variables.pop(token.key, None)
        self.state.changed = {(scope, name) for scope, name in self.state.changed if scope != token.key}

    def join_inclusive(self) -> bool:
        """Let the first inclusive join go on that no other token can reach any more."""
        for (scope, element_id), arrived in self.state.joins.items():
            gateway = self.spec.elements[element_id]
            if isinstance(gateway, InclusiveGateway) and may_join(self, gateway, scope, arrived):
                self.pass_join(gateway, self.tasks[scope], arrived)
                return True
        return False

    # Tokens

    def enter(self, element: Element, parent: Token | None) -> Token:
        token = Token(self.state.new_key() if parent else self.state.key, element, parent.key if parent else None)
        token.workflow = self
        self.state.add(token)
        self.ready.append(token)
        return token

    def spring(self, element: Element, parent: Token, variables: Mapping[str, Any]) -> Token:
        """A token that comes out of an event: it steps before the others and has the event's variables."""
        token = self.enter(element, parent)
        self.ready.rotate(1)
        token.internal_data["sprung"] = True
        self.take_result(token, variables)
        return token

    def arrive(self, flow: Flow, parent: Token) -> None:
        target = self.spec.elements[flow.target]
        if not target.joins or len(target.incoming) < 2:
            self.enter(target, parent)
            return
        arrived = self.state.joins.setdefault((parent.key, target.id), {})
        arrived[flow.id] = arrived.get(flow.id, 0) + 1
        if not isinstance(target, InclusiveGateway) and len(arrived) == len(target.incoming):
            self.pass_join(target, parent, arrived)

    def pass_join(self, gateway: Element, parent: Token, arrived: dict[str, int]) -> None:
        """Take one token from each flow that has one; what came twice waits for the next time."""
        rest = {flow: count - 1 for flow, count in arrived.items() if count > 1}
        if rest:
            self.state.joins[parent.key, gateway.id] = rest
        else:
            del self.state.joins[parent.key, gateway.id]
        self.enter(gateway, parent)

    def complete(self, token: Token, variables: Mapping[str, Any] | None = None) -> None:
        """The wait is over: take the result and leave."""
        if variables is not None:
            self.take_result(token, variables)
        try:
            token.complete()
        except Stuck as stuck:
            self.stop(token, stuck, "leave")

    def leave(self, token: Token, flows: tuple[Flow, ...], arrive: bool = True) -> None:
        """The token goes along the flows; without `arrive` somebody else has put it there already."""
        self.close_waits(token)
        data = {"flows": [flow.id for flow in flows]} if flows else {}
        self.effects.append(Note("element_completed", token.task_spec.id, token.key, data))
        parent = token.parent
        self.hold(token)
        self.state.remove(token)
        for flow in flows if arrive else ():
            self.arrive(flow, parent)
        if parent is not None:
            self.emptied(parent)

    def inner_left(self, token: Token) -> None:
        """One instance of a multi-instance body is done."""
        body = token.parent
        self.close_waits(token)
        self.effects.append(Note("element_completed", token.task_spec.id, token.key))
        body.task_spec.loop.inner_left(self, token, body)

    def emptied(self, scope: Token) -> None:
        if scope.key in self.tasks and not scope.inside and not self.state.has_pending_join(scope):
            scope.task_spec.scope_emptied(self, scope)

    def terminate(self, token: Token) -> None:
        """Take a token away with all that is inside it, innermost first."""
        for child in self.state.children(token):
            self.terminate(child)
        self.close_waits(token)
        token.cancel()
        self.effects.append(Note("element_terminated", token.task_spec.id, token.key))
        self.state.remove(token)

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
        del self.tasks[token.key]

    def abandon(self, root: Token) -> None:
        """An error leaves the called instance: it ends with all that is inside it."""
        for child in self.state.children(root):
            self.terminate(child)
        self.ready.clear()
        self.finish(root, "canceled")

    def hold(self, token: Token) -> None:
        """Property `hold` (begin, end) on an element makes the case's clocks stand, or go on."""
        if "hold" in token.task_spec.properties:
            hold(self, token.task_spec.properties["hold"].text == "begin")

    # Records

    def open(self, token: Token, record: Record, element: str | None = None) -> None:
        """A record begins to wait for this token; `element` is what it triggers, if that is not the token's own."""
        self.effects.append(Open(record))
        token.waits.append(Wait(record.noun, record.key, element or token.task_spec.id))

    def close(self, token: Token, wait: Wait, outcome: str) -> None:
        self.effects.append(Close(wait.noun, wait.key, outcome))
        token.waits.remove(wait)

    def close_waits(self, token: Token) -> None:
        for wait in tuple(token.waits):
            self.close(token, wait, "resolved" if wait.noun == "incident" else "canceled")

    def close_events(self, scope: Token) -> None:
        """Listen no longer for the starts of the scope's event sub-processes: one has interrupted it."""
        starts = {start.id for start in self.spec.event_starts(scope.task_spec.id)}
        for wait in [wait for wait in scope.waits if wait.element in starts]:
            self.close(scope, wait, "canceled")

    def watch_boundaries(self, token: Token) -> None:
        for boundary in self.spec.boundaries(token.task_spec.id):
            boundary.event_definition.subscribe(self, token, boundary)

    def watch_scope(self, token: Token) -> None:
        """Listen for the start events of the event sub-processes that lie in this scope."""
        for start in self.spec.event_starts(token.task_spec.id):
            start.event_definition.subscribe(self, token, start)

    def stop(self, token: Token, stuck: Stuck, phase: str, job_key: int | None = None) -> None:
        """Raise an incident; `phase` says what is done again when it is resolved: enter, leave or job."""
        token._set_state(TaskState.ERROR)
        key = self.state.new_key()
        incident = Incident(key, token.task_spec.id, token.key, stuck.kind, stuck.code, stuck.parameters, job_key)
        self.open(token, incident, phase)
        self.effects.append(
            Note("incident_raised", token.task_spec.id, token.key, {"kind": stuck.kind, "code": stuck.code})
        )

    # Values

    def evaluate(self, source: Source, token: Token, scope: Mapping[str, Any] | None = None) -> Evaluation:
        """The value of a literal or expression in the token's scope, as JSON. Raises Stuck past FEEL's limits."""
        try:
            return source.evaluate(self.state.view(token) if scope is None else scope, self.moment)
        except FeelError as error:
            raise failed("EXTRACT_VALUE_ERROR", source.text, error) from error

    def view(self, token: Token) -> View:
        return self.state.view(token)

    def holds(self, flow: Flow, token: Token) -> bool:
        """Whether a flow's condition is true; what is neither true nor false is an incident. Raises Stuck."""
        if flow.condition is None:
            return True
        value, warnings = self.evaluate(flow.condition, token)
        if not isinstance(value, bool):
            raise warned("CONDITION_ERROR", "condition_not_boolean", flow.condition.text, warnings, flow=flow.id)
        return value

    def map_inputs(self, token: Token) -> None:
        for mapping in token.task_spec.input_mappings:
            value, _ = self.evaluate(mapping.source, token)
            put(self.state, token.key, mapping, value)

    def take_result(self, token: Token, variables: Mapping[str, Any]) -> None:
        """Keep a result for the output mappings where there are any, else hand it up."""
        if not token.task_spec.output_mappings:
            self.state.propagate(token, variables)
            return
        for name, value in variables.items():
            self.state.set(token.key, name, value)

    def map_outputs(self, token: Token) -> None:
        """Evaluate the output mappings once, even when leaving is tried again after an incident."""
        if token.task_spec.loop is not None and not token.is_inner:
            self.state.propagate(token.parent, token.task_spec.loop.result(self, token))
            return
        if not token.task_spec.output_mappings or "mapped" in token.internal_data:
            return
        parent = token.parent
        for mapping in token.task_spec.output_mappings:
            value, _ = self.evaluate(mapping.source, token)
            name, *path = mapping.target
            self.state.propagate(parent, {name: merged(self.view(parent).get(name), path, value)})
        token.internal_data["mapped"] = True


def put(state: State, scope: int, mapping: IoMapping, value: Any) -> None:
    name, *path = mapping.target
    state.set(scope, name, merged(state.variables.get(scope, {}).get(name), path, value))


def merged(old: Any, path: list[str], value: Any) -> Any:
    """`value` at `path` inside `old`, which stays as it is; a missing or other value on the way becomes a context."""
    if not path:
        return value
    context = dict(old) if isinstance(old, Mapping) else {}
    context[path[0]] = merged(context.get(path[0]), path[1:], value)
    return context
