"""Which elements and flows of the processes no scenario takes."""

from collections.abc import Iterable
from dataclasses import dataclass

from engine.core.spec import ProcessSpec

from .stage import Story


@dataclass(frozen=True)
class Coverage:
    """Of one process: how many elements and flows there are, and the ids of those never taken, in file order."""

    process: str
    elements: int
    flows: int
    missing_elements: tuple[str, ...]
    missing_flows: tuple[str, ...]

    @property
    def missing(self) -> frozenset[str]:
        return frozenset((*self.missing_elements, *self.missing_flows))

    @property
    def whole(self) -> bool:
        return not self.missing


def coverage(specs: Iterable[ProcessSpec], stories: Iterable[Story]) -> list[Coverage]:
    """What the stories took of each process, in the order of the processes."""
    seen: dict[str, set[str]] = {}
    taken: dict[str, set[str]] = {}
    for story in stories:
        seen.setdefault(story.process, set()).update(story.seen)
        taken.setdefault(story.process, set()).update(story.flows)
    return [_of(spec, seen.get(spec.process_id, set()), taken.get(spec.process_id, set())) for spec in specs]


def _of(spec: ProcessSpec, seen: set[str], taken: set[str]) -> Coverage:
    elements = [id_ for id_ in spec.elements if id_ != spec.root.id]
    flows = [flow.id for flow in spec.flows()]
    return Coverage(
        spec.process_id,
        len(elements),
        len(flows),
        tuple(id_ for id_ in elements if id_ not in seen),
        tuple(id_ for id_ in flows if id_ not in taken),
    )
