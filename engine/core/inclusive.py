"""When an inclusive join goes on (BPMN 2.0.2, 13.4.3): no token elsewhere can still bring it something new."""

from collections.abc import Iterable
from functools import lru_cache
from typing import TYPE_CHECKING

from .element import Element

if TYPE_CHECKING:
    from .run import Run
    from .spec import ProcessSpec


def may_join(run: "Run", gateway: Element, scope: int, arrived: dict[str, int]) -> bool:
    """Whether no token of the scope can reach an empty incoming flow unless it can reach a filled one too."""
    places = _places(run, gateway, scope)
    reached = [_sources(run.spec, gateway.id, flow.id) for flow in gateway.incoming if flow.id in arrived]
    missing = [_sources(run.spec, gateway.id, flow.id) for flow in gateway.incoming if flow.id not in arrived]
    return not any(
        any(place in sources for sources in missing) and not any(place in sources for sources in reached)
        for place in places
    )


def can_come(run: "Run", gateway: Element, scope: int, flow_id: str) -> bool:
    """Whether a token of the scope can still reach this incoming flow."""
    return reaches(run.spec, gateway.id, flow_id, _places(run, gateway, scope))


def reaches(spec: "ProcessSpec", gateway: str, flow_id: str, places: Iterable[str]) -> bool:
    """Whether a path leads from one of the places to this incoming flow without passing the gateway."""
    return not _sources(spec, gateway, flow_id).isdisjoint(places)


def _places(run: "Run", gateway: Element, scope: int) -> set[str]:
    places = {token.task_spec.id for token in run.state.children(run.tasks[scope]) if not token.is_leaving}
    # A token at another join is only counted there, but it will go on once that one does.
    return places | {element for key, element in run.state.joins if key == scope and element != gateway.id}


# A specification is frozen, so the answer stays; it is asked at every look at a join.
@lru_cache(maxsize=4096)
def _sources(spec: "ProcessSpec", gateway: str, flow_id: str) -> frozenset[str]:
    """Every element from which a path leads to this incoming flow without passing the gateway."""
    flow = next(f for f in spec.elements[gateway].incoming if f.id == flow_id)
    found: set[str] = set()
    open_ends = [flow.source]
    while open_ends:
        place = open_ends.pop()
        if place in found or place == gateway:
            continue
        found.add(place)
        element = spec.elements[place]
        open_ends += [f.source for f in element.incoming]
        # what leaves by a boundary event leaves from the activity the event is attached to
        if attached_to := getattr(element, "attached_to", None):
            open_ends.append(attached_to)
    return frozenset(found)
