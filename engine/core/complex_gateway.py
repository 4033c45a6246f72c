"""The complex gateway (BPMN 2.0.2, 13.4.5): goes on when its activation condition holds, then takes what comes late.

What arrives is counted by flow in the state's joins. While it waits for late tokens the flows it went on with are
kept there too, under their ids with a sign before them.
"""

from collections import ChainMap
from typing import TYPE_CHECKING

from SpiffWorkflow.util.task import TaskState

from .element import Element
from .expressions import Source
from .inclusive import can_come
from .stuck import Stuck, warned
from .token import Token

if TYPE_CHECKING:
    from .run import Run

SPENT = "-"  # before the id of a flow the gateway has gone on with
ASKED = "arrived"  # the gateway token's data: what had arrived when its condition could not be decided


class ComplexGateway(Element):
    """`activation` is FEEL; `activationCount` in it is how many tokens have arrived. Without one the first suffices."""

    joins = True
    activation: Source | None = None

    def may_pass(self, run: "Run", scope: Token, arrived: dict[str, int]) -> bool:
        # It has gone on already: what comes now is late, and only `reset` takes it.
        if any(flow.startswith(SPENT) for flow in arrived):
            return False
        try:
            return self._activated(run, scope, arrived)
        except Stuck:
            # only a token can carry an incident, so one goes on to the gateway and gets stuck there
            return True

    def passed(self, run: "Run", token: Token, scope: Token, arrived: dict[str, int]) -> None:
        """It goes on: from now on it waits for what may still come along the other flows."""
        token.internal_data[ASKED] = dict(arrived)
        rest = run.state.joins.setdefault((scope.key, self.id), {})
        rest.update({SPENT + flow: 1 for flow in arrived})

    def enter(self, run: "Run", token: Token) -> bool | None:
        arrived = token.internal_data.pop(ASKED, None)
        if arrived is None or self._activated(run, token.parent, arrived):
            return True
        self._go_back(run, token, arrived)
        return None

    def reset(self, run: "Run", scope: Token, arrived: dict[str, int]) -> bool:
        """Once nothing late can come any more, take what came and begin anew. Whether that is now."""
        spent = {flow.removeprefix(SPENT) for flow in arrived if flow.startswith(SPENT)}
        late = {flow.id for flow in self.incoming} - spent
        if not spent or any(flow not in arrived and can_come(run, self, scope.key, flow) for flow in late):
            return False
        # A token that is stuck here may have to go back, and what came since is then counted with it (`_go_back`).
        if any(token.task_spec is self and token.state == TaskState.ERROR for token in run.state.children(scope)):
            return False
        # a second token on a flow that was spent already belongs to the next time
        rest = {flow: count for flow, count in arrived.items() if flow in spent}
        rest |= {flow: count - 1 for flow, count in arrived.items() if flow in late and count > 1}
        if rest:
            run.state.joins[scope.key, self.id] = rest
        else:
            del run.state.joins[scope.key, self.id]
        return True

    def _activated(self, run: "Run", scope: Token, arrived: dict[str, int]) -> bool:
        if self.activation is None:
            return True
        count = {"activationCount": sum(arrived.values())}
        value, warnings = run.evaluate(self.activation, scope, ChainMap(count, run.view(scope)))  # type: ignore[arg-type]
        if not isinstance(value, bool):
            raise warned("CONDITION_ERROR", "condition_not_boolean", self.activation.text, warnings)
        return value

    def _go_back(self, run: "Run", token: Token, arrived: dict[str, int]) -> None:
        """Decided at last, and not yet: what had arrived waits on, with what has come since."""
        place = (token.parent.key, self.id)
        rest = run.state.joins.setdefault(place, {})
        for flow, count in arrived.items():
            rest.pop(SPENT + flow, None)
            rest[flow] = rest.get(flow, 0) + count
        run.state.remove(token)
