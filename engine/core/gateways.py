"""Gateways: where tokens choose, fork and join. Joining itself is `Run.arrive`."""

from typing import TYPE_CHECKING, Any

from SpiffWorkflow.bpmn.specs import defaults

from .element import Element, Flow
from .token import Token

if TYPE_CHECKING:
    from .run import Run


class ExclusiveGateway(Element, defaults.ExclusiveGateway):  # type: ignore[misc]
    """The first flow in file order whose condition holds, else the default."""

    def flows(self, run: "Run", token: Token) -> tuple[Flow, ...]:
        for flow in self.outgoing:
            if flow.id != self.default and run.holds(flow, token):
                return (flow,)
        return self.default_flow(required=bool(self.outgoing))


class ParallelGateway(Element, defaults.ParallelGateway):  # type: ignore[misc]
    """Waits for a token on every incoming flow, sends one along every outgoing one."""

    joins = True

    def may_pass(self, run: "Run", scope: Token, arrived: dict[str, int]) -> bool:
        return len(arrived) == len(self.incoming)

    def flows(self, run: "Run", token: Token) -> tuple[Flow, ...]:
        # Conditions on them would have no effect, so the checks refuse them.
        return self.outgoing


class InclusiveGateway(Element, defaults.InclusiveGateway):  # type: ignore[misc]
    """Waits for every token that can still come (`inclusive`), sends one along each flow whose condition holds."""

    # It never passes when something arrives: what can still come is known once nothing is ready (`joins.pass_late`).
    joins = True


class EventBasedGateway(Element, defaults.EventBasedGateway):  # type: ignore[misc]
    """Waits for the first of the events behind it. `instantiate`: one of them opens the instance."""

    instantiate = False
    parallel = False  # instantiating: the other events have to come too

    def __init__(self, spec: Any, id: str, **kwargs: Any) -> None:  # noqa: A002 - BPMN's own name
        super().__init__(spec, id, event_definition=None, **kwargs)

    def enter(self, run: "Run", token: Token) -> None:
        for flow in self.outgoing:
            event = run.spec.elements[flow.target]
            event.event_definition.subscribe(run, token, event)

    def pass_on(self, run: "Run", token: Token, event: Element, variables: dict[str, Any]) -> None:
        """One of the events came: the token leaves to it, the others are waited for no longer."""
        parent = token.parent
        flow = next(f for f in self.outgoing if f.target == event.id)
        # Before the token leaves: with neither of them in it the scope might look empty.
        run.spring(event, parent, variables)
        run.leave(token, (flow,), go=False)
