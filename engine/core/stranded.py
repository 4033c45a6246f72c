"""Joins that wait in vain: nothing alive can bring what is missing, so a person has to act (BPMN 2.0.2, 13.4.1).

The incident is the scope's, since no token stands at a join; it goes by itself once the join can be filled again.
"""

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from .complex_gateway import ComplexGateway
from .effects import Note, Open
from .element import Element
from .gateways import InclusiveGateway, ParallelGateway
from .inclusive import reaches
from .records import Incident
from .token import AT_JOIN, Token, Wait

if TYPE_CHECKING:
    from .run import Run


def look(run: "Run") -> None:
    """With nothing ready: an incident for each join that cannot be filled, and none for one that can be again."""
    inside: dict[int, set[str]] = {}
    stopped: dict[tuple[int, str], Wait] = {}
    for token in run.tasks.values():
        if token.parent_key is not None and not token.is_leaving:
            inside.setdefault(token.parent_key, set()).add(token.task_spec.id)
        stopped |= {(token.key, wait.element): wait for wait in token.waits if wait.element.startswith(AT_JOIN)}
    in_vain = dict(_in_vain(run, inside))
    for place, wait in stopped.items():
        if place not in in_vain:
            run.close(run.tasks[place[0]], wait, "resolved")
    for place, join in in_vain.items():
        if place not in stopped:
            _stop(run, run.tasks[place[0]], join)


def _in_vain(run: "Run", inside: dict[int, set[str]]) -> Iterator[tuple[tuple[int, str], Element]]:
    pending: dict[int, list[Element]] = {}
    for scope, element in run.state.joins:
        pending.setdefault(scope, []).append(run.spec.elements[element])
    for scope, joins in pending.items():
        for join in _unfillable(run, scope, joins, inside.get(scope, set())):
            yield (scope, AT_JOIN + join.id), join


def _unfillable(run: "Run", scope: int, joins: list[Element], living: set[str]) -> list[Element]:
    """A join that can be filled lets others be filled from it; what is left at last cannot be."""
    places = set(living)
    while filled := [join for join in joins if _can_be_filled(run, scope, join, places, bool(living))]:
        places |= {join.id for join in filled}
        joins = [join for join in joins if join not in filled]
    # an inclusive join waits for whatever stands elsewhere: where that stands in vain, it is what has to be told
    return [join for join in joins if not isinstance(join, InclusiveGateway)] or joins


def _can_be_filled(run: "Run", scope: int, join: Element, places: Iterable[str], others: bool) -> bool:
    arrived = run.state.joins[scope, join.id]
    came = {flow.id for flow in join.incoming if reaches(run.spec, join.id, flow.id, places)}
    if isinstance(join, ParallelGateway):
        return all(flow.id in came for flow in join.incoming if flow.id not in arrived)
    # what others do may change what a complex gateway asks for
    return bool(came) or (others and isinstance(join, ComplexGateway))


def _stop(run: "Run", scope: Token, join: Element) -> None:
    arrived = run.state.joins[scope.key, join.id]
    missing = ", ".join(flow.id for flow in join.incoming if flow.id not in arrived)
    told = {"element": join.id, "flows": missing or ", ".join(arrived)}
    incident = Incident(run.state.new_key(), join.id, scope.key, "UNKNOWN", "join_in_vain", told)
    # Not `Run.stop`: the scope is not stuck itself, and what else lives in it goes on.
    run.effects.append(Open(incident))
    scope.waits.append(Wait(incident.noun, incident.key, AT_JOIN + join.id))
    run.effects.append(Note("incident_raised", join.id, scope.key, {"kind": incident.kind, "code": incident.code}))
