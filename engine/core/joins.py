"""Where tokens meet: what arrives is counted by flow in the scope, and an element is entered once it may be."""

from typing import TYPE_CHECKING

from .complex_gateway import ComplexGateway
from .element import Element, Flow
from .gateways import InclusiveGateway
from .inclusive import may_join
from .token import Token

if TYPE_CHECKING:
    from .run import Run


def arrive(run: "Run", flow: Flow, scope: Token) -> None:
    """A token comes along a flow: it enters the element, or is counted where others have to come first."""
    target = run.spec.elements[flow.target]
    if not (target.joins and len(target.incoming) > 1) and target.start_quantity == 1:
        run.enter(target, scope)
        return
    arrived = run.state.joins.setdefault((scope.key, target.id), {})
    arrived[flow.id] = arrived.get(flow.id, 0) + 1
    if not target.joins:
        _gather(run, target, scope, arrived)
    elif target.may_pass(run, scope, arrived):
        pass_join(run, target, scope, arrived)


def pass_join(run: "Run", gateway: Element, scope: Token, arrived: dict[str, int]) -> None:
    """Take one token from each flow that has one; what came twice waits for the next time."""
    rest = {flow: count - 1 for flow, count in arrived.items() if count > 1}
    if rest:
        run.state.joins[scope.key, gateway.id] = rest
    else:
        del run.state.joins[scope.key, gateway.id]
    token = run.enter(gateway, scope)
    if isinstance(gateway, ComplexGateway):
        gateway.passed(run, token, scope, arrived)


def pass_late(run: "Run") -> bool:
    """With nothing ready: let the first join go on that no other token can reach any more. Whether one did."""
    # Not more than one: what it lets go may be what another join still waits for.
    for (key, element), arrived in list(run.state.joins.items()):
        gateway, scope = run.spec.elements[element], run.tasks[key]
        if isinstance(gateway, InclusiveGateway) and may_join(run, gateway, key, arrived):
            pass_join(run, gateway, scope, arrived)
            return True
        if isinstance(gateway, ComplexGateway) and _moves(run, gateway, scope, arrived):
            return True
    return False


def _moves(run: "Run", gateway: ComplexGateway, scope: Token, arrived: dict[str, int]) -> bool:
    """A complex gateway begins anew, or goes on because a variable of its condition has changed."""
    anew = gateway.reset(run, scope, arrived)
    begun = run.state.joins.get((scope.key, gateway.id), {})
    if begun and gateway.may_pass(run, scope, begun):
        pass_join(run, gateway, scope, begun)
        return True
    # With the late tokens taken in, nothing may be left in the scope.
    if anew:
        run.emptied(scope)
    return anew


def _gather(run: "Run", element: Element, scope: Token, arrived: dict[str, int]) -> None:
    """startQuantity: an activity begins when so many tokens have come, along whichever flows."""
    if sum(arrived.values()) >= element.start_quantity:
        del run.state.joins[scope.key, element.id]
        run.enter(element, scope)
