"""The complex gateway (BPMN 2.0.2, 13.4.5): goes on when its activation condition holds, then takes what comes late.

What arrives is counted by flow in the state's joins. While it waits for late tokens the flows it went on with are
kept there too, under their ids with a sign before them.
"""

from collections import ChainMap
from typing import TYPE_CHECKING

from .element import Element
from .expressions import Source
from .inclusive import can_come
from .stuck import warned
from .token import Token

if TYPE_CHECKING:
    from .run import Run

SPENT = "-"  # before the id of a flow the gateway has gone on with


class ComplexGateway(Element):
    """`activation` is FEEL; `activationCount` in it is how many tokens have arrived. Without one the first suffices."""

    joins = True
    activation: Source | None = None

    def may_pass(self, run: "Run", scope: Token, arrived: dict[str, int]) -> bool:
        if any(flow.startswith(SPENT) for flow in arrived):
            return False
        if self.activation is None:
            return True
        count = {"activationCount": sum(arrived.values())}
        value, warnings = run.evaluate(self.activation, scope, ChainMap(count, run.view(scope)))  # type: ignore[arg-type]
        if not isinstance(value, bool):
            raise warned("CONDITION_ERROR", "condition_not_boolean", self.activation.text, warnings)
        return value

    def passed(self, run: "Run", scope: Token, arrived: dict[str, int]) -> None:
        """It has gone on: from now on it waits for what may still come along the other flows."""
        rest = run.state.joins.setdefault((scope.key, self.id), {})
        rest.update({SPENT + flow: 1 for flow in arrived})

    def reset(self, run: "Run", scope: Token, arrived: dict[str, int]) -> bool:
        """Once nothing late can come any more, take what came and begin anew. Whether that is now."""
        spent = {flow.removeprefix(SPENT) for flow in arrived if flow.startswith(SPENT)}
        late = {flow.id for flow in self.incoming} - spent
        if not spent or any(flow not in arrived and can_come(run, self, scope.key, flow) for flow in late):
            return False
        # a second token on a flow that was spent already belongs to the next time
        rest = {flow: count for flow, count in arrived.items() if flow in spent}
        rest |= {flow: count - 1 for flow, count in arrived.items() if flow in late and count > 1}
        if rest:
            run.state.joins[scope.key, self.id] = rest
        else:
            del run.state.joins[scope.key, self.id]
        return True
